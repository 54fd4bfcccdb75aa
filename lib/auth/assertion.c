/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   assertion.c: writing the JWT that a card signs to log in. */
#include <auth/assertion.h>

#include <core/fail.h>
#include <service/dpop.h>
#include <service/json.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIFE     60    /* seconds */
#define PART_MAX 49152 /* four long certificates in base64 */

static X509 *parse(const kp_x5c *certificate)
{
    const unsigned char *at = certificate->der;

    ERR_set_mark();
    X509 *parsed = d2i_X509(NULL, &at, (long)certificate->length);
    ERR_pop_to_mark();
    return parsed;
}

/* ---- the algorithm ---- */

static const struct {
    const char *group; /* of an EC key; NULL: RSA */
    const char *name;
    kamupin_sign_form form;
    kamupin_hash hash;
} ALGORITHMS[] = {{NULL, "RS256", KAMUPIN_SIGN_RSA_PKCS1, KAMUPIN_SHA256},
                  {"prime256v1", "ES256", KAMUPIN_SIGN_ECDSA_RAW, KAMUPIN_SHA256},
                  {"secp384r1", "ES384", KAMUPIN_SIGN_ECDSA_RAW, KAMUPIN_SHA384}};

static bool is_for(const char *wanted, const EVP_PKEY *key)
{
    char group[32] = "";

    if (wanted == NULL)
        return EVP_PKEY_is_a(key, "RSA") == 1;
    return EVP_PKEY_is_a(key, "EC") == 1 &&
           EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group,
                                          NULL) == 1 &&
           strcmp(group, wanted) == 0;
}

kamupin_status kp_assertion_algorithm(const kp_x5c *signer, kamupin_sign_request *request,
                                      const char **algorithm, kamupin_error *error)
{
    X509 *certificate = parse(signer);
    const EVP_PKEY *key = certificate == NULL ? NULL : X509_get0_pubkey(certificate);

    *algorithm = NULL;
    ERR_set_mark();
    for (size_t i = 0; key != NULL && i < sizeof ALGORITHMS / sizeof ALGORITHMS[0]; i++)
        if (is_for(ALGORITHMS[i].group, key)) {
            *algorithm = ALGORITHMS[i].name;
            request->form = ALGORITHMS[i].form;
            request->hash = ALGORITHMS[i].hash;
        }
    X509_free(certificate);
    ERR_pop_to_mark();
    if (*algorithm != NULL)
        return KAMUPIN_OK;
    return kp_fail(error, KAMUPIN_E_KEY_UNSUITABLE, KAMUPIN_FROM_LOCAL,
                   "a login is signed with RSA, P-256 or P-384");
}

/* ---- the chain ---- */

static bool vouches(const kp_x5c *issuer, const kp_x5c *subject)
{
    X509 *above = parse(issuer), *below = parse(subject);

    ERR_set_mark();
    const bool does = above != NULL && below != NULL &&
                      X509_check_issued(above, below) == X509_V_OK &&
                      X509_NAME_cmp(X509_get_subject_name(below), X509_get_issuer_name(below)) != 0;

    ERR_pop_to_mark();
    X509_free(above);
    X509_free(below);
    return does;
}

void kp_assertion_chain(kp_assertion *assertion, const kp_x5c *others, size_t count)
{
    bool found = true;

    while (found && assertion->count < KP_X5C_MAX) {
        const kp_x5c last = assertion->chain[assertion->count - 1];
        found = false;
        for (size_t i = 0; i < count && !found; i++)
            if (others[i].der != last.der && vouches(&others[i], &last)) {
                assertion->chain[assertion->count++] = others[i];
                found = true;
            }
    }
}

/* ---- writing ---- */

/* A certificate as x5c has it: base64 of its DER with padding (RFC 7515, 4.1.6). */
static void put_certificate(kp_buffer *out, const kp_x5c *certificate)
{
    const size_t room = (certificate->length + 2) / 3 * 4 + 1;
    unsigned char *text = certificate->length > PART_MAX ? NULL : malloc(room);

    if (text == NULL) {
        out->failed = true;
        return;
    }
    EVP_EncodeBlock(text, certificate->der, (int)certificate->length);
    kp_json_put(out, text, room - 1);
    free(text);
}

