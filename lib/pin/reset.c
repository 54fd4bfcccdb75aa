/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reset.c: a new PIN by the right of an authority. In one held transaction: guard, GET CHALLENGE,
   the authority's answer, EXTERNAL AUTHENTICATE, RESET RETRY COUNTER. Each is sent at most once,
   and before and after each that changes something the caller is told, to make it durable. */
#include <core/fail.h>
#include <openssl/crypto.h>
#include <pin/guard.h>
#include <pin/reset.h>
#include <pin/work.h>
#include <string.h>

#define CHALLENGE_MIN 8 /* bytes: a shorter one could be answered twice by chance */
#define CHALLENGE_MAX 32
#define ATTEMPTS_MIN  2 /* in the ledger, this one included: the last is never spent */

/* One attempt's things. */
typedef struct attempt {
    kamupin_card *card;
    const kp_authority *authority;
    const kamupin_secret *new_pin;
    kp_evidence *evidence;
    uint8_t challenge[CHALLENGE_MAX];
    size_t challenge_length;
    uint8_t cryptogram[KP_CRYPTOGRAM_MAX];
    size_t cryptogram_length;
} attempt;

/* The card's refusal of one of the three commands. */
static kamupin_status refused(attempt *it, kamupin_status status, uint16_t sw, const char *command)
{
    kp_fail(&it->card->error, status, KAMUPIN_FROM_CARD, "%s", command);
    it->card->error.status_word = sw;
    it->evidence->status_word = sw;
    return status;
}

/* Tells the caller, who makes it durable. */
static kamupin_status mark(attempt *it, kamupin_error *error)
{
    return it->authority->mark(it->authority->user, it->evidence, error);
}

/* Tells the caller what the card has decided; a failure changes nothing any more. */
static void mark_end(attempt *it)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = mark(it, &error);

    if (status != KAMUPIN_OK)
        kp_log(it->card->context, KAMUPIN_LOG_ERROR, "pin",
               "what the card decided is not on disk: %s", kamupin_status_name(status));
}

static kamupin_status take_challenge(attempt *it)
{
    const kp_profile *profile = it->card->identity.profile;
    const kp_command command = {.cla = profile->challenge.cla,
                                .ins = profile->challenge.ins,
                                .p1 = profile->challenge.p1,
                                .p2 = profile->challenge.p2,
                                .le = profile->challenge_length};
    kp_response response;
    kamupin_status status =
        kp_channel_send(&it->card->channel, &command, &response, &it->card->error);

    if (status != KAMUPIN_OK)
        return status;
    if (response.sw != KP_SW_OK)
        return refused(it, KAMUPIN_E_CARD_REFUSED, response.sw, "GET CHALLENGE");
    if (response.length != profile->challenge_length || response.length < CHALLENGE_MIN ||
        response.length > CHALLENGE_MAX)
        return kp_fail(&it->card->error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "challenge of %zu bytes", response.length);
    it->challenge_length = response.length;
    memcpy(it->challenge, response.data, response.length);
    return KAMUPIN_OK;
}

/* Asks the authority, and weighs what it says. The card is held meanwhile. */
static kamupin_status take_cryptogram(attempt *it)
{
    kamupin_error *error = &it->card->error;
    int64_t deadline = kp_now_ms(it->card->context) + KP_HOLD_MS;
    int attempts_left = 0;

    it->cryptogram_length = sizeof it->cryptogram;
    kamupin_status status =
        it->authority->answer(it->authority->user, it->challenge, it->challenge_length, deadline,
                              it->cryptogram, &it->cryptogram_length, &attempts_left, error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(it->card->cancel, error);
    if (status != KAMUPIN_OK)
        return status;
    if (kp_now_ms(it->card->context) > deadline)
        return kp_fail(error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_LOCAL,
                       "the authority answered after %d ms", KP_HOLD_MS);
    if (it->cryptogram_length == 0 || it->cryptogram_length > sizeof it->cryptogram)
        return kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                       "cryptogram of %zu bytes", it->cryptogram_length);
    if (attempts_left < ATTEMPTS_MIN) {
        kp_fail_local(error, KAMUPIN_E_AUTHORITY_EXHAUSTED);
        error->tries_left = attempts_left;
        return KAMUPIN_E_AUTHORITY_EXHAUSTED;
    }
    return KAMUPIN_OK;
}

