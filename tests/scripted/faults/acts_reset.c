/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   acts_reset.c: a new PIN by cryptogram, by relay and by sealed PUK. What the evidence says, and each mark that
   was made durable on the way, is compared with what the card did. */
#include "acts.h"
#include "service.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RESET 0x2C
#define USES  5 /* of the PUK that the card allows */

/* The command that can cost an attempt. With a sealed PUK it is the one that sets the PIN as well. */
static uint8_t spending(const kp_stand *stand)
{
    return stand->act->detail == KP_FORM_SEALED_PUK ? RESET : KP_AUTHENTICATE;
}

/* What is on disk never says less than what the card has done: it is what a client that is killed
   now goes by. */
static kamupin_status note(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    const kp_service *service = user;
    kp_stand *stand = service->stand;

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
    kp_service service;
    kp_authority authority = kp_service_authority(&service, stand);

    authority.mark = note;
    kp_service_change_row(stand);
    kamupin_secret *pin = kp_stand_secret(stand, KP_NEW_PIN);
    kamupin_status status =
        kp_pin_reset(stand->card, &authority, pin, KAMUPIN_RISK_SEALED_PUK,
                     (unsigned int)kp_form_operation(authority.form), &stand->evidence);

    kamupin_secret_free(&pin);
    kp_service_end(&service);
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

#define OF_A_RESET(NAME, MORE, DETAIL, BEHIND)                                                     \
    {                                                                                              \
        .name = NAME, .personality = "akis2", .more = MORE, .run = reset, .judge = judge,          \
        .right = KAMUPIN_OK, .decisive = RESET, .detail = DETAIL, .behind = BEHIND                 \
    }
#define BLOCKED "pin.tries 0\n"

const kp_act kp_act_reset = OF_A_RESET("reset, blocked", BLOCKED, KP_FORM_CRYPTOGRAM, 0);
const kp_act kp_act_reset_usable =
    OF_A_RESET("reset, usable", "pin.tries 2\nreply 61xx on\n", KP_FORM_CRYPTOGRAM, 0);

/* The PUK's counter is read once more behind the command. */
const kp_act kp_act_reset_sealed =
    OF_A_RESET("reset by sealed PUK", BLOCKED "puk.uses 5\n", KP_FORM_SEALED_PUK, 1);

const kp_act kp_act_reset_relay = OF_A_RESET("reset by relay", BLOCKED, KP_FORM_RELAY, 0);

/* The right lives in a session: the new PIN goes under the keys that the service hands over. */
const kp_act kp_act_reset_session = OF_A_RESET(
    "reset by relay in a session, AES", BLOCKED KP_SESSION_AES, KP_FORM_RELAY | KP_IN_SESSION, 0);

/* … and the protected answers come in parts, which GET RESPONSE fetches. */
const kp_act kp_act_reset_session_parts =
    OF_A_RESET("reset by relay in a session, 3DES, 61xx", BLOCKED "reply 61xx on\n" KP_SESSION_3DES,
               KP_FORM_RELAY | KP_IN_SESSION, 0);
