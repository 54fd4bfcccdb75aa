/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cryptogram.c: the authority's default form. In the held transaction: GET CHALLENGE, the service's
   answer to it, EXTERNAL AUTHENTICATE, each at most once. */
#include <core/fail.h>
#include <openssl/crypto.h>
#include <pin/attempt.h>
#include <pin/work.h>
#include <string.h>

#define CHALLENGE_MIN 8 /* bytes: a shorter one could be answered twice by chance */
#define CHALLENGE_MAX 32

typedef struct exchange {
    uint8_t challenge[CHALLENGE_MAX];
    size_t challenge_length;
    uint8_t cryptogram[KP_CRYPTOGRAM_MAX];
    size_t cryptogram_length;
} exchange;

static kamupin_status take_challenge(kp_attempt *it, exchange *with)
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
        return kp_attempt_refused(it, KAMUPIN_E_CARD_REFUSED, response.sw, "GET CHALLENGE");
    if (response.length != profile->challenge_length || response.length < CHALLENGE_MIN ||
        response.length > CHALLENGE_MAX)
        return kp_fail(&it->card->error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "challenge of %zu bytes", response.length);
    with->challenge_length = response.length;
    memcpy(with->challenge, response.data, response.length);
    return KAMUPIN_OK;
}

/* Asks the authority, and weighs what it says. The card is held meanwhile. */
static kamupin_status take_cryptogram(kp_attempt *it, exchange *with)
{
    kamupin_error *error = &it->card->error;
    int64_t deadline = kp_now_ms(it->card->context) + KP_HOLD_MS;
    int attempts_left = 0;

    with->cryptogram_length = sizeof with->cryptogram;
    kamupin_status status = it->authority->answer(
        it->authority->user, with->challenge, with->challenge_length, deadline, with->cryptogram,
        &with->cryptogram_length, &attempts_left, error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(it->card->cancel, error);
    if (status != KAMUPIN_OK)
        return status;
    if (kp_now_ms(it->card->context) > deadline)
        return kp_fail(error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_LOCAL,
                       "the authority answered after %d ms", KP_HOLD_MS);
    if (with->cryptogram_length == 0 || with->cryptogram_length > sizeof with->cryptogram)
        return kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                       "cryptogram of %zu bytes", with->cryptogram_length);
    return kp_attempt_ledger(it, attempts_left);
}

/* The answer to EXTERNAL AUTHENTICATE, or that none came. */
static kamupin_status authenticated(kp_attempt *it, kamupin_status status, uint16_t sw)
{
    kp_evidence *evidence = it->evidence;

    if (status == KAMUPIN_OK && sw == KP_SW_OK)
        return kp_attempt_won(it);
    if (status == KAMUPIN_OK) {
        evidence->authentication = KP_AUTHENTICATION_REFUSED;
        status =
            kp_attempt_refused(it, KAMUPIN_E_AUTHENTICATION_REFUSED, sw, "EXTERNAL AUTHENTICATE");
    } else if (!it->card->channel.delivered) {
        evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
    }
    kp_attempt_mark_end(it);
    return status;
}

static kamupin_status authenticate(kp_attempt *it, exchange *with)
{
    uint16_t sw;

    it->evidence->authentication = KP_AUTHENTICATION_UNKNOWN;
    kamupin_status status = kp_attempt_mark(it);
    if (status != KAMUPIN_OK) {
        it->evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
        return status;
    }
    status = kp_pin_send(it->card, &it->card->identity.profile->external_authenticate,
                         with->cryptogram, with->cryptogram_length, &sw);
    OPENSSL_cleanse(with->cryptogram, sizeof with->cryptogram);
    return authenticated(it, status, sw);
}

kamupin_status kp_attempt_by_cryptogram(kp_attempt *it)
{
    exchange with = {.challenge_length = 0};
    kamupin_status status = take_challenge(it, &with);

    if (status == KAMUPIN_OK)
        status = take_cryptogram(it, &with);
    if (status == KAMUPIN_OK)
        status = authenticate(it, &with);
    if (status == KAMUPIN_OK)
        status = kp_attempt_set_pin(it);
    OPENSSL_cleanse(&with, sizeof with);
    return status;
}
