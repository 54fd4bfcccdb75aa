/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_catalogue.c: the sentences. Each status has a name of its own, a cause and a remedy in both
   languages, and a number that a process can exit with; numbers of the record appear in its text;
   a text that is too long ends at a whole character; nothing invites anybody to type a PUK. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <kamupin/notice.h>

static const kamupin_language languages[] = {KAMUPIN_TURKISH, KAMUPIN_ENGLISH};

/* Whether every character is whole and well formed (RFC 3629). */
static bool utf8(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != 0; at++) {
        int tail = *at < 0x80 ? 0 : *at >= 0xF0 ? 3 : *at >= 0xE0 ? 2 : *at >= 0xC0 ? 1 : -1;
        if (tail < 0)
            return false;
        for (; tail > 0; tail--)
            if ((*++at & 0xC0) != 0x80)
                return false;
    }
    return true;
}

static void walking_visits_each_status_once_in_order(void **state)
{
    (void)state;
    int count = 0;
    int before = -1;
    kamupin_status status = KAMUPIN_OK;
    do {
        assert_true((int)status > before);
        before = (int)status;
        status = kamupin_status_next(status);
        count++;
    } while (status != KAMUPIN_OK);
    int named = 0;
    for (int number = 0; number < 256; number++)
        named += strcmp(kamupin_status_name((kamupin_status)number), "unknown-status") != 0;
    assert_int_equal(count, named);
    assert_true(count > KAMUPIN_E_NOT_ACKNOWLEDGED);
    assert_int_equal(kamupin_status_next((kamupin_status)15), KAMUPIN_E_READER_SERVICE_DOWN);
}

static void each_number_is_an_exit_code(void **state)
{
    (void)state;
    for (kamupin_status s = kamupin_status_next(KAMUPIN_OK); s != KAMUPIN_OK;
         s = kamupin_status_next(s)) {
        assert_in_range(s, 1, 254);
        assert_not_in_range(s, 126, 165); /* shells and signals */
    }
}

static void each_name_is_kebab_case_and_its_own(void **state)
{
    (void)state;
    kamupin_status a = KAMUPIN_OK;
    do {
        const char *name = kamupin_status_name(a);
        assert_true(strlen(name) > 1);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        assert_string_not_equal(name, "unknown-status");
        for (kamupin_status b = kamupin_status_next(a); b != KAMUPIN_OK; b = kamupin_status_next(b))
            assert_string_not_equal(name, kamupin_status_name(b));
        a = kamupin_status_next(a);
    } while (a != KAMUPIN_OK);
    assert_string_equal(kamupin_status_name(KAMUPIN_E_CODE_EXPIRED), "code-expired");
    assert_string_equal(kamupin_status_name(KAMUPIN_OK), "ok");
}

static void each_status_has_its_four_sentences(void **state)
{
    (void)state;
    kamupin_status s = KAMUPIN_OK;
    do {
        for (size_t i = 0; i < 2; i++) {
            const char *texts[] = {kamupin_status_cause(s, languages[i]),
                                   kamupin_status_remedy(s, languages[i])};
            for (size_t j = 0; j < 2; j++) {
                assert_true(strlen(texts[j]) >= 5);
                assert_true(utf8(texts[j]));
                assert_int_equal(texts[j][strlen(texts[j]) - 1], '.');
            }
            assert_string_not_equal(texts[0], texts[1]);
        }
        assert_string_not_equal(kamupin_status_cause(s, KAMUPIN_TURKISH),
                                kamupin_status_cause(s, KAMUPIN_ENGLISH));
        s = kamupin_status_next(s);
    } while (s != KAMUPIN_OK);
}

static void the_longest_text_has_room(void **state)
{
    (void)state;
    for (kamupin_status s = kamupin_status_next(KAMUPIN_OK); s != KAMUPIN_OK;
         s = kamupin_status_next(s)) {
        for (size_t i = 0; i < 2; i++) {
            kamupin_error error = KAMUPIN_ERROR_INIT;
            error.status = s;
            error.tries_left = INT_MAX;
            error.wait_seconds = INT_MAX;
            error.status_word = 0x6983;
            error.looks_like = KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE; /* the longest hint */
            char text[KAMUPIN_TEXT_MAX * 2];
            kamupin_error_text(&error, languages[i], text, sizeof text);
            assert_true(strlen(text) < KAMUPIN_TEXT_MAX);
            assert_non_null(strstr(text, "6983"));
        }
    }
}

