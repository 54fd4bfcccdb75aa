/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   acts_reset.c: a new PIN by cryptogram, by relay and by sealed PUK. What the evidence says, and each mark that
   was made durable on the way, is compared with what the card did. */
#include "acts.h"

#include <pin/work.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define AUTHENTICATE  0x82
#define GET_CHALLENGE 0x84
#define RESET         0x2C
#define USES          5 /* of the PUK that the card allows */

/* The command that can cost an attempt. With a sealed PUK it is the one that sets the PIN as well. */
static uint8_t spending(const kp_stand *stand)
{
    return stand->act->detail == KP_FORM_SEALED_PUK ? RESET : AUTHENTICATE;
}

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

static size_t write_puk(void *user, unsigned char *room, size_t size)
{
    (void)user;
    assert_true(size >= strlen(KP_PUK));
    memcpy(room, KP_PUK, strlen(KP_PUK));
    return strlen(KP_PUK);
}

static kamupin_status disclose(void *user, kamupin_secret **puk, int *uses_left,
                               kamupin_error *error)
{
    kp_stand *stand = user;

    assert_null(stand->world.holder); /* the card is not held while the service is asked */
    *uses_left = 3;
    return kp_secret_written(stand->context, KP_SECRET_PUK, write_puk, NULL, puk, error);
}

/* The service drives the card: challenge, its answer, and then the right is there. In clear: nothing
   here plays the service's side of a session. */
static kamupin_status relay(void *user, const uint8_t *answer, size_t answer_length,
                            int64_t deadline_ms, kp_relay_step *step, kamupin_error *error)
{
    static const uint8_t challenge[] = {0x00, GET_CHALLENGE, 0x00, 0x00, 0x08};
    static const uint8_t authenticate[] = {0x00, AUTHENTICATE, 0x00, 0x83, 0x10};

    (void)user;
    (void)deadline_ms;
    (void)error;
    step->attempts_left = 3;
    if (answer_length == 0) {
        memcpy(step->command, challenge, sizeof challenge);
        step->length = sizeof challenge;
    } else if (answer_length > 2) {
        memcpy(step->command, authenticate, sizeof authenticate);
        kp_card_cryptogram(answer, answer_length - 2, step->command + sizeof authenticate);
        step->length = sizeof authenticate + 16;
    }
    return KAMUPIN_OK;
}

/* The row that a form needs, in place of the card's own. */
static void change_row(kp_stand *stand, kp_authority_form form)
{
    stand->row = *stand->card->identity.profile;
    if (form == KP_FORM_SEALED_PUK)
        stand->row.external_authenticate.proof = KP_UNKNOWN;
    if (form == KP_FORM_RELAY) {
        stand->row.relay[0] = (kp_relay_rule){0x00, GET_CHALLENGE, 0x00, 0x00, false};
        stand->row.relay[1] = (kp_relay_rule){0x00, AUTHENTICATE, 0x00, 0x83, true};
        stand->row.relay_rules = 2;
        stand->row.relay_keys = false;
    }
    stand->card->identity.profile = &stand->row;
}

/* What is on disk never says less than what the card has done: it is what a client that is killed
   now goes by. */
static kamupin_status note(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    kp_stand *stand = user;

    (void)error;
    kp_rule(stand,
            kp_stand_executed(stand, spending(stand)) == 0 ||
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
    const kp_authority authority = {.user = stand,
                                    .answer = give,
                                    .puk = disclose,
                                    .relay = relay,
                                    .mark = note,
                                    .form = (kp_authority_form)stand->act->detail};
    change_row(stand, authority.form);
    kamupin_secret *pin = kp_stand_secret(stand, KP_NEW_PIN);
    kamupin_status status =
        kp_pin_reset(stand->card, &authority, pin, KAMUPIN_RISK_SEALED_PUK,
                     (unsigned int)kp_form_operation(authority.form), &stand->evidence);

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

    if (spending(stand) == RESET)
        kp_rule(stand, stand->world.players[0].card.state.puk_uses == USES - sent,
                "the PUK was used more often than the PIN was set");
    judge_authentication(stand, kp_stand_executed(stand, spending(stand)));
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
        kp_rule(stand,
                stand->evidence.authentication == KP_AUTHENTICATION_ACCEPTED ||
                    (spending(stand) == RESET &&
                     stand->evidence.authentication == KP_AUTHENTICATION_UNKNOWN),
                "a new PIN may have come without a right to it");
        break;
    }
}

const kp_act kp_act_reset = {.name = "reset, blocked",
                             .personality = "akis2",
                             .more = "pin.tries 0\n",
                             .run = reset,
                             .judge = judge,
                             .right = KAMUPIN_OK,
                             .decisive = RESET};

const kp_act kp_act_reset_usable = {.name = "reset, usable",
                                    .personality = "akis2",
                                    .more = "pin.tries 2\nreply 61xx on\n",
                                    .run = reset,
                                    .judge = judge,
                                    .right = KAMUPIN_OK,
                                    .decisive = RESET};

/* The PUK's counter is read once more behind the command. */
const kp_act kp_act_reset_sealed = {.name = "reset by sealed PUK",
                                    .personality = "akis2",
                                    .more = "pin.tries 0\npuk.uses 5\n",
                                    .run = reset,
                                    .judge = judge,
                                    .right = KAMUPIN_OK,
                                    .decisive = RESET,
                                    .detail = KP_FORM_SEALED_PUK,
                                    .behind = 1};

const kp_act kp_act_reset_relay = {.name = "reset by relay",
                                   .personality = "akis2",
                                   .more = "pin.tries 0\n",
                                   .run = reset,
                                   .judge = judge,
                                   .right = KAMUPIN_OK,
                                   .decisive = RESET,
                                   .detail = KP_FORM_RELAY};
