/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_probe_sacrifice.c: the steps of a probe that block and unblock a card, command by command: that
   nothing of them is sent unless somebody gave the card up, which wrong PINs go, when it ends, and
   that no PUK ever goes. The other end is a script; tests/integration has OpenSC for a witness. */
#include "pin_bench.h"
#include "provoke.h"
#include "script_cards.h"
#include "test_certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERIFY(last)    "00200081 06 3132333435" last /* the right PIN is 123456 */
#define RIGHT           VERIFY("36")
#define BLOCKING        (KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_SACRIFICE)
#define WITH_UNBLOCKING (BLOCKING | KAMUPIN_PROBE_UNBLOCK)
#define NEW_PIN         "84026371"

static const char *const wrong[] = {VERIFY("37"), VERIFY("38"), VERIFY("39")};

typedef struct fixture {
    kp_script script;
    unsigned char der[2000];
    size_t length;
    kamupin_error error;
    char heard[8000], draft[KAMUPIN_PROBE_DRAFT_MAX];
    unsigned int asked, declined; /* steps: asked for, and those that are answered no */
    unsigned int unblocks;
    kamupin_status unblocked; /* what the service's part answers */
} fixture;

/* ---- the person's side ---- */

static void hear(void *user, const kamupin_probe_finding *finding)
{
    fixture *f = user;
    size_t length = strlen(f->heard);
    snprintf(f->heard + length, sizeof f->heard - length, "%s|%s|%04X|%s\n", finding->step,
             finding->command, finding->status_word, finding->text);
}

static bool answer(void *user, kamupin_probe_step step, kamupin_secret *pin)
{
    fixture *f = user;
    f->asked |= (unsigned int)step;
    assert_int_equal(pin != NULL, step == KAMUPIN_PROBE_VERIFY);
    if (pin != NULL)
        assert_int_equal(kamupin_secret_append(pin, "123456", 6), KAMUPIN_OK);
    return (f->declined & (unsigned int)step) == 0;
}

static kamupin_status unblock(void *user, const char *card, kamupin_secret *new_pin,
                              kamupin_error *error)
{
    fixture *f = user;
    f->unblocks++;
    assert_int_equal(strncmp(card, "certs:", 6), 0);
    if (f->unblocked != KAMUPIN_OK) {
        error->status = f->unblocked;
        return f->unblocked;
    }
    assert_int_equal(kamupin_secret_append(new_pin, NEW_PIN, 8), KAMUPIN_OK);
    return KAMUPIN_OK;
}

/* ---- the card's side ---- */

/* A v2.x card, as far as its right PIN was shown to be right. */
static void begin(fixture *f, int puk_left)
{
    *f = (fixture){.asked = 0};
    kp_script_init(&f->script);
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_test_certificate_make(&kp_test_signature, f->der, &f->length);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, puk_left);
    kp_script_akis2_probe(&f->script, 0, f->der, f->length, 3, puk_left);
    kp_script_akis2_again(&f->script, 0, f->der, f->length, 3, puk_left);
}

/* One PIN command under the guard, which reads `left`; NULL: the guard lets nothing pass. */
static void expect_guarded(fixture *f, int left, const char *command, const char *reply)
{
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    kp_script_akis2_counter(&f->script, 0, 1, left, 3);
    if (command != NULL)
        kp_script_expect(&f->script, 0, command, reply);
    kp_script_akis2_logout(&f->script, 0);
}

static void expect_tries(fixture *f, int pin_left, int puk_left)
{
    kp_script_akis2_confirm(&f->script, 0, f->der, f->length);
    kp_script_akis2_counter(&f->script, 0, 1, pin_left, 3);
    kp_script_akis2_counter(&f->script, 0, 2, puk_left, 3);
    kp_script_akis2_logout(&f->script, 0);
}

/* The right PIN, and the look whether the card could be unblocked again. */
static void expect_start(fixture *f, int puk_left)
{
    expect_guarded(f, 3, RIGHT, "9000");
    expect_tries(f, 3, puk_left);
}

static void expect_blocked(fixture *f)
{
    expect_guarded(f, 3, wrong[0], "63C2");
    expect_guarded(f, 2, wrong[1], "63C1");
    expect_guarded(f, 1, wrong[2], "6983");
    expect_tries(f, 0, 3);
}

static kamupin_status probe(fixture *f, unsigned int steps)
{
    kamupin_context *context = NULL;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    char folder[] = "/tmp/kamupin-probe-XXXXXX";
    assert_non_null(mkdtemp(folder));
    options.backend = &f->script.backend;
    options.state_folder = folder;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    request.language = KAMUPIN_ENGLISH;
    request.told = hear;
    request.ask = answer;
    request.unblock = unblock;
    request.user = f;
    request.steps = steps;
    f->error = (kamupin_error)KAMUPIN_ERROR_INIT;
    kamupin_status status =
        kamupin_card_probe(context, &request, f->draft, sizeof f->draft, &f->error);
    assert_int_equal(f->error.status, status);
    kamupin_context_free(&context);
    kp_script_verify(&f->script);
    kp_script_free(&f->script);
    kp_bench_remove_folder(folder);
    return status;
}

