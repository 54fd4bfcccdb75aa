/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_pin.c: verify and change, on both generations of cards: every fault at every call. Both
   ends are this project's, though they share no code: what a try costs is counted at the card. */
#include "stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VERIFY 0x20
#define CHANGE 0x24

static kamupin_status verify_with(kp_stand *stand, const char *digits)
{
    kamupin_secret *pin = kp_stand_secret(stand, digits);
    kamupin_status status = kamupin_pin_verify(stand->card, pin, KAMUPIN_RISK_UNPROVEN);

    kamupin_secret_free(&pin);
    return status;
}

static kamupin_status verify(kp_stand *stand)
{
    return verify_with(stand, KP_PIN);
}

static kamupin_status verify_wrong(kp_stand *stand)
{
    return verify_with(stand, KP_WRONG_PIN);
}

static kamupin_status change_from(kp_stand *stand, const char *digits)
{
    kamupin_secret *old_pin = kp_stand_secret(stand, digits);
    kamupin_secret *new_pin = kp_stand_secret(stand, KP_NEW_PIN);
    kamupin_status status =
        kamupin_pin_change(stand->card, old_pin, new_pin, new_pin, KAMUPIN_RISK_UNPROVEN);

    kamupin_secret_free(&old_pin);
    kamupin_secret_free(&new_pin);
    return status;
}

static kamupin_status change(kp_stand *stand)
{
    return change_from(stand, KP_PIN);
}

static kamupin_status change_wrong(kp_stand *stand)
{
    return change_from(stand, KP_WRONG_PIN);
}

static kamupin_status ready(kp_stand *stand)
{
    return kamupin_pin_ready(stand->card, KAMUPIN_RISK_UNPROVEN);
}

/* A right PIN leaves the counter at its maximum; a wrong one costs what was executed. */
static void judge_verify(kp_stand *stand, kamupin_status status)
{
    const struct vc_counter *counter = &stand->world.players[0].card.state.pin.counter;
    const unsigned int before = stand->world.players[0].fresh.pin.counter.tries;
    const unsigned int sent = kp_stand_executed(stand, VERIFY);
    const bool wrong = stand->act->right == KAMUPIN_E_PIN_WRONG;

    kp_rule(stand, kp_stand_pin_is(stand, KP_PIN), "the PIN has changed");
    kp_rule(stand,
            counter->tries == (wrong      ? before - sent
                               : sent > 0 ? counter->max
                                          : before),
            "the counter is not where VERIFY leaves it");
    kp_rule(stand, status != stand->act->right || sent == 1, "a verdict without VERIFY");
}

/* The card has the new PIN exactly when it took CHANGE with the right old one. */
static void judge_change(kp_stand *stand, kamupin_status status)
{
    const unsigned int sent = kp_stand_executed(stand, CHANGE);
    const bool wrong = stand->act->right == KAMUPIN_E_PIN_WRONG;

    kp_rule(stand, kp_stand_pin_is(stand, sent == 1 && !wrong ? KP_NEW_PIN : KP_PIN),
            "the PIN is not the one that CHANGE leaves");
    kp_rule(stand, status != stand->act->right || sent == 1, "a verdict without CHANGE");
}

static void judge_ready(kp_stand *stand, kamupin_status status)
{
    (void)status;
    kp_rule(stand, kp_stand_executed(stand, VERIFY) + kp_stand_executed(stand, CHANGE) == 0,
            "a look has cost something");
}

#define TWO_LEFT "pin.tries 2\n"

/* Tries an operation on cards of both generations with two tries left. */
static void try(const char *name, kamupin_status (*run)(kp_stand *stand), kamupin_status right,
                uint8_t decisive)
{
    kp_act act = {.name = name,
                  .more = TWO_LEFT,
                  .run = run,
                  .judge = decisive == VERIFY ? judge_verify : judge_change,
                  .right = right,
                  .decisive = decisive};
    static const char *const generations[] = {"akis2", "akis1"};
    for (size_t i = 0; i < 2; i++) {
        act.personality = generations[i];
        kp_stand_try(&act);
    }
}

static void test_verify(void **state)
{
    (void)state;
    try("verify", verify, KAMUPIN_OK, VERIFY);
}

static void test_verify_wrong(void **state)
{
    (void)state;
    try("verify, wrong PIN", verify_wrong, KAMUPIN_E_PIN_WRONG, VERIFY);
}

static void test_change(void **state)
{
    (void)state;
    try("change", change, KAMUPIN_OK, CHANGE);
}

static void test_change_wrong(void **state)
{
    (void)state;
    try("change, wrong PIN", change_wrong, KAMUPIN_E_PIN_WRONG, CHANGE);
}

static void test_ready(void **state)
{
    static const kp_act act = {.name = "ready",
                               .personality = "akis2",
                               .more = TWO_LEFT,
                               .run = ready,
                               .judge = judge_ready,
                               .right = KAMUPIN_OK};
    (void)state;
    kp_stand_try(&act);
}

static int teardown(void **state)
{
    (void)state;
    kp_cards_free();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify), cmocka_unit_test(test_verify_wrong),
        cmocka_unit_test(test_change), cmocka_unit_test(test_change_wrong),
        cmocka_unit_test(test_ready),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
