/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   acts_pin.c: verify and change, with the right PIN and with a wrong one, and the question whether
   they would be refused. */
#include "acts.h"

#include <card/card.h>

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

const kp_act kp_act_verify = {.name = "verify",
                              .personality = "akis2",
                              .more = TWO_LEFT,
                              .run = verify,
                              .judge = judge_verify,
                              .right = KAMUPIN_OK,
                              .decisive = VERIFY};

const kp_act kp_act_verify_wrong = {.name = "verify, wrong PIN",
                                    .personality = "akis2",
                                    .more = TWO_LEFT,
                                    .run = verify_wrong,
                                    .judge = judge_verify,
                                    .right = KAMUPIN_E_PIN_WRONG,
                                    .decisive = VERIFY};

const kp_act kp_act_change = {.name = "change",
                              .personality = "akis2",
                              .more = TWO_LEFT,
                              .run = change,
                              .judge = judge_change,
                              .right = KAMUPIN_OK,
                              .decisive = CHANGE};

const kp_act kp_act_change_wrong = {.name = "change, wrong PIN",
                                    .personality = "akis2",
                                    .more = TWO_LEFT,
                                    .run = change_wrong,
                                    .judge = judge_change,
                                    .right = KAMUPIN_E_PIN_WRONG,
                                    .decisive = CHANGE};

const kp_act kp_act_ready = {.name = "ready",
                             .personality = "akis2",
                             .more = TWO_LEFT,
                             .run = ready,
                             .judge = judge_ready,
                             .right = KAMUPIN_OK};

/* ---- at a keypad ---- */

static kamupin_status pad_verify(kp_stand *stand)
{
    return kamupin_pad_verify(stand->card, NULL, KAMUPIN_RISK_UNPROVEN);
}

static kamupin_status pad_change(kp_stand *stand)
{
    return kamupin_pad_change(stand->card, NULL, KAMUPIN_RISK_UNPROVEN);
}

static void pull(void *user)
{
    kamupin_cancel_pull(user);
}

/* The person pulls the handle while the keypad waits: the reader is told, and has the last word. */
static kamupin_status pad_cancel(kp_stand *stand)
{
    kamupin_cancel *cancel = NULL;

    assert_int_equal(kamupin_cancel_new(stand->context, &cancel, NULL), KAMUPIN_OK);
    stand->card->cancel = cancel;
    stand->world.keypad.asked = pull;
    stand->world.keypad.user = cancel;
    kamupin_status status = kamupin_pad_change(stand->card, NULL, KAMUPIN_RISK_UNPROVEN);
    stand->world.keypad.asked = NULL;
    stand->card->cancel = NULL;
    kamupin_cancel_free(&cancel);
    return status;
}

static void judge_cancel(kp_stand *stand, kamupin_status status)
{
    const unsigned int sent = kp_stand_executed(stand, CHANGE);

    kp_rule(stand, kp_stand_pin_is(stand, sent == 1 ? KP_NEW_PIN : KP_PIN),
            "the PIN is not the one that CHANGE leaves");
    kp_rule(stand, status != KAMUPIN_E_CANCELLED || sent == 0, "cancelled, and the card had it");
    kp_rule(stand, status != KAMUPIN_OK || sent == 1, "a verdict without CHANGE");
}

#define AT_A_KEYPAD(NAME, RUN, JUDGE, RIGHT, DECISIVE, TYPED)                                      \
    {                                                                                              \
        .name = NAME, .personality = "akis2", .more = TWO_LEFT, .run = RUN, .judge = JUDGE,        \
        .right = RIGHT, .decisive = DECISIVE, .typed = TYPED                                       \
    }

const kp_act kp_act_pad[KP_ACTS_PAD] = {
    AT_A_KEYPAD("verify at a keypad", pad_verify, judge_verify, KAMUPIN_OK, VERIFY, KP_PIN),
    AT_A_KEYPAD("verify at a keypad, wrong PIN", pad_verify, judge_verify, KAMUPIN_E_PIN_WRONG,
                VERIFY, KP_WRONG_PIN),
    AT_A_KEYPAD("change at a keypad", pad_change, judge_change, KAMUPIN_OK, CHANGE,
                KP_PIN KP_NEW_PIN),
    AT_A_KEYPAD("change at a keypad, wrong PIN", pad_change, judge_change, KAMUPIN_E_PIN_WRONG,
                CHANGE, KP_WRONG_PIN KP_NEW_PIN)};

const kp_act kp_act_pad_cancel =
    AT_A_KEYPAD("cancel of an entry in steps", pad_cancel, judge_cancel, KAMUPIN_E_CANCELLED, 0,
                KP_PIN KP_NEW_PIN);
