/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   dpop.c: the operation's key and its proofs of possession (DPoP, RFC 9449), on OpenSSL's own
   primitives. Speaks to nobody. */
#include <service/dpop.h>

#include <core/fail.h>
#include <service/json.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

#define COORDINATE 32 /* bytes of a P-256 coordinate, and of r and s */
#define PART_MAX   2048

static kamupin_status crypto_failed(kamupin_error *error, const char *what)
{
    unsigned long code = ERR_peek_last_error();

    ERR_clear_error();
    return kp_fail_platform(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, (long)code, what);
}

kamupin_status kp_dpop_key_new(EVP_PKEY **key, kamupin_error *error)
{
    *key = EVP_EC_gen("P-256");
    return *key != NULL ? KAMUPIN_OK : crypto_failed(error, "no P-256 key could be made");
}

bool kp_dpop_nonce_ok(const char *nonce)
{
    for (const char *at = nonce; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || *at == '"' || *at == '\\')
            return false;
    return nonce[0] != '\0';
}

kamupin_status kp_uuid(char *text, kamupin_error *error)
{
    unsigned char bytes[16];
    char hex[33];

    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return crypto_failed(error, "no random bytes");
    bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
    kp_hex(bytes, sizeof bytes, false, hex);
    snprintf(text, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
    return KAMUPIN_OK;
}

static void put_coordinate(EVP_PKEY *key, const char *parameter, const char *name, kp_buffer *out)
{
    unsigned char bytes[COORDINATE];
    BIGNUM *number = NULL;

    if (EVP_PKEY_get_bn_param(key, parameter, &number) == 1 &&
        BN_bn2binpad(number, bytes, COORDINATE) == COORDINATE) {
        kp_buffer_text(out, ",\"");
        kp_buffer_text(out, name);
        kp_buffer_text(out, "\":\"");
        kp_buffer_base64url(out, bytes, sizeof bytes);
        kp_buffer_text(out, "\"");
    } else {
        out->failed = true;
    }
    BN_free(number);
}

static void put_header(EVP_PKEY *key, kp_buffer *out)
{
    kp_buffer_text(out, "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\","
                        "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\"");
    put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, "x", out);
    put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, "y", out);
    kp_buffer_text(out, "}}");
}

kamupin_status kp_dpop_thumbprint(EVP_PKEY *key, char *text, kamupin_error *error)
{
    kp_buffer jwk = KP_BUFFER_INIT(PART_MAX), encoded = KP_BUFFER_INIT(64);
    unsigned char digest[32];

    kp_buffer_text(&jwk, "{\"crv\":\"P-256\",\"kty\":\"EC\"");
    put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X, "x", &jwk);
    put_coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y, "y", &jwk);
    kp_buffer_text(&jwk, "}");
    bool ok =
        !jwk.failed && EVP_Digest(jwk.data, jwk.length, digest, NULL, EVP_sha256(), NULL) == 1;
    if (ok)
        kp_buffer_base64url(&encoded, digest, sizeof digest);
    ok = ok && !encoded.failed;
    if (ok)
        memcpy(text, encoded.data, encoded.length + 1);
    kp_buffer_wipe(&encoded);
    kp_buffer_wipe(&jwk);
    return ok ? KAMUPIN_OK : crypto_failed(error, "the key's thumbprint");
}

/* The hash of the token that goes with the request (RFC 9449, 4.2: ath). */
static kamupin_status put_token_hash(const kamupin_secret *token, kp_buffer *out,
                                     kamupin_error *error)
{
    unsigned char digest[32];
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(token, KAMUPIN_SECRET_ACCESS_TOKEN, &bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    if (EVP_Digest(bytes.data, bytes.length, digest, NULL, EVP_sha256(), NULL) != 1)
        return crypto_failed(error, "SHA-256");
    kp_buffer_text(out, ",\"ath\":\"");
    kp_buffer_base64url(out, digest, sizeof digest);
    kp_buffer_text(out, "\"");
    return KAMUPIN_OK;
}

static kamupin_status put_payload(const kp_dpop_claims *claims, kp_buffer *out,
                                  kamupin_error *error)
{
    char identity[37], issued[40];

    kamupin_status status = kp_uuid(identity, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_json_put_field(out, "{", "jti", identity);
    kp_json_put_field(out, ",", "htm", claims->method);
    kp_json_put_field(out, ",", "htu", claims->url);
    snprintf(issued, sizeof issued, ",\"iat\":%lld", (long long)claims->issued_at);
    kp_buffer_text(out, issued);
    if (claims->nonce[0] != '\0')
        kp_json_put_field(out, ",", "nonce", claims->nonce);
    if (claims->token != NULL)
        status = put_token_hash(claims->token, out, error);
    kp_buffer_text(out, "}");
    return status;
}

/* r and s as fixed-length octets, one after the other (RFC 7518, 3.4), from OpenSSL's DER. */
static bool raw_signature(const unsigned char *der, size_t length, unsigned char *raw)
{
    const unsigned char *at = der;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)length);
    bool ok = pair != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, COORDINATE) == COORDINATE &&
              BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + COORDINATE, COORDINATE) == COORDINATE;

    ECDSA_SIG_free(pair);
    return ok;
}

static bool sign(EVP_PKEY *key, const unsigned char *text, size_t length, unsigned char *raw)
{
    unsigned char der[80]; /* a P-256 signature in DER has at most 72 bytes */
    size_t der_length = sizeof der;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool ok = md != NULL && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(md, der, &der_length, text, length) == 1 &&
              raw_signature(der, der_length, raw);

    EVP_MD_CTX_free(md);
    return ok;
}

kamupin_status kp_dpop_proof(EVP_PKEY *key, const kp_dpop_claims *claims, kp_buffer *proof,
                             kamupin_error *error)
{
    kp_buffer header = KP_BUFFER_INIT(PART_MAX), payload = KP_BUFFER_INIT(PART_MAX);
    unsigned char raw[2 * COORDINATE];
    const size_t start = proof->length;

    put_header(key, &header);
    kamupin_status status = put_payload(claims, &payload, error);
    if (status == KAMUPIN_OK && (header.failed || payload.failed))
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK) {
        kp_buffer_base64url(proof, header.data, header.length);
        kp_buffer_text(proof, ".");
        kp_buffer_base64url(proof, payload.data, payload.length);
        if (proof->failed)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
        else if (!sign(key, proof->data + start, proof->length - start, raw))
            status = crypto_failed(error, "ES256");
    }
    if (status == KAMUPIN_OK) {
        kp_buffer_text(proof, ".");
        kp_buffer_base64url(proof, raw, sizeof raw);
        if (proof->failed)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    kp_buffer_wipe(&header);
    kp_buffer_wipe(&payload);
    return status;
}
