/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_reset.c: a new PIN by each authority: every fault at every call. Both ends are this
   project's, though they share no code. */
#include "acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_reset(void **state)
{
    (void)state;
    kp_stand_try(&kp_act_reset);
}

static void test_reset_usable(void **state)
{
    (void)state;
    kp_stand_try(&kp_act_reset_usable);
}

static void test_reset_sealed(void **state)
{
    (void)state;
    kp_stand_try(&kp_act_reset_sealed);
}

static void test_reset_relay(void **state)
{
    (void)state;
    kp_stand_try(&kp_act_reset_relay);
}

static void test_reset_session(void **state)
{
    (void)state;
    kp_stand_try(&kp_act_reset_session);
    kp_stand_try(&kp_act_reset_session_parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset),         cmocka_unit_test(test_reset_usable),
        cmocka_unit_test(test_reset_sealed),  cmocka_unit_test(test_reset_relay),
        cmocka_unit_test(test_reset_session),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
