/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_findings.c: the order of findings, and their sentences. Tables only: nothing is on the other
   end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <diag/diag.h>

#include <sched.h>
#include <stdlib.h>
#include <string.h>

static void say(kp_diag *diag, kamupin_subject subject, kamupin_severity severity, const char *name)
{
    kp_diag_say(diag, subject, severity, NULL, name, 0);
}

/* Whatever they are said in, the worst come first, then those that others depend on; equals stay. */
static void test_the_worst_first_then_by_dependence(void **state)
{
    static const struct {
        kamupin_subject subject;
        kamupin_severity severity;
        const char *name;
    } EXPECTED[] = {
        {KAMUPIN_ABOUT_MACHINE, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_DAEMON, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_READER, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_CARD, KAMUPIN_FAULT, "a"},
        {KAMUPIN_ABOUT_CARD, KAMUPIN_FAULT, "b"},
        {KAMUPIN_ABOUT_PIN, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_CLOCK, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_NETWORK, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_SERVICE, KAMUPIN_FAULT, ""},
        {KAMUPIN_ABOUT_MACHINE, KAMUPIN_TROUBLE, ""},
        {KAMUPIN_ABOUT_PIN, KAMUPIN_TROUBLE, ""},
        {KAMUPIN_ABOUT_DAEMON, KAMUPIN_NOTE, ""},
        {KAMUPIN_ABOUT_CARD, KAMUPIN_FINE, ""},
    };
    static const size_t SAID[] = {13, 12, 3, 9, 11, 0, 6, 4, 2, 10, 8, 1, 7, 5};
    const size_t count = sizeof EXPECTED / sizeof EXPECTED[0];
    kamupin_diagnosis made = {.count = 0};
    kp_diag diag = {.into = &made};

    (void)state;
    for (size_t i = 0; i < count; i++)
        say(&diag, EXPECTED[SAID[i]].subject, EXPECTED[SAID[i]].severity, EXPECTED[SAID[i]].name);
    kp_diag_sort(&made);
    assert_int_equal(kamupin_diagnosis_count(&made), count);
    for (size_t i = 0; i < count; i++) {
        kamupin_finding finding = KAMUPIN_FINDING_INIT;
        assert_int_equal(kamupin_diagnosis_get(&made, i, &finding), KAMUPIN_OK);
        assert_int_equal(finding.subject, EXPECTED[i].subject);
        assert_int_equal(finding.severity, EXPECTED[i].severity);
        assert_string_equal(finding.name, EXPECTED[i].name);
    }
    free(made.findings);
}

/* What no table softens is a fault. */
static void test_severities(void **state)
{
    (void)state;
    assert_int_equal(kp_diag_severity(KAMUPIN_OK), KAMUPIN_FINE);
    assert_int_equal(kp_diag_severity(KAMUPIN_E_PIN_BLOCKED), KAMUPIN_FAULT);
    assert_int_equal(kp_diag_severity(KAMUPIN_E_PIN_LAST_TRY), KAMUPIN_TROUBLE);
    assert_int_equal(kp_diag_severity(KAMUPIN_E_PIN_TRIES_UNKNOWN), KAMUPIN_NOTE);
    assert_int_equal(kp_diag_severity(KAMUPIN_E_CERTIFICATE_REVOKED), KAMUPIN_FAULT);
    assert_int_equal(kp_diag_severity(KAMUPIN_E_REVOCATION_UNREACHABLE), KAMUPIN_TROUBLE);
}

static kamupin_finding finding_of(kamupin_subject subject, kamupin_severity severity,
                                  kamupin_status status, int64_t number, const char *name)
{
    kamupin_finding made = KAMUPIN_FINDING_INIT;

    made.subject = subject;
    made.severity = severity;
    made.error = kp_diag_error(status, KAMUPIN_FROM_LOCAL);
    made.number = number;
    memcpy(made.name, name, strlen(name) + 1);
    return made;
}

