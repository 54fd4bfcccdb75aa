// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// How a session of secure messaging begins: MUTUAL AUTHENTICATE with the card's two static keys, in
// the shape of ICAO Doc 9303-11, 4.3 and Appendix D.3 (challenge, both sides' random numbers and
// halves of a key, each side's cryptogram and checksum). Touches the card's session and, for the
// counter of wrong answers, its state file.
#include "secure_key.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#define RANDOM    8
#define TOKEN_MAX (2 * RANDOM + VC_SECURE_KEY)

// KDF of ICAO Doc 9303-11, 9.7.1: a hash over seed and number. 3DES keys get odd parity.
static bool derive(enum vc_secure_kind kind, const uint8_t *seed, size_t len, uint8_t number,
                   uint8_t *key)
{
    uint8_t input[VC_SECURE_KEY + 4] = {0};
    uint8_t hash[32];
    size_t written = 0;
    memcpy(input, seed, len);
    input[len + 3] = number;
    bool good = EVP_Q_digest(NULL, kind == VC_SECURE_AES256 ? "SHA256" : "SHA1", NULL, input,
                             len + 4, hash, &written) == 1 &&
                written >= len;
    for (size_t i = 0; good && i < len; i++) {
        unsigned ones = 0;
        for (unsigned bit = 1; bit < 8; bit++)
            ones += ((unsigned)hash[i] >> bit) & 1U;
        key[i] = kind == VC_SECURE_AES256 ? hash[i] : (uint8_t)((hash[i] & 0xFEU) | (~ones & 1U));
    }
    OPENSSL_cleanse(input, sizeof input);
    OPENSSL_cleanse(hash, sizeof hash);
    return good;
}

bool vc_secure_agree(struct vc_secure *secure, enum vc_secure_kind kind, const uint8_t *of_card,
                     const uint8_t *of_terminal, const uint8_t *half_of_card,
                     const uint8_t *half_of_terminal)
{
    uint8_t seed[VC_SECURE_KEY];
    // 3DES: the last four bytes of each random number, as ICAO has it; AES: all of both
    size_t part = kind == VC_SECURE_AES256 ? RANDOM : RANDOM / 2;
    secure->kind = kind;
    for (size_t i = 0; i < vc_secure_key_len(kind); i++)
        seed[i] = half_of_card[i] ^ half_of_terminal[i];
    memcpy(secure->counter, of_card + RANDOM - part, part);
    memcpy(secure->counter + part, of_terminal + RANDOM - part, part);
    bool good = derive(kind, seed, vc_secure_key_len(kind), 1, secure->enc) &&
                derive(kind, seed, vc_secure_key_len(kind), 2, secure->mac);
    OPENSSL_cleanse(seed, sizeof seed);
    return good;
}

void vc_secure_end(struct vc_card *card)
{
    if (card->secure.kind != VC_SECURE_NONE)
        card->session.authenticated = false; // the right came with the session
    OPENSSL_cleanse(&card->secure, sizeof card->secure);
}

static enum vc_secure_kind kind_of(const struct vc_state *state)
{
    if (state->sm_enc.len != state->sm_mac.len)
        return VC_SECURE_NONE;
    return state->sm_enc.len == 16   ? VC_SECURE_3DES
           : state->sm_enc.len == 32 ? VC_SECURE_AES256
                                     : VC_SECURE_NONE;
}

// Opens the terminal's cryptogram into TOKEN: random numbers of terminal and card, half of a key.
static uint16_t open_token(const struct vc_state *state, const struct vc_apdu *apdu,
                           const uint8_t *challenge, uint8_t *token)
{
    static const uint8_t zero[VC_SECURE_BLOCK];
    enum vc_secure_kind kind = kind_of(state);
    size_t len = 2 * RANDOM + state->sm_enc.len;
    uint8_t sum[VC_SECURE_MAC];
    if (apdu->lc != len + VC_SECURE_MAC)
        return 0x6300;
    if (!vc_secure_sum(kind, state->sm_mac.data, apdu->data, len, sum))
        return 0x6F00;
    if (CRYPTO_memcmp(sum, apdu->data + len, sizeof sum) != 0)
        return 0x6300;
    if (!vc_secure_cbc(kind, state->sm_enc.data, zero, false, apdu->data, len, token))
        return 0x6F00;
    return CRYPTO_memcmp(token + RANDOM, challenge, RANDOM) == 0 ? 0x9000 : 0x6300;
}

// The card's own token, and the session that both halves give.
static uint16_t answer_token(struct vc_card *card, const uint8_t *token, struct vc_reply *reply)
{
    static const uint8_t zero[VC_SECURE_BLOCK];
    const struct vc_state *state = &card->state;
    enum vc_secure_kind kind = kind_of(state);
    size_t len = 2 * RANDOM + state->sm_enc.len;
    uint8_t mine[TOKEN_MAX];
    memcpy(mine, token + RANDOM, RANDOM);
    memcpy(mine + RANDOM, token, RANDOM);
    bool good =
        RAND_bytes(mine + 2 * RANDOM, (int)state->sm_enc.len) == 1 &&
        vc_secure_cbc(kind, state->sm_enc.data, zero, true, mine, len, reply->data) &&
        vc_secure_sum(kind, state->sm_mac.data, reply->data, len, reply->data + len) &&
        vc_secure_agree(&card->secure, kind, mine, token, mine + 2 * RANDOM, token + 2 * RANDOM);
    OPENSSL_cleanse(mine, sizeof mine);
    reply->len = good ? len + VC_SECURE_MAC : 0;
    return good ? 0x9000 : 0x6F00;
}

uint16_t vc_mutual_authenticate(struct vc_card *card, const struct vc_apdu *apdu,
                                struct vc_reply *reply)
{
    struct vc_state *state = &card->state;
    uint8_t challenge[VC_CHALLENGE_MAX];
    uint8_t token[TOKEN_MAX];
    size_t len = card->session.challenge_len;
    memcpy(challenge, card->session.challenge, sizeof challenge);
    vc_challenge_kill(card);
    if (apdu->p1 != 0)
        return 0x6A86;
    if (!vc_in_application(card) || kind_of(state) == VC_SECURE_NONE)
        return 0x6A88;
    if (vc_is_dead(state))
        return 0x6984;
    if (state->auth.tries == 0)
        return 0x6983;
    if (len != RANDOM || card->secure.kind != VC_SECURE_NONE || apdu->le == 0)
        return apdu->le == 0 ? 0x6700 : 0x6985;
    uint16_t sw = vc_counter_spend(card, &state->auth);
    if (sw == 0x9000)
        sw = open_token(state, apdu, challenge, token);
    if (sw == 0x9000)
        sw = vc_auth_passed(card);
    if (sw == 0x9000)
        sw = answer_token(card, token, reply);
    OPENSSL_cleanse(token, sizeof token);
    if (sw != 0x9000)
        vc_secure_end(card);
    return sw;
}
