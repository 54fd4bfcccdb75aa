/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_operation.c: what an operation refuses before anything is spent on it. Touches nothing. */
#include "provoke.h"

static int enter(void **state)
{
    kamupin_context *context = NULL;
    kamupin_status status = kamupin_context_new(NULL, &context, NULL);

    *state = context;
    return status == KAMUPIN_OK ? 0 : -1;
}

static int leave(void **state)
{
    kamupin_context *context = *state;

    kamupin_context_free(&context);
    return 0;
}

/* They would be noticed at the card otherwise, when code and SMS are spent. */
static void risks_and_kinds_that_do_not_exist_are_refused_at_once(void **state)
{
    kamupin_context *context = *state;
    kamupin_operation *operation = NULL;
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;

    options.service = "https://localhost:1/kamupin/v1";
    options.risk = KAMUPIN_RISK_LAST_TRY | KAMUPIN_RISK_UNPROVEN | KAMUPIN_RISK_UNKNOWN_TRIES |
                   KAMUPIN_RISK_SEALED_PUK;
    options.kind = KAMUPIN_OPERATION_CREATE;
    assert_int_equal(kamupin_operation_new(context, &options, &operation, NULL), KAMUPIN_OK);
    kamupin_operation_free(&operation);
    options.risk = 16;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_operation_new(context, &options, &operation, NULL));
    assert_null(operation);
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_resume(context, &options, NULL, NULL, NULL));
    options.risk = 0;
    options.kind = (kamupin_operation_kind)3;
    assert_provokes(KAMUPIN_E_INVALID_ARGUMENT,
                    kamupin_operation_new(context, &options, &operation, NULL));
    assert_null(operation);
}

/* Every call on an operation that is not there. */
static void no_operation_is_an_invalid_argument(void **state)
{
    kamupin_context *context = *state;
    kamupin_reader_list *list = NULL;
    kamupin_secret *secret = NULL;
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_result result = KAMUPIN_RESULT_INIT;

    assert_int_equal(kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &secret, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_operation_redeem(NULL, secret), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_cards(NULL, &list), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_choose(NULL, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_choose(NULL, "card"), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_set_pin(NULL, secret, secret), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_begin_factor(NULL, KAMUPIN_FACTOR_SMS, &factor),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_factor(NULL, &factor), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_verify_factor(NULL, secret), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_run(NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_operation_result(NULL, &result), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_secret_free(&secret);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(risks_and_kinds_that_do_not_exist_are_refused_at_once,
                                        enter, leave),
        cmocka_unit_test_setup_teardown(no_operation_is_an_invalid_argument, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