static void check_text(const kamupin_finding *finding, kamupin_language language,
                       const char *beginning)
{
    char text[KAMUPIN_TEXT_MAX];

    kamupin_finding_text(finding, language, text, sizeof text);
    if (strncmp(text, beginning, strlen(beginning)) != 0)
        fail_msg("%s\nand not\n%s", text, beginning);
}

static void test_numbers_in_sentences(void **state)
{
    static const struct {
        kamupin_subject subject;
        kamupin_status status;
        int64_t number;
        const char *turkish, *english;
    } ROWS[] = {
        {KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_E_CERTIFICATE_ENDS_SOON, 12,
         "x: Sertifikanız 12 gün sonra bitiyor. ", "x: Your certificate ends in 12 days. "},
        {KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_E_CERTIFICATE_ENDS_SOON, 1,
         "x: Sertifikanız 1 gün sonra bitiyor. ", "x: Your certificate ends in 1 day. "},
        {KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_E_CERTIFICATE_EXPIRED, 0,
         "x: Sertifikanızın süresi bir günden kısa süre önce doldu. ",
         "x: Your certificate expired less than a day ago. "},
        {KAMUPIN_ABOUT_CERTIFICATE, KAMUPIN_E_CERTIFICATE_NOT_YET_VALID, 3,
         "x: Sertifikanızın geçerliliği 3 gün sonra başlıyor. ",
         "x: Your certificate's time begins in 3 days. "},
        {KAMUPIN_ABOUT_CLOCK, KAMUPIN_E_CLOCK_WRONG, 3600, "Bu bilgisayarın saati 1 sa ileri. ",
         "This computer's clock is 1 h ahead. "},
        {KAMUPIN_ABOUT_CLOCK, KAMUPIN_E_CLOCK_WRONG, -31535000,
         "Bu bilgisayarın saati 365 gün geri. ", "This computer's clock is 365 days behind. "},
        {KAMUPIN_ABOUT_CLOCK, KAMUPIN_E_CLOCK_WRONG, 0,
         "Bu bilgisayarın tarihi yanlış: ", "This computer's date is wrong: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        const kamupin_finding finding =
            finding_of(ROWS[i].subject, KAMUPIN_FAULT, ROWS[i].status, ROWS[i].number, "x");
        check_text(&finding, KAMUPIN_TURKISH, ROWS[i].turkish);
        check_text(&finding, KAMUPIN_ENGLISH, ROWS[i].english);
    }
}

/* Every status, with a name as long as it can be, fits; a note says what is, and nothing to do. */
static void test_every_status_has_its_sentences(void **state)
{
    char name[KAMUPIN_NAME_MAX], text[KAMUPIN_TEXT_MAX];

    (void)state;
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    for (kamupin_status status = kamupin_status_next(KAMUPIN_OK); status != KAMUPIN_OK;
         status = kamupin_status_next(status)) {
        for (int language = KAMUPIN_TURKISH; language <= KAMUPIN_ENGLISH; language++) {
            const char *remedy = kamupin_status_remedy(status, (kamupin_language)language);
            kamupin_finding finding =
                finding_of(KAMUPIN_ABOUT_SERVICE, KAMUPIN_FAULT, status, 5, name);
            kamupin_finding_text(&finding, (kamupin_language)language, text, sizeof text);
            assert_non_null(strstr(text, remedy));
            assert_true(strlen(text) < sizeof text - 1);
            finding.severity = KAMUPIN_NOTE;
            kamupin_finding_text(&finding, (kamupin_language)language, text, sizeof text);
            assert_null(strstr(text, remedy));
        }
    }
}

/* A reader's name is its driver's: what is no UTF-8 does not come through, and a small room cuts at a
 * character. */
static void test_odd_names_and_small_rooms(void **state)
{
    const kamupin_finding odd = finding_of(KAMUPIN_ABOUT_READER, KAMUPIN_FINE, KAMUPIN_OK, 0,
                                           "A\xff"
                                           "B\x1b[1mC");
    const kamupin_finding turkish =
        finding_of(KAMUPIN_ABOUT_READER, KAMUPIN_FINE, KAMUPIN_OK, 0, "ş");
    kamupin_finding wrong = odd;
    char room[8];

    (void)state;
    check_text(&odd, KAMUPIN_ENGLISH, "A?B?[1mC: The reader works.");
    assert_string_equal(kamupin_finding_text(&turkish, KAMUPIN_ENGLISH, room, 2), "");
    assert_string_equal(kamupin_finding_text(&turkish, KAMUPIN_ENGLISH, room, 3), "ş");
    wrong.size = 1;
    assert_string_equal(kamupin_finding_text(&wrong, KAMUPIN_ENGLISH, room, sizeof room), "");
    assert_string_equal(kamupin_finding_text(NULL, KAMUPIN_ENGLISH, room, sizeof room), "");
    assert_string_equal(kamupin_finding_text(&odd, KAMUPIN_ENGLISH, NULL, 0), "");
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(kamupin_subject_name(KAMUPIN_ABOUT_DAEMON), "daemon");
    assert_string_equal(kamupin_subject_name(KAMUPIN_ABOUT_MACHINE), "machine");
    assert_string_equal(kamupin_subject_name((kamupin_subject)99), "unknown");
    assert_string_equal(kamupin_severity_name(KAMUPIN_FAULT), "fault");
    assert_string_equal(kamupin_severity_name((kamupin_severity)99), "unknown");
}

static void test_what_is_refused(void **state)
{
    kamupin_diagnose_options options = KAMUPIN_DIAGNOSE_OPTIONS_INIT;
    kamupin_finding finding = KAMUPIN_FINDING_INIT;
    kamupin_diagnosis *made = NULL;
    kamupin_context *context = NULL;
    kamupin_cancel *cancel = NULL;

    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_cancel_new(context, &cancel, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_diagnose(NULL, NULL, &made, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_diagnose(context, NULL, NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    options.size--;
    assert_int_equal(kamupin_diagnose(context, &options, &made, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    options.size++;
    options.cancel = cancel;
    kamupin_cancel_pull(cancel);
    assert_int_equal(kamupin_diagnose(context, &options, &made, NULL), KAMUPIN_E_CANCELLED);
    assert_null(made);
    assert_int_equal(kamupin_diagnosis_get(NULL, 0, &finding), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_diagnosis_count(NULL), 0);
    kamupin_diagnosis_free(NULL);
    kamupin_diagnosis_free(&made);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
}

/* A part whose time is over is ended; the next one has its own, and the caller's cancel ends both. */
static void test_each_part_has_its_time(void **state)
{
    kamupin_context *context = NULL;
    kamupin_cancel *caller = NULL;
    kp_bound bound;

    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_cancel_new(context, &caller, NULL), KAMUPIN_OK);
    assert_int_equal(kp_bound_begin(&bound, context, caller, NULL), KAMUPIN_OK);
    assert_false(kamupin_cancel_pulled(bound.cancel));
    kp_bound_part(&bound, 1);
    while (!kamupin_cancel_pulled(bound.cancel))
        sched_yield();
    assert_true(kp_bound_over(&bound));
    assert_false(kamupin_cancel_pulled(caller));
    kp_bound_part(&bound, 60000);
    assert_false(kamupin_cancel_pulled(bound.cancel));
    assert_false(kp_bound_over(&bound));
    kamupin_cancel_pull(caller);
    while (!kamupin_cancel_pulled(bound.cancel))
        sched_yield();
    assert_false(kp_bound_over(&bound));
    kp_bound_part(&bound, 60000); /* what the caller ended stays ended */
    assert_true(kamupin_cancel_pulled(bound.cancel));
    kp_bound_end(&bound);
    kamupin_cancel_free(&caller);
    kamupin_context_free(&context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_worst_first_then_by_dependence),
        cmocka_unit_test(test_severities),
        cmocka_unit_test(test_numbers_in_sentences),
        cmocka_unit_test(test_every_status_has_its_sentences),
        cmocka_unit_test(test_odd_names_and_small_rooms),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_each_part_has_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
