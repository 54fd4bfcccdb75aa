/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signdata.c: what a card is given for a hash (RFC 8017, 9.1 and 9.2), and what its answer has to
   be: it is turned into the form that was asked for and checked with the certificate's key, because
   a signature by another key, or one that a fault spoiled, is worth less than none. Uses OpenSSL;
   touches memory only. */
#include <card/sign.h>
#include <core/fail.h>

#include <openssl/ecdsa.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <string.h>

#define DIGEST_INFO 19  /* bytes before the hash */
#define DER_MAX     150 /* SEQUENCE { r, s } of a curve of 521 bits, with room */

static kamupin_status no_crypto(kamupin_error *error, const char *what)
{
    return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "%s", what);
}

/* ---- towards the card ---- */

/* DigestInfo (RFC 8017, 9.2, note 1): the three hashes differ in three bytes. */
static size_t put_digest_info(const kp_sign_plan *plan, const uint8_t *digest, uint8_t *out)
{
    static const uint8_t head[DIGEST_INFO] = {0x30, 0x00, 0x30, 0x0D, 0x06, 0x09, 0x60,
                                              0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                              0x00, 0x05, 0x00, 0x04, 0x00};
    size_t length = kp_hash_length(plan->hash);
    memcpy(out, head, sizeof head);
    out[1] = (uint8_t)(DIGEST_INFO - 2 + length);
    out[14] = (uint8_t)plan->hash; /* id-sha256, -384, -512 end in 1, 2, 3, as our numbers do */
    out[18] = (uint8_t)length;
    memcpy(out + DIGEST_INFO, digest, length);
    return DIGEST_INFO + length;
}

/* EMSA-PKCS1-v1_5: 00 01 FF … FF 00 DigestInfo. */
static void put_pkcs1_block(const kp_sign_plan *plan, const uint8_t *digest, uint8_t *out)
{
    size_t info = DIGEST_INFO + kp_hash_length(plan->hash);
    memset(out, 0xFF, plan->size);
    out[0] = 0x00;
    out[1] = 0x01;
    out[plan->size - info - 1] = 0x00;
    put_digest_info(plan, digest, out + plan->size - info);
}

/* MGF1 (RFC 8017, B.2.1) over `seed`, xored onto `out`. */
static bool mask(const EVP_MD *hash, const uint8_t *seed, size_t seed_length, uint8_t *out,
                 size_t length)
{
    uint8_t block[EVP_MAX_MD_SIZE];
    unsigned int step = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL;
    for (size_t done = 0, counter = 0; good && done < length; done += step, counter++) {
        const uint8_t count[4] = {0, 0, 0, (uint8_t)counter};
        good = EVP_DigestInit_ex(context, hash, NULL) == 1 &&
               EVP_DigestUpdate(context, seed, seed_length) == 1 &&
               EVP_DigestUpdate(context, count, sizeof count) == 1 &&
               EVP_DigestFinal_ex(context, block, &step) == 1;
        for (size_t i = 0; good && i < step && done + i < length; i++)
            out[done + i] ^= block[i];
    }
    EVP_MD_CTX_free(context);
    return good;
}

/* H = hash(eight zeros ‖ digest ‖ salt). */
static bool hash_with_salt(const EVP_MD *hash, const uint8_t *digest, const uint8_t *salt,
                           size_t length, uint8_t *out)
{
    static const uint8_t zeros[8] = {0};
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, hash, NULL) == 1 &&
                EVP_DigestUpdate(context, zeros, sizeof zeros) == 1 &&
                EVP_DigestUpdate(context, digest, length) == 1 &&
                EVP_DigestUpdate(context, salt, length) == 1 &&
                EVP_DigestFinal_ex(context, out, NULL) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

/* EMSA-PSS (RFC 8017, 9.1.1), salt as long as the hash: mask(00 … 00 01 ‖ salt) ‖ H ‖ BC, of one
   bit less than the modulus. */
static bool put_pss_block(const kp_sign_plan *plan, const uint8_t *digest, uint8_t *out)
{
    const EVP_MD *hash = kp_hash_of(plan->hash);
    size_t length = kp_hash_length(plan->hash);
    size_t bits = (size_t)EVP_PKEY_get_bits(plan->key) - 1;
    size_t encoded = (bits + 7) / 8; /* one byte less than the modulus when its length is 8n + 1 */
    uint8_t salt[KAMUPIN_DIGEST_MAX];
    memset(out, 0, plan->size);
    out += plan->size - encoded;
    uint8_t *h = out + encoded - length - 1;
    if (RAND_bytes(salt, (int)length) != 1 || !hash_with_salt(hash, digest, salt, length, h))
        return false;
    h[-(ptrdiff_t)length - 1] = 0x01;
    memcpy(h - length, salt, length);
    out[encoded - 1] = 0xBC;
    if (!mask(hash, h, length, out, encoded - length - 1))
        return false;
    out[0] &= (uint8_t)(0xFF >> (8 * encoded - bits));
    return true;
}

