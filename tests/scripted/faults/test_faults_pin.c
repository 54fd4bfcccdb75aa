/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_pin.c: verify and change, on both generations of cards: every fault at every call. Both
   ends are this project's, though they share no code: what a try costs is counted at the card. */
#include "acts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void try_both(const kp_act *act)
{
    kp_act v1 = *act;

    v1.personality = "akis1";
    kp_stand_try(act);
    kp_stand_try(&v1);
}

static void test_verify(void **state)
{
    (void)state;
    try_both(&kp_act_verify);
}

static void test_verify_wrong(void **state)
{
    (void)state;
    try_both(&kp_act_verify_wrong);
}

static void test_change(void **state)
{
    (void)state;
    try_both(&kp_act_change);
}

static void test_change_wrong(void **state)
{
    (void)state;
    try_both(&kp_act_change_wrong);
}

static void test_insisting(void **state)
{
    (void)state;
    kp_stand_insist(&kp_act_verify_wrong);
    kp_stand_insist(&kp_act_change_wrong);
}

static void test_ready(void **state)
{
    (void)state;
    try_both(&kp_act_ready);
}

static void try_at(const kp_act *act, kp_keypad_kind kind)
{
    kp_act here = *act;

    here.keypad = kind;
    kp_stand_try(&here);
}

static void test_keypad(void **state)
{
    (void)state;
    for (size_t i = 0; i < KP_ACTS_PAD; i++)
        try_at(&kp_act_pad[i], KP_KEYPAD_DIRECT);
}

static void test_keypad_in_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < KP_ACTS_PAD; i++) {
        try_at(&kp_act_pad[i], KP_KEYPAD_LATE);
        try_at(&kp_act_pad[i], KP_KEYPAD_EARLY);
    }
    try_at(&kp_act_pad_cancel, KP_KEYPAD_LATE);
    try_at(&kp_act_pad_cancel, KP_KEYPAD_EARLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify),    cmocka_unit_test(test_verify_wrong),
        cmocka_unit_test(test_change),    cmocka_unit_test(test_change_wrong),
        cmocka_unit_test(test_insisting), cmocka_unit_test(test_ready),
        cmocka_unit_test(test_keypad),    cmocka_unit_test(test_keypad_in_steps),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