/* The answer to EXTERNAL AUTHENTICATE, or that none came. */
static kamupin_status authenticated(attempt *it, kamupin_status status, uint16_t sw)
{
    kp_evidence *evidence = it->evidence;

    if (status == KAMUPIN_OK && sw == KP_SW_OK) {
        evidence->authentication = KP_AUTHENTICATION_ACCEPTED;
        evidence->outcome = KAMUPIN_OUTCOME_UNKNOWN; /* the new PIN is next */
        status = mark(it, &it->card->error);
        if (status != KAMUPIN_OK)
            evidence->outcome = KAMUPIN_OUTCOME_NONE;
        return status;
    }
    if (status == KAMUPIN_OK) {
        evidence->authentication = KP_AUTHENTICATION_REFUSED;
        status = refused(it, KAMUPIN_E_AUTHENTICATION_REFUSED, sw, "EXTERNAL AUTHENTICATE");
    } else if (!it->card->channel.delivered) {
        evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
    }
    mark_end(it);
    return status;
}

static kamupin_status authenticate(attempt *it)
{
    uint16_t sw;

    it->evidence->authentication = KP_AUTHENTICATION_UNKNOWN;
    kamupin_status status = mark(it, &it->card->error);
    if (status != KAMUPIN_OK) {
        it->evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
        return status;
    }
    status = kp_pin_send(it->card, &it->card->identity.profile->external_authenticate,
                         it->cryptogram, it->cryptogram_length, &sw);
    OPENSSL_cleanse(it->cryptogram, sizeof it->cryptogram);
    return authenticated(it, status, sw);
}

/* What the card's refusal of the new PIN means (ISO/IEC 7816-4, 5.1.3): 64xx and 66xx to 6Exx leave
 * the card as it was; after a warning, 65xx (memory changed) or 6Fxx only a look can tell. */
static kamupin_outcome outcome_of(uint16_t sw)
{
    unsigned int sw1 = sw >> 8;

    return sw1 == 0x64 || (sw1 >= 0x66 && sw1 <= 0x6E) ? KAMUPIN_OUTCOME_NOT_DONE
                                                       : KAMUPIN_OUTCOME_UNKNOWN;
}

static kamupin_status set_pin(attempt *it)
{
    const kp_profile *profile = it->card->identity.profile;
    kp_pin_block pin;
    uint16_t sw;
    kamupin_status status = kp_pin_pad(profile, it->new_pin, &pin, &it->card->error);

    it->evidence->outcome = KAMUPIN_OUTCOME_NONE;
    if (status == KAMUPIN_OK) {
        status =
            kp_pin_send(it->card, &profile->reset_after_authentication, pin.bytes, pin.length, &sw);
        if (status != KAMUPIN_OK) {
            if (it->card->channel.delivered)
                it->evidence->outcome = KAMUPIN_OUTCOME_UNKNOWN;
        } else if (sw == KP_SW_OK) {
            it->evidence->outcome = KAMUPIN_OUTCOME_DONE;
            it->evidence->state_after = KAMUPIN_PIN_USABLE;
        } else {
            it->evidence->outcome = outcome_of(sw);
            status = refused(it, KAMUPIN_E_CARD_REFUSED, sw, "RESET RETRY COUNTER");
        }
    }
    OPENSSL_cleanse(&pin, sizeof pin);
    mark_end(it);
    return status;
}

/* Everything between hold and release. */
static kamupin_status reset_held(attempt *it)
{
    const kamupin_card_info *info = &it->card->identity.info;
    kamupin_status status = kp_guard_reset(it->card);

    it->evidence->state_before = info->pin_state;
    it->evidence->tries_before = info->pin_tries == KAMUPIN_TRIES_KNOWN ? info->pin_tries_left : -1;
    if (status == KAMUPIN_OK)
        status = take_challenge(it);
    if (status == KAMUPIN_OK)
        status = take_cryptogram(it);
    if (status == KAMUPIN_OK)
        status = authenticate(it);
    if (status == KAMUPIN_OK)
        status = set_pin(it);
    OPENSSL_cleanse(it->cryptogram, sizeof it->cryptogram);
    return status;
}

kamupin_status kp_pin_reset(kamupin_card *card, const kp_authority *authority,
                            const kamupin_secret *new_pin, unsigned int risk, unsigned int vouched,
                            kp_evidence *evidence)
{
    attempt it = {.card = card, .authority = authority, .new_pin = new_pin, .evidence = evidence};

    *evidence = (kp_evidence){.tries_before = -1, .tries_after = -1};
    kamupin_status status = kp_card_enter(card);
    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, new_pin, NULL, &card->error);
    if (status == KAMUPIN_OK)
        status = kp_pin_ready(card, KP_OP_RESET_BY_CRYPTOGRAM, risk, vouched);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = reset_held(&it);
        kp_card_release(card);
    }
    return status;
}