/* ---- tests ---- */

/* All other steps together: nothing of the sacrifice is asked for, told or sent. */
static void test_nothing_of_it_without_the_word(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_guarded(&f, 3, RIGHT, "9000");
    expect_guarded(&f, 3, "00240081 0C 313233343536 313233343536", "9000");
    assert_int_equal(probe(&f, KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_CHANGE), KAMUPIN_OK);
    assert_int_equal(f.asked, KAMUPIN_PROBE_VERIFY | KAMUPIN_PROBE_CHANGE);
    assert_int_equal(f.unblocks, 0);
    assert_null(strstr(f.heard, "block|"));
    assert_null(strstr(f.draft, "wrong PINs"));
}

static void test_whoever_says_no_keeps_the_card(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    f.declined = KAMUPIN_PROBE_SACRIFICE;
    expect_start(&f, 3);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_CANCELLED);
    assert_int_equal(f.asked, BLOCKING);
    assert_null(strstr(f.heard, "block|"));
}

/* A card that could never be unblocked is not blocked: said before anybody is asked. */
static void test_a_card_without_a_way_back(void **state)
{
    static const kamupin_status refusals[] = {KAMUPIN_E_CARD_DEAD, KAMUPIN_E_PUK_LAST_TRY};
    (void)state;
    for (int puk_left = 0; puk_left < 2; puk_left++) {
        fixture f;
        begin(&f, puk_left);
        expect_start(&f, puk_left);
        assert_provokes(refusals[puk_left], probe(&f, BLOCKING));
        assert_int_equal(f.error.tries_left, puk_left);
        assert_int_equal(f.asked, KAMUPIN_PROBE_VERIFY);
        assert_non_null(strstr(f.heard, "end||0000|the card was not blocked"));
    }
}

/* The last wrong PIN is answered 63C0: one more tells what blocked looks like. */
static void test_blocked(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_start(&f, 3);
    expect_guarded(&f, 3, wrong[0], "63C2");
    expect_guarded(&f, 2, wrong[1], "63C1");
    expect_guarded(&f, 1, wrong[2], "63C0");
    kp_script_akis2_confirm(&f.script, 0, f.der, f.length);
    kp_script_expect(&f.script, 0, RIGHT, "6984");
    kp_script_akis2_logout(&f.script, 0);
    expect_tries(&f, 0, 3);
    assert_int_equal(probe(&f, BLOCKING), KAMUPIN_OK);
    assert_int_equal(f.asked, BLOCKING);
    assert_non_null(strstr(f.heard, "block|00200081|63C1|"));
    assert_non_null(strstr(f.heard, "block|00200081|6984|"));
    assert_non_null(strstr(f.heard, "(PIN, PUK): 0, 3\n"));
    assert_non_null(strstr(f.heard, "end||0000|the card is blocked now"));
    assert_non_null(strstr(f.draft, "# wrong PINs answered: 63C2 63C1 63C0\n"));
    assert_non_null(strstr(f.draft, "answered: 6984\n# The card was left blocked.\n"));
    assert_null(strstr(f.draft, "\nreset-"));
}

/* It says at once that it is blocked, or tells so by its counter: nothing more is sent to it. */
static void test_no_more_than_needed(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_start(&f, 3);
    expect_blocked(&f);
    assert_int_equal(probe(&f, BLOCKING), KAMUPIN_OK);
    assert_non_null(strstr(f.draft, "63C2 63C1 6983\n# The card was left"));
    begin(&f, 3);
    expect_start(&f, 3);
    expect_guarded(&f, 3, wrong[0], "6300");
    expect_guarded(&f, 0, NULL, NULL);
    kp_script_akis2_confirm(&f.script, 0, f.der, f.length);
    kp_script_expect(&f.script, 0, RIGHT, "6983");
    kp_script_akis2_logout(&f.script, 0);
    expect_tries(&f, 0, 3);
    assert_int_equal(probe(&f, BLOCKING), KAMUPIN_OK);
    assert_non_null(strstr(f.draft, "# wrong PINs answered: 6300\n"));
}

/* A card that takes a wrong PIN, or the right one when it should be blocked; or that is pulled. */
static void test_what_does_not_fit_ends_it(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_start(&f, 3);
    expect_guarded(&f, 3, wrong[0], "9000");
    assert_provokes(KAMUPIN_E_CARD_REPLY_MALFORMED, probe(&f, WITH_UNBLOCKING));
    begin(&f, 3);
    expect_start(&f, 3);
    expect_guarded(&f, 3, wrong[0], "63C0");
    kp_script_akis2_confirm(&f.script, 0, f.der, f.length);
    kp_script_expect(&f.script, 0, RIGHT, "9000");
    kp_script_akis2_logout(&f.script, 0);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_CARD_REPLY_MALFORMED);
    assert_int_equal(f.unblocks, 0);
    assert_non_null(strstr(f.draft, "# It was not seen to be blocked.\n"));
    begin(&f, 3);
    expect_start(&f, 3);
    kp_script_akis2_confirm(&f.script, 0, f.der, f.length);
    kp_script_akis2_counter(&f.script, 0, 1, 3, 3);
    kp_script_expect(&f.script, 0, wrong[0], "6A80");
    kp_script_akis2_logout(&f.script, 0);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_CARD_REFUSED);
    assert_int_equal(f.unblocks, 0);
}

