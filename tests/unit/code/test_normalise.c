/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_normalise.c: kamupin_code_normalise on what a web page's copy brings along (rows C07, C08).
   Reads the secret's bytes to compare them; sends nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <core/secret.h>
#include <kamupin/code.h>

#define CODE "123456789012345" /* 15 digits, as the one public sample has */

static kamupin_context *context;

static int make_context(void **state)
{
    (void)state;
    return kamupin_context_new(NULL, &context, NULL) == KAMUPIN_OK ? 0 : -1;
}

static int free_context(void **state)
{
    (void)state;
    kamupin_context_free(&context);
    return 0;
}

/* Normalises `typed` and expects `status`; then the secret holds `clean` (NULL: what was typed). */
static void expect(const char *typed, size_t length, kamupin_status status, const char *clean)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    error.status = KAMUPIN_E_CRYPTO;
    kamupin_secret *code = NULL;
    kp_bytes bytes;
    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_VERIFICATION_CODE, &code, NULL),
                     KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(code, typed, length), KAMUPIN_OK);
    assert_int_equal(kamupin_code_normalise(code, &error), status);
    assert_int_equal(error.status, status);
    assert_int_equal(kp_secret_read(code, KAMUPIN_SECRET_VERIFICATION_CODE, &bytes, NULL),
                     KAMUPIN_OK);
    size_t left = clean == NULL ? length : strlen(clean);
    assert_int_equal(bytes.length, left);
    assert_memory_equal(bytes.data, clean == NULL ? typed : clean, left);
    kamupin_secret_free(&code);
}

static void expect_clean(const char *typed)
{
    expect(typed, strlen(typed), KAMUPIN_OK, CODE);
}

static void expect_refused(const char *typed)
{
    expect(typed, strlen(typed), KAMUPIN_E_CODE_MALFORMED, NULL);
}

static void test_clean_stays(void **state)
{
    (void)state;
    expect_clean(CODE);
}

static void test_blanks_go(void **state)
{
    (void)state;
    static const char *const blanks[] = {" ",
                                         "\t",
                                         "\n",
                                         "\v",
                                         "\f",
                                         "\r",
                                         "\r\n",
                                         "\xC2\xA0",
                                         "\xE2\x80\x87",
                                         "\xE2\x80\x8B",
                                         "\xE2\x80\x8C",
                                         "\xE2\x80\x8D",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\xA0",
                                         "\xEF\xBB\xBF",
                                         "\u200A",  /* hair space */
                                         "\u200E",  /* left-to-right mark */
                                         "\u2028",  /* line separator */
                                         "\u202A",  /* left-to-right embedding */
                                         "\u2069",  /* pop directional isolate */
                                         "\u3000",  /* ideographic space */
                                         "\u00AD"}; /* soft hyphen */
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
        char typed[64] = "";
        strcat(strcat(typed, blanks[i]), CODE);
        expect_clean(typed);
        strcpy(typed, CODE);
        expect_clean(strcat(typed, blanks[i]));
        strcpy(typed, "12345");
        strcat(strcat(strcat(typed, blanks[i]), blanks[i]), "6789012345");
        expect_clean(typed);
    }
    expect_clean("\xEF\xBB\xBF 1234\xC2\xA0"
                 "5678\xE2\x80\xAF"
                 "9012\t345\r\n");
}

static void test_full_width_digits(void **state)
{
    (void)state;
    expect_clean("１２３４５６７８９０１２３４５");
    expect_clean("1２3４5 6７8９01２3４5\n");
    expect_refused("１２３４５");
    expect_refused("１２３４５６７８９０１２３４５：");
}

static void test_many_blanks(void **state)
{
    (void)state;
    char typed[900];
    memset(typed, ' ', sizeof typed);
    memcpy(typed + 700, CODE, strlen(CODE));
    expect(typed, sizeof typed, KAMUPIN_OK, CODE);
}

static void test_other_characters(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "12345678901234a",
        "12345-6789012345",
        "A" CODE,
        CODE ".",
        CODE "\xC2",     /* a blank that was cut */
        CODE "\xE2\x80", /* the same */
        CODE "\xC2\xA1",
        "\xA0" CODE,                                       /* a no-break space of Latin-5 */
        "\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA5\xD9\xA6" /* Arabic-Indic digits */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        expect_refused(wrong[i]);
    expect(CODE "\0", strlen(CODE) + 1, KAMUPIN_E_CODE_MALFORMED, NULL);
}

static void test_length(void **state)
{
    (void)state;
    expect_refused("");
    expect_refused(" \n ");
    expect_refused("12345");
    expect_refused("1 2 3 4 5 ");
    expect("123456", 6, KAMUPIN_OK, "123456");
    expect("12345678901234567890123456789012", 32, KAMUPIN_OK, "12345678901234567890123456789012");
    expect("1234567890123456789012345678901 2", 33, KAMUPIN_OK, "12345678901234567890123456789012");
    expect_refused("123456789012345678901234567890123");
}

static void test_kinds(void **state)
{
    (void)state;
    kamupin_secret *sms = NULL, *pin = NULL;
    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_SMS_CODE, &sms, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(sms, "123 456", 7), KAMUPIN_OK);
    assert_int_equal(kamupin_code_normalise(sms, NULL), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_secret_length(sms), 7);
    assert_int_equal(kamupin_code_normalise(pin, NULL), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_code_normalise(NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_secret_free(&sms);
    kamupin_secret_free(&pin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_stays), cmocka_unit_test(test_blanks_go),
        cmocka_unit_test(test_many_blanks), cmocka_unit_test(test_other_characters),
        cmocka_unit_test(test_length),      cmocka_unit_test(test_full_width_digits),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
