/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe_sacrifice.c: the last steps of a probe, on a card that somebody has given up: wrong PINs until
   it is blocked, then a new PIN by a service, as any program gets one. The guard stays where it is: a
   last try is spent because whoever runs the probe said so, a card that could not be unblocked
   again is not blocked, and no PUK is guessed, asked for or sent. */
#include <core/fail.h>
#include <pin/guard.h>
#include <pin/probe.h>

#include <openssl/crypto.h>

#include <stdio.h>

#define LAST_TRIES (KP_PROBE_RISK | (unsigned int)KAMUPIN_RISK_LAST_TRY)

static kamupin_status tell_tries(const kp_probe_steps *it)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    char pin[8], puk[8], value[24];
    kamupin_status status = kamupin_card_read(it->card, &info);
    if (status != KAMUPIN_OK)
        return status;
    snprintf(value, sizeof value, "%s, %s",
             kp_probe_tries_text(info.pin_tries, info.pin_tries_left, pin, sizeof pin),
             kp_probe_tries_text(info.puk_tries, info.puk_tries_left, puk, sizeof puk));
    kp_probe_tell(it->probe, KP_PROBE_TRIES_NOW, NULL, 0, value);
    if (info.pin_state != KAMUPIN_PIN_UNKNOWN)
        it->probe->blocked = info.pin_state != KAMUPIN_PIN_USABLE;
    return KAMUPIN_OK;
}

/* ---- blocking ---- */

/* Whether the row names a way by which a service may unblock the card. */
static kamupin_status way_back(const kp_probe_steps *it)
{
    static const kp_card_operation ways[] = {KP_OP_RESET_BY_CRYPTOGRAM, KP_OP_RESET_BY_RELAY};
    kamupin_card *card = it->card;
    const kp_profile *row = card->identity.profile;
    if ((it->probe->request->steps & KAMUPIN_PROBE_UNBLOCK) == 0)
        return KAMUPIN_OK;
    if (card->identity.info.kind != KAMUPIN_CARD_SIGNATURE)
        return kp_fail(&card->error, KAMUPIN_E_COMMAND_UNKNOWN, KAMUPIN_FROM_LOCAL,
                       "no service unblocks a card of another kind");
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (kp_profile_proof(row, ways[i]) != KP_UNKNOWN)
            return KAMUPIN_OK;
    kamupin_status status =
        kp_guard_proof(row, KP_OP_RESET_BY_SEALED_PUK, KP_PROBE_RISK, 0, &card->error);
    return status == KAMUPIN_OK ? kp_guard_sealed_puk(row, &card->identity.info,
                                                      KAMUPIN_RISK_SEALED_PUK, &card->error)
                                : status;
}

/* A card whose PUK is used up, or about to be, is beyond help once it is blocked. */
static kamupin_status look_at_puk(const kp_probe_steps *it)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_card_read(it->card, &info);
    if (status == KAMUPIN_OK && info.usable != KAMUPIN_OK)
        return kp_fail_local(&it->card->error, info.usable);
    if (status != KAMUPIN_OK || info.puk_tries != KAMUPIN_TRIES_KNOWN || info.puk_tries_left >= 2)
        return status;
    status = info.puk_tries_left == 1 ? KAMUPIN_E_PUK_LAST_TRY : KAMUPIN_E_CARD_DEAD;
    kp_fail_local(&it->card->error, status);
    it->card->error.tries_left = info.puk_tries_left;
    return status;
}

/* The right PIN with its last two digits counted on by `number`: another one each time, because a
   card need not count the same wrong one twice. */
static kamupin_status make_wrong(const kp_probe_steps *it, unsigned int number,
                                 kamupin_secret *wrong)
{
    kp_bytes right;
    char digits[16];
    kamupin_error *error = &it->card->error;
    kamupin_status status = kp_secret_read(it->pin, KAMUPIN_SECRET_PIN, &right, error);
    if (status != KAMUPIN_OK)
        return status;
    if (right.length < 2 || right.length > sizeof digits)
        return kp_fail_local(error, KAMUPIN_E_PIN_TOO_LONG);
    const size_t last = right.length - 1;
    for (size_t i = 0; i <= last; i++)
        digits[i] = (char)right.data[i];
    const unsigned int end =
        (unsigned int)(digits[last - 1] - '0') * 10 + (unsigned int)(digits[last] - '0') + number;
    digits[last - 1] = (char)('0' + end / 10 % 10);
    digits[last] = (char)('0' + end % 10);
    kamupin_secret_clear(wrong);
    status = kamupin_secret_append(wrong, digits, right.length);
    OPENSSL_cleanse(digits, sizeof digits);
    return status == KAMUPIN_OK ? status : kp_fail_local(error, status);
}