static void put_header(const kp_assertion *assertion, const char *algorithm, kp_buffer *out)
{
    kp_json_put_field(out, "{", "alg", algorithm);
    kp_json_put_field(out, ",", "typ", "JWT");
    kp_buffer_text(out, ",\"x5c\":[");
    for (size_t i = 0; i < assertion->count; i++) {
        kp_buffer_text(out, i == 0 ? "" : ",");
        put_certificate(out, &assertion->chain[i]);
    }
    kp_buffer_text(out, "]}");
}

/* The certificate's SHA-256 thumbprint, by which its owner is named (RFC 7515, 4.1.8). */
static kamupin_status thumbprint(const kp_x5c *certificate, kp_buffer *out, kamupin_error *error)
{
    unsigned char digest[32];

    if (EVP_Digest(certificate->der, certificate->length, digest, NULL, EVP_sha256(), NULL) != 1)
        return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "SHA-256");
    kp_buffer_base64url(out, digest, sizeof digest);
    return out->failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}

static kamupin_status put_payload(const kp_assertion *assertion, kp_buffer *out,
                                  kamupin_error *error)
{
    kp_buffer name = KP_BUFFER_INIT(64);
    char identity[37], times[80];

    kamupin_status status = kp_uuid(identity, error);
    if (status == KAMUPIN_OK)
        status = thumbprint(&assertion->chain[0], &name, error);
    if (status == KAMUPIN_OK) {
        kp_json_put_field(out, "{", "iss", (const char *)name.data);
        kp_json_put_field(out, ",", "sub", (const char *)name.data);
        kp_json_put_field(out, ",", "aud", assertion->audience);
        kp_json_put_field(out, ",", "jti", identity);
        snprintf(times, sizeof times, ",\"iat\":%lld,\"exp\":%lld}", (long long)assertion->now,
                 (long long)assertion->now + LIFE);
        kp_buffer_text(out, times);
    }
    kp_buffer_wipe(&name);
    return status;
}

static kamupin_status digest(const kp_buffer *text, kamupin_sign_request *request,
                             kamupin_error *error)
{
    const EVP_MD *hash = request->hash == KAMUPIN_SHA384 ? EVP_sha384() : EVP_sha256();
    unsigned int length = 0;

    if (EVP_Digest(text->data, text->length, request->digest, &length, hash, NULL) != 1)
        return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "hash of the assertion");
    request->digest_length = length;
    return KAMUPIN_OK;
}

kamupin_status kp_assertion_begin(const kp_assertion *assertion, kamupin_sign_request *request,
                                  kp_buffer *text, kamupin_error *error)
{
    kp_buffer header = KP_BUFFER_INIT(PART_MAX), payload = KP_BUFFER_INIT(2048);
    const char *algorithm = NULL;

    kamupin_status status =
        kp_assertion_algorithm(&assertion->chain[0], request, &algorithm, error);
    if (status == KAMUPIN_OK) {
        put_header(assertion, algorithm, &header);
        status = put_payload(assertion, &payload, error);
    }
    if (status == KAMUPIN_OK) {
        kp_buffer_base64url(text, header.data, header.length);
        kp_buffer_text(text, ".");
        kp_buffer_base64url(text, payload.data, payload.length);
        status = header.failed || payload.failed || text->failed
                     ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY)
                     : digest(text, request, error);
    }
    kp_buffer_wipe(&header);
    kp_buffer_wipe(&payload);
    return status;
}

kamupin_status kp_assertion_end(const kamupin_signature *signature, kp_buffer *text,
                                kamupin_error *error)
{
    kp_buffer_text(text, ".");
    kp_buffer_base64url(text, signature->bytes, signature->length);
    return text->failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}
