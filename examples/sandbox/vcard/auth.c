// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card's challenge and the check of its answer: AES-256-CMAC over the challenge, by libcrypto.
// Touches the session and, for the counter of wrong answers, the state file.
#include "card.h"
#include "secure_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define CMAC_SIZE 16

void vc_challenge_kill(struct vc_card *card)
{
    OPENSSL_cleanse(card->session.challenge, sizeof card->session.challenge);
    card->session.challenge_len = 0;
}

uint16_t vc_get_challenge(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    size_t len = apdu->le == 256 ? 8 : apdu->le;
    if (apdu->p1 != 0 || apdu->p2 != 0)
        return 0x6A86;
    if (apdu->lc > 0 || len < 8 || len > VC_CHALLENGE_MAX)
        return 0x6700;
    vc_challenge_kill(card);
    if (RAND_bytes(card->session.challenge, (int)len) != 1)
        return 0x6F00;
    card->session.challenge_len = len;
    memcpy(reply->data, card->session.challenge, len);
    reply->len = len;
    return 0x9000;
}

static bool cmac(const uint8_t *key, const uint8_t *message, size_t len, uint8_t out[CMAC_SIZE])
{
    char cipher[] = "AES-256-CBC";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end(),
    };
    size_t written = 0;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "CMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    bool good = context && EVP_MAC_init(context, key, 32, params) == 1 &&
                EVP_MAC_update(context, message, len) == 1 &&
                EVP_MAC_final(context, out, &written, CMAC_SIZE) == 1 && written == CMAC_SIZE;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return good;
}

uint16_t vc_auth_passed(struct vc_card *card)
{
    struct vc_state *state = &card->state;
    unsigned spent = state->auth.tries;
    state->auth.tries = state->auth.max;
    card->session.authenticated = vc_state_save(state, card->state_path);
    if (card->session.authenticated)
        return 0x9000;
    state->auth.tries = spent; // memory as disk
    return 0x6581;
}

// The answer to a wrong cryptogram is 6300: this card shows its counter to nobody.
uint16_t vc_external_authenticate(struct vc_card *card, const struct vc_apdu *apdu,
                                  struct vc_reply *reply)
{
    struct vc_state *state = &card->state;
    if (state->sm_enc.len > 0 && apdu->p2 == state->sm_reference)
        return vc_mutual_authenticate(card, apdu, reply);
    uint8_t expected[CMAC_SIZE];
    uint8_t challenge[VC_CHALLENGE_MAX];
    size_t len = card->session.challenge_len;
    memcpy(challenge, card->session.challenge, sizeof challenge);
    vc_challenge_kill(card);
    if (apdu->p1 != 0)
        return 0x6A86;
    if (!vc_in_application(card) || apdu->p2 != state->auth_reference || state->auth_key.len == 0)
        return 0x6A88;
    if (vc_is_dead(state))
        return 0x6984;
    if (state->auth.tries == 0)
        return 0x6983;
    if (len == 0)
        return 0x6985;
    card->session.authenticated = false;
    uint16_t sw = vc_counter_spend(card, &state->auth);
    if (sw != 0x9000)
        return sw;
    if (!cmac(state->auth_key.data, challenge, len, expected))
        sw = 0x6F00;
    else if (apdu->lc != CMAC_SIZE || CRYPTO_memcmp(expected, apdu->data, CMAC_SIZE) != 0)
        sw = 0x6300;
    OPENSSL_cleanse(expected, sizeof expected);
    return sw == 0x9000 ? vc_auth_passed(card) : sw;
}
