/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_look.c: which secret a refused one looks like, and that no call takes one kind of secret for
   another: every kind a person can give, at every call that takes one without a card or a service.
   Nothing is sent. */
#include <core/look.h>
#include <factor/factor.h>
#include <kamupin/kamupin.h>

#include "own_context.h"
#include "provoke.h"

#include <string.h>

#define CODE "123456789012345" /* 15 digits, as the one public sample has */
#define TCKN "10000000146"

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

static void digits_and_letters_tell(void **state)
{
    static const struct {
        const char *text;
        kamupin_look look;
    } cases[] = {
        {"", KAMUPIN_LOOKS_LIKE_NOTHING},
        {" ", KAMUPIN_LOOKS_LIKE_NOTHING},
        {"123", KAMUPIN_LOOKS_LIKE_NOTHING},
        {"1234", KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE},
        {"123 456", KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE},
        {"123456789012", KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE},
        {TCKN, KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER},
        {"100 000 001 46\n", KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER},
        {"10000000147", KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE}, /* a check digit is wrong */
        {"00000000000", KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE},
        {"1234567890123", KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {CODE, KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {"１２３４５６７８９０１２３４５", KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {"12345678901234567890123456789012", KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {"123456789012345678901234567890123", KAMUPIN_LOOKS_LIKE_NOTHING},
        {"parola", KAMUPIN_LOOKS_LIKE_PASSWORD},
        {"Çığ123", KAMUPIN_LOOKS_LIKE_PASSWORD},
        {"\xFF", KAMUPIN_LOOKS_LIKE_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int kind = KAMUPIN_SECRET_PIN; kind <= KAMUPIN_SECRET_SECURITY_WORD; kind++) {
            kamupin_secret *typed =
                kp_test_secret(context, (kamupin_secret_kind)kind, cases[i].text);
            assert_int_equal(kamupin_secret_looks_like(typed), cases[i].look);
            kamupin_secret_free(&typed);
        }
    assert_int_equal(kamupin_secret_looks_like(NULL), KAMUPIN_LOOKS_LIKE_NOTHING);
    kamupin_secret *proxy = kp_test_secret(context, KAMUPIN_SECRET_PROXY_PASSWORD, CODE);
    assert_int_equal(kamupin_secret_looks_like(proxy), KAMUPIN_LOOKS_LIKE_NOTHING);
    kamupin_secret_free(&proxy);
}

/* The calls, and the kind that each takes. */
enum call { NORMALISE, REDEEM, CHECK_PIN, CHECK_AGAIN, VERIFY_SMS, VERIFY_WEB, CALLS };

static const kamupin_secret_kind WANTS[CALLS] = {KAMUPIN_SECRET_VERIFICATION_CODE,
                                                 KAMUPIN_SECRET_VERIFICATION_CODE,
                                                 KAMUPIN_SECRET_PIN,
                                                 KAMUPIN_SECRET_PIN,
                                                 KAMUPIN_SECRET_SMS_CODE,
                                                 KAMUPIN_SECRET_WEB_PASSWORD};

static kamupin_status redeem(kamupin_secret *given, kamupin_error *error)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_operation *operation = NULL;

    options.service = "https://localhost:1/none";
    assert_int_equal(kamupin_operation_new(context, &options, &operation, error), KAMUPIN_OK);
    kamupin_status status = kamupin_operation_redeem(operation, given);
    kamupin_operation_error(operation, error);
    kamupin_operation_free(&operation);
    return status;
}

static kamupin_status verify(kamupin_factor_type type, const kamupin_secret *given,
                             kamupin_error *error)
{
    kp_factor factor = {.begun = {.type = type, .code_length = 6, .tries_left = 3}};
    const kp_factor_use none = {.service = NULL};
    kp_factor_given come = {.ticket = NULL};

    return kp_factor_verify(context, &none, given, &factor, &come, error);
}

static kamupin_status make(enum call call, kamupin_secret *given, kamupin_error *error)
{
    switch (call) {
    case NORMALISE:
        return kamupin_code_normalise(given, error);
    case REDEEM:
        return redeem(given, error);
    case CHECK_PIN:
        return kamupin_pin_check(NULL, given, NULL, error);
    case CHECK_AGAIN: {
        kamupin_secret *pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, "123456");
        kamupin_status status = kamupin_pin_check(NULL, pin, given, error);
        kamupin_secret_free(&pin);
        return status;
    }
    case VERIFY_SMS:
        return verify(KAMUPIN_FACTOR_SMS, given, error);
    case VERIFY_WEB:
        return verify(KAMUPIN_FACTOR_WEB_PASSWORD, given, error);
    case CALLS:
        break;
    }
    return KAMUPIN_OK;
}

static bool are_factors(kamupin_secret_kind a, kamupin_secret_kind b)
{
    return (a == KAMUPIN_SECRET_SMS_CODE && b == KAMUPIN_SECRET_WEB_PASSWORD) ||
           (b == KAMUPIN_SECRET_SMS_CODE && a == KAMUPIN_SECRET_WEB_PASSWORD);
}

static void no_call_takes_one_kind_for_another(void **state)
{
    (void)state;
    for (int call = NORMALISE; call < CALLS; call++)
        for (int kind = KAMUPIN_SECRET_PIN; kind <= KAMUPIN_SECRET_PROXY_PASSWORD; kind++) {
            const kamupin_secret_kind given = (kamupin_secret_kind)kind;
            const kamupin_secret_kind wanted = WANTS[call];
            kamupin_error error = KAMUPIN_ERROR_INIT;
            char text[KAMUPIN_TEXT_MAX];
            if (given == wanted)
                continue;
            kamupin_secret *typed = kp_test_secret(context, given, TCKN);
            kamupin_status status = make((enum call)call, typed, &error);
            assert_int_equal(status, are_factors(given, wanted) ? KAMUPIN_E_FACTOR_MISMATCH
                                                                : KAMUPIN_E_SECRET_KIND);
            assert_int_equal(error.looks_like, given == KAMUPIN_SECRET_PROXY_PASSWORD
                                                   ? KAMUPIN_LOOKS_LIKE_NOTHING
                                                   : KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER);
            assert_null(
                strstr(kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text), TCKN));
            assert_null(strstr(error.detail, TCKN));
            kamupin_secret_free(&typed);
        }
}

/* What a person types into the wrong field of the right kind. */
static void a_refusal_says_what_it_looks_like(void **state)
{
    static const struct {
        enum call call;
        const char *text;
        kamupin_status status;
        kamupin_look look;
    } cases[] = {
        {CHECK_PIN, CODE, KAMUPIN_E_PIN_TOO_LONG, KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {CHECK_PIN, "parola", KAMUPIN_E_PIN_NOT_DIGITS, KAMUPIN_LOOKS_LIKE_PASSWORD},
        {CHECK_PIN, "12345", KAMUPIN_E_PIN_TOO_SHORT, KAMUPIN_LOOKS_LIKE_NOTHING},
        {NORMALISE, "parola", KAMUPIN_E_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_PASSWORD},
        {NORMALISE, "1234", KAMUPIN_E_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE},
        {VERIFY_SMS, CODE, KAMUPIN_E_SMS_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE},
        {VERIFY_SMS, TCKN, KAMUPIN_E_SMS_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER},
        {VERIFY_SMS, "parola", KAMUPIN_E_SMS_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_PASSWORD},
        {VERIFY_SMS, "12345", KAMUPIN_E_SMS_CODE_MALFORMED, KAMUPIN_LOOKS_LIKE_NOTHING},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int language = KAMUPIN_TURKISH; language <= KAMUPIN_ENGLISH; language++) {
            kamupin_secret *typed = kp_test_secret(context, WANTS[cases[i].call], cases[i].text);
            kamupin_error error = KAMUPIN_ERROR_INIT;
            char text[KAMUPIN_TEXT_MAX];
            assert_int_equal(make(cases[i].call, typed, &error), cases[i].status);
            assert_int_equal(error.looks_like, cases[i].look);
            kamupin_error_text(&error, (kamupin_language)language, text, sizeof text);
            const char *said = kamupin_look_text(cases[i].look, (kamupin_language)language);
            assert_non_null(strstr(text, said));
            assert_int_equal(said[0] == '\0', cases[i].look == KAMUPIN_LOOKS_LIKE_NOTHING);
            kamupin_secret_free(&typed);
        }
}

/* A program that was built against a record without the hint gets its record and no byte more. */
static void a_shorter_record_is_not_written_past(void **state)
{
    struct {
        kamupin_error error;
        unsigned char guard;
    } old = {KAMUPIN_ERROR_INIT, 0xA5};
    kamupin_secret *pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, CODE);

    (void)state;
    old.error.size = offsetof(kamupin_error, looks_like);
    old.error.looks_like = KAMUPIN_LOOKS_LIKE_PASSWORD;
    assert_int_equal(kamupin_pin_check(NULL, pin, NULL, &old.error), KAMUPIN_E_PIN_TOO_LONG);
    assert_int_equal(old.error.looks_like, KAMUPIN_LOOKS_LIKE_PASSWORD);
    assert_int_equal(old.guard, 0xA5);
    kamupin_secret_free(&pin);
}

static void each_look_has_a_word_and_two_sentences(void **state)
{
    (void)state;
    for (int look = KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE; look <= KAMUPIN_LOOKS_LIKE_PASSWORD;
         look++) {
        assert_true(strlen(kamupin_look_text((kamupin_look)look, KAMUPIN_TURKISH)) > 40);
        assert_true(strlen(kamupin_look_text((kamupin_look)look, KAMUPIN_ENGLISH)) > 40);
        assert_true(strlen(kamupin_look_name((kamupin_look)look)) > 4);
    }
    assert_string_equal(kamupin_look_name((kamupin_look)99), "");
    assert_string_equal(kamupin_look_text((kamupin_look)99, KAMUPIN_TURKISH), "");
    assert_non_null(strstr(kamupin_look_text(KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE, KAMUPIN_TURKISH),
                           "PUK değildir"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_and_letters_tell),
        cmocka_unit_test(no_call_takes_one_kind_for_another),
        cmocka_unit_test(a_refusal_says_what_it_looks_like),
        cmocka_unit_test(a_shorter_record_is_not_written_past),
        cmocka_unit_test(each_look_has_a_word_and_two_sentences),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
