/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.c: PIN and hash in, signature out: under the guard, in one held transaction, logged out
   behind it. Everything that can be known before is refused before the PIN is sent, and by the
   ready call before it is asked for. */
#include <card/sign.h>
#include <core/fail.h>
#include <pin/guard.h>
#include <pin/session.h>
#include <pin/work.h>

static kamupin_status wrong_argument(kamupin_card *card, const char *what)
{
    return kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "%s", what);
}

static kamupin_status check_request(kamupin_card *card, const kamupin_sign_request *request)
{
    if (request == NULL || request->size != sizeof *request)
        return wrong_argument(card, "request");
    if ((unsigned int)request->form > KAMUPIN_SIGN_ECDSA_DER)
        return wrong_argument(card, "form");
    if (kp_hash_length(request->hash) == 0)
        return wrong_argument(card, "hash");
    if ((request->risk & ~KP_ALL_RISKS) != 0)
        return wrong_argument(card, "risk");
    return KAMUPIN_OK;
}

/* What the card is given has to be known as well as its commands. Nothing but VERIFY can cost a
   try, but a form that nobody has seen work is no more sent on a guess than another. */
static kamupin_status check_proof(kamupin_card *card, const kp_sign_plan *plan, unsigned int risk)
{
    const kp_profile *profile = card->identity.profile;
    kamupin_status status = kp_pin_session_wanted(card, KP_PROTECTED_VERIFY);
    if (status == KAMUPIN_OK)
        status = kp_pin_ready(card, KP_OP_SIGN, risk, 0);
    if (status != KAMUPIN_OK)
        return status;
    if (plan->method.input == KP_INPUT_NONE || plan->method.proof == KP_UNKNOWN)
        status = KAMUPIN_E_COMMAND_UNKNOWN;
    else if (plan->method.proof == KP_CANDIDATE && (risk & KAMUPIN_RISK_UNPROVEN) == 0)
        status = KAMUPIN_E_COMMAND_UNPROVEN;
    if (status != KAMUPIN_OK)
        kp_fail(&card->error, status, KAMUPIN_FROM_LOCAL, "row %s, signature form %d",
                profile->name, (int)plan->form);
    return status;
}

/* Certificate, key and command forms: what needs no command to be refused. */
static kamupin_status make_plan(kamupin_card *card, const kamupin_sign_request *request,
                                kp_sign_plan *plan)
{
    kamupin_status status = kp_sign_choose(&card->identity, request, kp_calendar_now(card->context),
                                           plan, &card->error);
    return status == KAMUPIN_OK ? check_proof(card, plan, request->risk) : status;
}

/* What the card's own state says comes first: it is the better reason. */
kamupin_status kamupin_card_sign_ready(kamupin_card *card, const kamupin_sign_request *request,
                                       size_t *certificate)
{
    kp_sign_plan plan = {.key = NULL};
    kamupin_status status = kp_card_enter(card);

    if (status == KAMUPIN_OK)
        status = check_request(card, request);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = kp_guard_pin(card, request->risk);
        kp_card_release(card);
    }
    if (status == KAMUPIN_OK)
        status = make_plan(card, request, &plan);
    if (status == KAMUPIN_OK && certificate != NULL)
        *certificate = plan.certificate;
    kp_sign_plan_free(&plan);
    return status;
}

/* Everything that is refused before the card is touched. */
static kamupin_status sign_ready(kamupin_card *card, const kamupin_sign_request *request,
                                 const kamupin_secret *pin, const kamupin_signature *signature,
                                 kp_sign_plan *plan)
{
    kamupin_status status = kp_card_enter(card);

    if (status == KAMUPIN_OK)
        status = check_request(card, request);
    if (status == KAMUPIN_OK && request->digest_length != kp_hash_length(request->hash))
        status = wrong_argument(card, "digest_length");
    if (status == KAMUPIN_OK && (signature == NULL || signature->size != sizeof *signature))
        status = wrong_argument(card, "signature");
    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, pin, NULL, &card->error);
    if (status == KAMUPIN_OK && card->identity.info.usable != KAMUPIN_OK)
        status =
            kp_fail_local(&card->error, card->identity.info.usable); /* it has no key to choose */
    return status == KAMUPIN_OK ? make_plan(card, request, plan) : status;
}

static kamupin_status sign_held(kamupin_card *card, const kamupin_sign_request *request,
                                const kamupin_secret *pin, const kp_sign_plan *plan,
                                kp_response *response)
{
    const kp_profile *profile = card->identity.profile;
    uint8_t input[KP_SIGN_INPUT_MAX];
    size_t length = 0;
    kamupin_status status = kp_sign_input_of(plan, request->digest, input, &length, &card->error);

    if (status == KAMUPIN_OK)
        status = kp_pin_verify_held(card, pin, request->risk);
    if (status == KAMUPIN_OK)
        status = kp_sign_send(&card->channel, profile, plan, input, length, response, &card->error);
    return status;
}

kamupin_status kamupin_card_sign(kamupin_card *card, const kamupin_sign_request *request,
                                 const kamupin_secret *pin, kamupin_signature *signature)
{
    kp_lock lock = KP_LOCK_INIT;
    kp_sign_plan plan = {.key = NULL};
    kp_response response;

    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = sign_ready(card, request, pin, signature, &plan);
    if (status == KAMUPIN_OK)
        status = kp_pin_lock(card, &lock);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = sign_held(card, request, pin, &plan, &response);
        kp_card_release(card);
    }
    if (status == KAMUPIN_OK)
        status = kp_sign_take(&plan, card->identity.profile, request->digest, &response, signature,
                              &card->error);
    kp_lock_drop(&lock);
    kp_sign_plan_free(&plan);
    return status;
}