kamupin_status kp_sign_input_of(const kp_sign_plan *plan, const uint8_t *digest, uint8_t *input,
                                size_t *length, kamupin_error *error)
{
    size_t hash = kp_hash_length(plan->hash);
    switch (plan->method.input) {
    case KP_INPUT_DIGEST_INFO:
        *length = put_digest_info(plan, digest, input);
        return KAMUPIN_OK;
    case KP_INPUT_BLOCK:
        *length = plan->size;
        if (plan->form != KAMUPIN_SIGN_RSA_PSS)
            put_pkcs1_block(plan, digest, input);
        else if (!put_pss_block(plan, digest, input))
            return no_crypto(error, "EMSA-PSS");
        return KAMUPIN_OK;
    case KP_INPUT_HASH: /* the leftmost bits, as many as the order has (FIPS 186-5, 6.4.1) */
        *length = hash < plan->size ? hash : plan->size;
        memcpy(input, digest, *length);
        return KAMUPIN_OK;
    case KP_INPUT_NONE:
        break;
    }
    return kp_fail_local(error, KAMUPIN_E_COMMAND_UNKNOWN);
}

/* ---- from the card ---- */

/* r ‖ s → SEQUENCE { r, s }; 0 when OpenSSL cannot. */
static size_t der_of(const uint8_t *raw, size_t size, uint8_t *der)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, (int)size, NULL), *s = BN_bin2bn(raw + size, (int)size, NULL);
    int length = 0;
    if (pair != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(pair, r, s) == 1) {
        length = i2d_ECDSA_SIG(pair, &der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(pair);
    return length > 0 ? (size_t)length : 0;
}

/* The reverse; false when it is none, or a number has not the room that the curve gives it. */
static bool raw_of(const uint8_t *der, size_t length, size_t size, uint8_t *raw)
{
    const unsigned char *next = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &next, (long)length);
    bool good = pair != NULL && next == der + length &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, (int)size) == (int)size &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + size, (int)size) == (int)size;
    ECDSA_SIG_free(pair);
    return good;
}

/* Whether `bytes` (of an EC key: DER) is the key's signature of the hash. */
static bool verifies(const kp_sign_plan *plan, const uint8_t *digest, const uint8_t *bytes,
                     size_t length)
{
    const EVP_MD *hash = kp_hash_of(plan->hash);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(plan->key, NULL);
    bool good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context, hash) == 1;
    if (good && plan->form == KAMUPIN_SIGN_RSA_PSS)
        good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_mgf1_md(context, hash) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
    good = good && EVP_PKEY_verify(context, bytes, length, digest, kp_hash_length(plan->hash)) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}

static bool is_ecdsa(const kp_sign_plan *plan)
{
    return plan->form == KAMUPIN_SIGN_ECDSA_RAW || plan->form == KAMUPIN_SIGN_ECDSA_DER;
}

/* An EC signature in both forms, whichever of them the card gave. */
static bool both_forms(const kp_sign_plan *plan, bool card_gives_der, const kp_response *response,
                       uint8_t *raw, uint8_t *der, size_t *der_length)
{
    if (card_gives_der ? !raw_of(response->data, response->length, plan->size, raw)
                       : response->length != 2 * plan->size)
        return false;
    if (!card_gives_der)
        memcpy(raw, response->data, response->length);
    *der_length = der_of(raw, plan->size, der);
    return *der_length > 0;
}

kamupin_status kp_sign_take(const kp_sign_plan *plan, const kp_profile *profile,
                            const uint8_t *digest, const kp_response *response,
                            kamupin_signature *signature, kamupin_error *error)
{
    uint8_t raw[DER_MAX], der[DER_MAX];
    size_t der_length = 0;
    const uint8_t *bytes = response->data;
    size_t length = response->length;
    bool good = is_ecdsa(plan)
                    ? both_forms(plan, profile->sign_ecdsa_der, response, raw, der, &der_length)
                    : length == plan->size;
    if (good && is_ecdsa(plan))
        good = verifies(plan, digest, der, der_length);
    else if (good)
        good = verifies(plan, digest, bytes, length);
    if (!good)
        return kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                       "%zu bytes that are no signature by the key of certificate %zu", length,
                       plan->certificate);
    if (is_ecdsa(plan)) {
        bool wants_der = plan->form == KAMUPIN_SIGN_ECDSA_DER;
        bytes = wants_der ? der : raw;
        length = wants_der ? der_length : 2 * plan->size;
    }
    signature->certificate = plan->certificate;
    signature->form = plan->form;
    signature->hash = plan->hash;
    memcpy(signature->bytes, bytes, length);
    signature->length = length;
    return KAMUPIN_OK;
}