/* Fifteen wrong PINs, each another one, and no end: it ends. */
static void test_a_card_that_cannot_be_blocked(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_start(&f, 3);
    for (unsigned int i = 1; i <= 15; i++) {
        char command[40];
        const unsigned int end = 56 + i;
        snprintf(command, sizeof command, "00200081 06 31323334 3%u 3%u", end / 10, end % 10);
        expect_guarded(&f, 3, command, "63CF");
    }
    assert_int_equal(probe(&f, BLOCKING), KAMUPIN_E_CARD_REPLY_MALFORMED);
}

static void test_unblocked(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    expect_start(&f, 3);
    expect_blocked(&f);
    expect_tries(&f, 3, 3);
    expect_guarded(&f, 3, "00200081 08 3834303236333731", "9000");
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_OK);
    assert_int_equal(f.asked, WITH_UNBLOCKING);
    assert_int_equal(f.unblocks, 1);
    assert_non_null(strstr(f.heard, "unblock|00200081|9000|VERIFY with the new PIN: 9000"));
    assert_null(strstr(f.heard, "end|"));
    assert_non_null(strstr(f.draft, "\nreset-after-authentication = 00 2C 02 81 known\n"));
    assert_non_null(strstr(f.draft, "# After that a service gave it a new PIN.\n"));
    assert_null(strstr(f.draft, "reset-with-puk"));
}

/* What the service's part says is what the probe says, whatever the look at the card says then. */
static void test_a_service_that_does_not(void **state)
{
    fixture f;
    (void)state;
    begin(&f, 3);
    f.unblocked = KAMUPIN_E_AUTHORITY_EXHAUSTED;
    expect_start(&f, 3);
    expect_blocked(&f);
    expect_tries(&f, 0, 3);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_AUTHORITY_EXHAUSTED);
    assert_non_null(strstr(f.heard, "end||0000|the card is blocked now"));
    assert_null(strstr(f.draft, "\nreset-"));
    begin(&f, 3); /* its result is unknown, and the card tells that it is usable */
    f.unblocked = KAMUPIN_E_OUTCOME_UNKNOWN;
    expect_start(&f, 3);
    expect_blocked(&f);
    expect_tries(&f, 3, 3);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_OUTCOME_UNKNOWN);
    assert_null(strstr(f.heard, "blocked now"));
    begin(&f, 3);
    f.declined = KAMUPIN_PROBE_UNBLOCK;
    expect_start(&f, 3);
    expect_blocked(&f);
    assert_int_equal(probe(&f, WITH_UNBLOCKING), KAMUPIN_E_CANCELLED);
    assert_int_equal(f.unblocks, 0);
    assert_non_null(strstr(f.heard, "blocked now"));
}

static void test_wrong_requests(void **state)
{
    static const unsigned int bad[] = {KAMUPIN_PROBE_SACRIFICE,
                                       WITH_UNBLOCKING & ~(unsigned int)KAMUPIN_PROBE_SACRIFICE,
                                       KAMUPIN_PROBE_UNBLOCK, KAMUPIN_PROBE_VERIFY | 32};
    kamupin_context *context = NULL;
    char draft[KAMUPIN_PROBE_DRAFT_MAX];
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    kp_script script;
    (void)state;
    kp_script_init(&script);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &script.backend;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    request.ask = answer;
    request.unblock = unblock;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        request.steps = bad[i];
        assert_int_equal(kamupin_card_probe(context, &request, draft, sizeof draft, NULL),
                         KAMUPIN_E_INVALID_ARGUMENT);
    }
    request.steps = WITH_UNBLOCKING;
    request.unblock = NULL;
    assert_int_equal(kamupin_card_probe(context, &request, draft, sizeof draft, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_context_free(&context);
    kp_script_verify(&script);
    kp_script_free(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_of_it_without_the_word),
        cmocka_unit_test(test_whoever_says_no_keeps_the_card),
        cmocka_unit_test(test_a_card_without_a_way_back),
        cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_no_more_than_needed),
        cmocka_unit_test(test_what_does_not_fit_ends_it),
        cmocka_unit_test(test_a_card_that_cannot_be_blocked),
        cmocka_unit_test(test_unblocked),
        cmocka_unit_test(test_a_service_that_does_not),
        cmocka_unit_test(test_wrong_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