/* One wrong PIN: spends a try, under the guard, in a transaction of its own. */
static kamupin_status spend_try(const kp_probe_steps *it, unsigned int number,
                                kamupin_secret *wrong)
{
    kp_probe *probe = it->probe;
    kamupin_card *card = it->card;
    kamupin_status status = make_wrong(it, number, wrong);
    if (status != KAMUPIN_OK)
        return status;
    status = kamupin_pin_verify(card, wrong, LAST_TRIES);
    kp_probe_tell_form(it, KP_PROBE_WRONG_PIN, &card->identity.profile->verify, status);
    if (status == KAMUPIN_OK)
        return kp_fail(&card->error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "the card accepts a wrong PIN");
    if (status != KAMUPIN_E_PIN_WRONG && status != KAMUPIN_E_PIN_BLOCKED)
        return status;
    if (card->error.status_word != 0)
        probe->refusals[probe->refusal_count++] = (uint16_t)card->error.status_word;
    probe->blocked = status == KAMUPIN_E_PIN_BLOCKED;
    return KAMUPIN_OK;
}

static kamupin_status spend_tries(const kp_probe_steps *it)
{
    kamupin_card *card = it->card;
    kamupin_secret *wrong = NULL;
    kamupin_status status =
        kamupin_secret_new(card->context, KAMUPIN_SECRET_PIN, &wrong, &card->error);
    for (unsigned int i = 1; status == KAMUPIN_OK && !it->probe->blocked && i <= KP_PROBE_WRONG_MAX;
         i++)
        status = spend_try(it, i, wrong);
    kamupin_secret_free(&wrong);
    if (status == KAMUPIN_OK && !it->probe->blocked)
        status = kp_fail(&card->error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                         "not blocked after %d wrong PINs", KP_PROBE_WRONG_MAX);
    return status;
}

/* Which status word means blocked: the right PIN, of which no try is left to be spent. */
static kamupin_status send_to_blocked(const kp_probe_steps *it)
{
    kamupin_card *card = it->card;
    uint16_t sw = 0;
    kamupin_status status = kp_pin_send_verify(card, it->pin, &sw);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_pin_judge(card, sw);
    it->probe->blocked_answer = sw;
    it->probe->blocked = status != KAMUPIN_OK;
    kp_probe_tell_form(it, KP_PROBE_BLOCKED, &card->identity.profile->verify, status);
    if (status != KAMUPIN_OK)
        return KAMUPIN_OK;
    return kp_fail(&card->error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                   "the card says that it is blocked and takes the PIN");
}

/* A last wrong PIN may be answered 63C0 and only the next with what blocked looks like. */
static bool is_settled(const kp_probe *probe)
{
    const uint16_t last = probe->refusal_count == 0 ? 0 : probe->refusals[probe->refusal_count - 1];
    return kp_sw_blocked(last) && last != 0x63C0;
}

kamupin_status kp_probe_may_block(const kp_probe_steps *it)
{
    kamupin_status status = look_at_puk(it);
    if (status == KAMUPIN_OK)
        status = way_back(it);
    if (status != KAMUPIN_OK)
        kp_probe_tell(it->probe, KP_PROBE_SPARED, NULL, 0, kamupin_status_name(status));
    return status;
}

kamupin_status kp_probe_block(const kp_probe_steps *it)
{
    kamupin_status status = spend_tries(it);
    if (status == KAMUPIN_OK && !is_settled(it->probe))
        status = kp_probe_held(it, send_to_blocked);
    return status == KAMUPIN_OK ? tell_tries(it) : status;
}

/* ---- unblocking ---- */

static kamupin_status verify_new(const kp_probe_steps *it, const kamupin_secret *new_pin)
{
    kamupin_card *card = it->card;
    kamupin_status status = kamupin_pin_verify(card, new_pin, KP_PROBE_RISK);
    kp_probe_tell_form(it, KP_PROBE_NEW_PIN, &card->identity.profile->verify, status);
    return status;
}

kamupin_status kp_probe_unblock(const kp_probe_steps *it)
{
    const kamupin_probe_request *request = it->probe->request;
    kamupin_card *card = it->card;
    kamupin_error problem = KAMUPIN_ERROR_INIT;
    kamupin_secret *new_pin = NULL;
    kamupin_status status =
        kamupin_secret_new(card->context, KAMUPIN_SECRET_PIN, &new_pin, &card->error);
    if (status != KAMUPIN_OK)
        return status;
    status = request->unblock(request->user, card->identity.info.card_id, new_pin, &problem);
    problem.status = status;
    kp_probe_tell(it->probe, KP_PROBE_UNBLOCK, NULL, 0, kamupin_status_name(status));
    it->probe->unblocked = status == KAMUPIN_OK;
    kamupin_status looked = tell_tries(it);
    if (status != KAMUPIN_OK)
        kp_error_copy(&problem, &card->error); /* why there is no new PIN, whatever the look said */
    else if (looked != KAMUPIN_OK)
        status = looked;
    else
        status = verify_new(it, new_pin);
    kamupin_secret_free(&new_pin);
    return status;
}