static void numbers_appear_only_when_they_are_set(void **state)
{
    (void)state;
    char text[KAMUPIN_TEXT_MAX];
    kamupin_error error = KAMUPIN_ERROR_INIT;
    error.status = KAMUPIN_E_SMS_CODE_WRONG;
    kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text);
    assert_null(strpbrk(text, "0123456789"));
    error.tries_left = 2;
    kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text);
    assert_non_null(strstr(text, "Tries left: 2."));
    kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text);
    assert_non_null(strstr(text, "Kalan deneme hakkı: 2."));
    error.tries_left = 0;
    kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text);
    assert_non_null(strstr(text, "Deneme hakkı kalmadı."));
    error.status = KAMUPIN_E_PIN_BLOCKED; /* whose cause says it */
    kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text);
    assert_null(strstr(text, "kalmadı."));
    error.tries_left = -1;
    error.wait_seconds = 30;
    kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text);
    assert_non_null(strstr(text, "30 sn"));
    assert_null(strstr(text, "hakkı:"));
}

static void a_time_is_read_in_minutes(void **state)
{
    static const struct {
        int seconds;
        const char *turkish, *english;
    } cases[] = {
        {-1, "0 sn", "0 s"},
        {0, "0 sn", "0 s"},
        {59, "59 sn", "59 s"},
        {60, "1 dk", "1 min"},
        {80, "1 dk 20 sn", "1 min 20 s"},
        {1800, "30 dk", "30 min"},
        {3600, "1 sa", "1 h"},
        {3661, "1 sa 1 dk 1 sn", "1 h 1 min 1 s"},
        {7205, "2 sa 5 sn", "2 h 5 s"},
        {INT_MAX, "596523 sa 14 dk 7 sn", "596523 h 14 min 7 s"},
    };
    char text[KAMUPIN_DURATION_MAX];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(
            kamupin_duration_text(cases[i].seconds, KAMUPIN_TURKISH, text, sizeof text),
            cases[i].turkish);
        assert_string_equal(
            kamupin_duration_text(cases[i].seconds, KAMUPIN_ENGLISH, text, sizeof text),
            cases[i].english);
    }
    assert_string_equal(kamupin_duration_text(80, KAMUPIN_ENGLISH, text, 6), "1 min");
    assert_string_equal(kamupin_duration_text(80, KAMUPIN_ENGLISH, NULL, 6), "");
}

static void a_text_is_cut_at_a_character(void **state)
{
    (void)state;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    error.status = KAMUPIN_E_PIN_WRONG;
    error.tries_left = 1;
    char whole[KAMUPIN_TEXT_MAX];
    kamupin_error_text(&error, KAMUPIN_TURKISH, whole, sizeof whole);
    bool cut_inside = false;
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        char *text = malloc(size); /* exact, so that a sanitizer sees one byte too many */
        assert_non_null(text);
        assert_ptr_equal(kamupin_error_text(&error, KAMUPIN_TURKISH, text, size), text);
        assert_true(strlen(text) < size);
        assert_true(size - 1 - strlen(text) <= 3);
        assert_true(utf8(text));
        assert_memory_equal(text, whole, strlen(text));
        cut_inside = cut_inside || strlen(text) < size - 1;
        free(text);
    }
    assert_true(cut_inside);
}

static void what_is_no_status_says_so(void **state)
{
    (void)state;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    error.status = (kamupin_status)130;
    char text[KAMUPIN_TEXT_MAX];
    assert_string_equal(kamupin_status_name(error.status), "unknown-status");
    assert_string_equal(kamupin_status_cause(error.status, KAMUPIN_TURKISH), "");
    assert_string_equal(kamupin_status_remedy(error.status, KAMUPIN_ENGLISH), "");
    kamupin_error_text(&error, KAMUPIN_ENGLISH, text, sizeof text);
    assert_non_null(strstr(text, "130"));
    kamupin_error_text(NULL, KAMUPIN_TURKISH, text, sizeof text);
    assert_non_null(strstr(text, kamupin_status_cause(KAMUPIN_OK, KAMUPIN_TURKISH)));
    assert_string_equal(kamupin_notice_text((kamupin_notice)99, KAMUPIN_TURKISH), "");
}

