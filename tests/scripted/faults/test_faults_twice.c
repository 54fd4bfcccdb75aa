/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_twice.c: two faults in one operation: at every call, and then at every call behind it,
   those included that only the first one brought about. */
#include "acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_verify_wrong(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_verify_wrong);
}

static void test_change(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_change);
}

static void test_reset(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_reset);
}

static void test_reset_sealed(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_reset_sealed);
}

static void test_reset_relay(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_reset_relay);
}

static void test_reset_session(void **state)
{
    (void)state;
    kp_stand_try_pairs(&kp_act_reset_session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_wrong), cmocka_unit_test(test_change),
        cmocka_unit_test(test_reset),        cmocka_unit_test(test_reset_sealed),
        cmocka_unit_test(test_reset_relay),  cmocka_unit_test(test_reset_session),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
