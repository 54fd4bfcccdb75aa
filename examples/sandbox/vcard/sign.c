// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Signing: MSE SET chooses a key, PSO: COMPUTE DIGITAL SIGNATURE uses it once for each verified PIN. By
// libcrypto. What goes in: RSA a DigestInfo, which the card pads (EMSA-PKCS1-v1_5), or a block as
// long as the key, which it takes as it is; EC a hash. What comes out of EC: r and s at full length.
#include "card.h"

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define PKCS1_LEAST 11 // 00 01, eight FF, 00
#define DER_MAX     160

uint16_t vc_choose_key(struct vc_card *card, uint8_t reference)
{
    const struct vc_state *state = &card->state;
    card->session.key = NULL;
    for (size_t i = 0; i < state->key_count && vc_in_application(card); i++)
        if (state->keys[i].reference == reference)
            card->session.key = &state->keys[i];
    return card->session.key ? 0x9000 : 0x6A88;
}

static bool sign_rsa(EVP_PKEY *key, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    size_t size = (size_t)EVP_PKEY_get_size(key);
    size_t len = sizeof reply->data;
    if (size > sizeof reply->data || (apdu->lc != size && apdu->lc + PKCS1_LEAST > size))
        return false;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = context && EVP_PKEY_sign_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, apdu->lc == size ? RSA_NO_PADDING
                                                                       : RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_sign(context, reply->data, &len, apdu->data, apdu->lc) == 1;
    EVP_PKEY_CTX_free(context);
    reply->len = good ? len : 0;
    return good;
}

static bool sign_ec(EVP_PKEY *key, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    int size = (EVP_PKEY_get_bits(key) + 7) / 8;
    uint8_t der[DER_MAX];
    const uint8_t *next = der;
    size_t len = sizeof der;
    if (apdu->lc < 20 || apdu->lc > (size_t)size)
        return false;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = context && EVP_PKEY_sign_init(context) == 1 &&
                EVP_PKEY_sign(context, der, &len, apdu->data, apdu->lc) == 1;
    EVP_PKEY_CTX_free(context);
    ECDSA_SIG *pair = good ? d2i_ECDSA_SIG(NULL, &next, (long)len) : NULL;
    good = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), reply->data, size) == size &&
           BN_bn2binpad(ECDSA_SIG_get0_s(pair), reply->data + size, size) == size;
    ECDSA_SIG_free(pair);
    reply->len = good ? 2 * (size_t)size : 0;
    return good;
}

uint16_t vc_compute_signature(struct vc_card *card, const struct vc_apdu *apdu,
                              struct vc_reply *reply)
{
    const struct vc_sign_key *chosen = card->session.key;
    if (apdu->p1 != 0x9E || apdu->p2 != 0x9A)
        return 0x6A86;
    if (!chosen)
        return 0x6985;
    if (!card->session.pin_verified)
        return 0x6982;
    if (apdu->lc == 0)
        return 0x6700;
    const uint8_t *next = chosen->data;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &next, (long)chosen->size);
    if (!key)
        return 0x6F00;
    bool good = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? sign_rsa(key, apdu, reply)
                                                          : sign_ec(key, apdu, reply);
    EVP_PKEY_free(key);
    if (good)
        card->session.pin_verified = false; // one signature for each PIN
    return good ? 0x9000 : 0x6A80;
}