static void notices_say_what_the_seeds_say(void **state)
{
    (void)state;
    for (int n = KAMUPIN_NOTICE_BEFORE_PIN; n <= KAMUPIN_NOTICE_ISSUED_PIN; n++)
        for (size_t i = 0; i < 2; i++) {
            assert_true(strlen(kamupin_notice_text((kamupin_notice)n, languages[i])) > 80);
            assert_true(utf8(kamupin_notice_text((kamupin_notice)n, languages[i])));
        }
    for (size_t i = 0; i < 2; i++) {
        assert_non_null(
            strstr(kamupin_notice_text(KAMUPIN_NOTICE_CALL_CENTRE, languages[i]), "444 5 576"));
        assert_non_null(strstr(kamupin_notice_text(KAMUPIN_NOTICE_AFTER_PIN, languages[i]), "PUK"));
        assert_non_null(
            strstr(kamupin_notice_text(KAMUPIN_NOTICE_CODE_IS_NO_PUK, languages[i]), "PUK"));
        assert_non_null(strstr(kamupin_notice_text(KAMUPIN_NOTICE_BEFORE_PIN, languages[i]), "12"));
    }
}

/* One status ends a wait for a card, for a reader's keypad and for a login in the browser. */
static void what_was_waited_for_is_named(void **state)
{
    (void)state;
    const char *turkish = kamupin_status_remedy(KAMUPIN_E_TIMED_OUT, KAMUPIN_TURKISH);
    const char *english = kamupin_status_remedy(KAMUPIN_E_TIMED_OUT, KAMUPIN_ENGLISH);
    assert_true(strstr(turkish, "kart") && strstr(turkish, "tuş takım") &&
                strstr(turkish, "giriş"));
    assert_true(strstr(english, "card") && strstr(english, "keypad") && strstr(english, "login"));
}

/* Rows H01 and H02: a sentence that speaks of a code says which; the two are never mixed up. */
static void codes_and_pins_have_full_names(void **state)
{
    (void)state;
    for (kamupin_status s = KAMUPIN_E_CODE_MALFORMED; s <= KAMUPIN_E_CODE_EXPIRED;
         s = kamupin_status_next(s))
        assert_true(strstr(kamupin_status_cause(s, KAMUPIN_TURKISH), "ayfadaki doğrulama kodu") ||
                    strstr(kamupin_status_remedy(s, KAMUPIN_TURKISH), "ayfadaki doğrulama kodu"));
    for (kamupin_status s = KAMUPIN_E_SMS_CODE_MALFORMED; s <= KAMUPIN_E_SMS_CODE_EXPIRED;
         s = kamupin_status_next(s))
        assert_non_null(strstr(kamupin_status_cause(s, KAMUPIN_TURKISH), "SMS doğrulama kodu"));
    assert_non_null(strstr(kamupin_status_cause(KAMUPIN_E_PIN_BLOCKED, KAMUPIN_TURKISH),
                           "PIN (e-imza şifresi)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walking_visits_each_status_once_in_order),
        cmocka_unit_test(each_number_is_an_exit_code),
        cmocka_unit_test(each_name_is_kebab_case_and_its_own),
        cmocka_unit_test(each_status_has_its_four_sentences),
        cmocka_unit_test(the_longest_text_has_room),
        cmocka_unit_test(numbers_appear_only_when_they_are_set),
        cmocka_unit_test(a_time_is_read_in_minutes),
        cmocka_unit_test(a_text_is_cut_at_a_character),
        cmocka_unit_test(what_is_no_status_says_so),
        cmocka_unit_test(notices_say_what_the_seeds_say),
        cmocka_unit_test(what_was_waited_for_is_named),
        cmocka_unit_test(codes_and_pins_have_full_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
