/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_reset.c: a new PIN by cryptogram: every fault at every call. What the evidence says,
   and each mark that was made durable on the way, is compared with what the card did. Both ends are
   this project's, though they share no code. */
#include "stand.h"

#include <pin/work.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define AUTHENTICATE 0x82
#define RESET        0x2C

static kamupin_status give(void *user, const uint8_t *challenge, size_t challenge_length,
                           int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                           int *attempts_left, kamupin_error *error)
{
    (void)user;
    (void)deadline_ms;
    (void)error;
    assert_true(*cryptogram_length >= 16);
    kp_card_cryptogram(challenge, challenge_length, cryptogram);
    *cryptogram_length = 16;
    *attempts_left = 3;
    return KAMUPIN_OK;
}

/* What is on disk never says less than what the card has done: it is what a client that is killed
   now goes by. */
static kamupin_status note(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    kp_stand *stand = user;

    (void)error;
    kp_rule(stand,
            kp_stand_executed(stand, AUTHENTICATE) == 0 ||
                evidence->authentication != KP_AUTHENTICATION_NOT_SENT,
            "an authentication is not on disk");
    kp_rule(stand,
            kp_stand_executed(stand, RESET) == 0 || evidence->outcome == KAMUPIN_OUTCOME_DONE ||
                evidence->outcome == KAMUPIN_OUTCOME_UNKNOWN,
            "a new PIN is not on disk");
    return KAMUPIN_OK;
}

static kamupin_status reset(kp_stand *stand)
{
    const kp_authority authority = {.user = stand, .answer = give, .mark = note};
    kamupin_secret *pin = kp_stand_secret(stand, KP_NEW_PIN);
    kamupin_status status = kp_pin_reset(stand->card, &authority, pin, KAMUPIN_RISK_NONE,
                                         KP_OP_RESET_BY_CRYPTOGRAM, &stand->evidence);

    kamupin_secret_free(&pin);
    return status;
}

static void judge_authentication(kp_stand *stand, unsigned int sent)
{
    switch (stand->evidence.authentication) {
    case KP_AUTHENTICATION_NOT_SENT:
        kp_rule(stand, sent == 0, "an authentication is denied");
        break;
    case KP_AUTHENTICATION_ACCEPTED:
        kp_rule(stand, sent == 1, "an authentication is invented");
        break;
    case KP_AUTHENTICATION_REFUSED:
        kp_rule(stand, false, "a right cryptogram is called refused");
        break;
    case KP_AUTHENTICATION_UNKNOWN:
        break;
    }
}

static void judge(kp_stand *stand, kamupin_status status)
{
    const unsigned int sent = kp_stand_executed(stand, RESET);
    const bool has_new = kp_stand_pin_is(stand, KP_NEW_PIN);

    judge_authentication(stand, kp_stand_executed(stand, AUTHENTICATE));
    kp_rule(stand, has_new == (sent == 1), "the PIN is not the one that the commands leave");
    kp_rule(stand, (stand->evidence.outcome == KAMUPIN_OUTCOME_DONE) == (status == KAMUPIN_OK),
            "status and outcome differ");
    switch (stand->evidence.outcome) {
    case KAMUPIN_OUTCOME_DONE:
        kp_rule(stand, has_new, "a new PIN is invented");
        break;
    case KAMUPIN_OUTCOME_NONE:
    case KAMUPIN_OUTCOME_NOT_DONE:
        kp_rule(stand, !has_new, "a new PIN is denied");
        break;
    case KAMUPIN_OUTCOME_UNKNOWN:
        kp_rule(stand, stand->evidence.authentication == KP_AUTHENTICATION_ACCEPTED,
                "a new PIN may have come without a right to it");
        break;
    }
}

static void test_blocked(void **state)
{
    static const kp_act act = {.name = "reset, blocked",
                               .personality = "akis2",
                               .more = "pin.tries 0\n",
                               .run = reset,
                               .judge = judge,
                               .right = KAMUPIN_OK,
                               .decisive = RESET};
    (void)state;
    kp_stand_try(&act);
}

static void test_usable(void **state)
{
    static const kp_act act = {.name = "reset, usable",
                               .personality = "akis2",
                               .more = "pin.tries 2\nreply 61xx on\n",
                               .run = reset,
                               .judge = judge,
                               .right = KAMUPIN_OK,
                               .decisive = RESET};
    (void)state;
    kp_stand_try(&act);
}

static void test_two_faults(void **state)
{
    static const kp_act act = {.name = "reset, two faults",
                               .personality = "akis2",
                               .more = "pin.tries 0\n",
                               .run = reset,
                               .judge = judge,
                               .right = KAMUPIN_OK,
                               .decisive = RESET};
    (void)state;
    kp_stand_try_pairs(&act);
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
        cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_usable),
        cmocka_unit_test(test_two_faults),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
