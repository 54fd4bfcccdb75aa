/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_dpop.c: a proof is a JWS that its own jwk verifies, with the claims of RFC 9449. Verified
   here with a key that OpenSSL builds from the jwk; a foreign verifier (Python's cryptography, in
   the sandbox's service) looks at every proof of the integration tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <service/dpop.h>
#include <service/json.h>

/* A decoded part of a proof: a JSON object. */
static json_t *part(const char *text, size_t length)
{
    kp_buffer json = KP_BUFFER_INIT(4096);
    unsigned char bytes[2048];
    size_t decoded = 0;
    json_t *root = NULL;

    assert_true(kp_base64url_decode(text, length, bytes, sizeof bytes, &decoded));
    kp_buffer_append(&json, bytes, decoded);
    assert_int_equal(kp_json_parse(&json, &root, NULL), KAMUPIN_OK);
    kp_buffer_wipe(&json);
    return root;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    if (text == NULL)
        fail_msg("no text %s", name);
    return text == NULL ? "" : text;
}

/* The public key of a jwk, as a verifier builds it. */
static EVP_PKEY *key_of(const json_t *jwk)
{
    unsigned char point[65] = {4};
    size_t length = 0;
    EVP_PKEY *key = NULL;

    assert_string_equal(text_of(jwk, "kty"), "EC");
    assert_string_equal(text_of(jwk, "crv"), "P-256");
    assert_int_equal(json_object_size(jwk), 4); /* nothing private */
    assert_true(
        kp_base64url_decode(text_of(jwk, "x"), strlen(text_of(jwk, "x")), point + 1, 32, &length));
    assert_int_equal(length, 32);
    assert_true(
        kp_base64url_decode(text_of(jwk, "y"), strlen(text_of(jwk, "y")), point + 33, 32, &length));
    assert_int_equal(length, 32);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
    OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    assert_int_equal(EVP_PKEY_fromdata_init(maker), 1);
    assert_int_equal(EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
    EVP_PKEY_CTX_free(maker);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(build);
    return key;
}

/* Whether 64 octets r, s sign the text. */
static bool verifies(EVP_PKEY *key, const char *text, size_t length, const unsigned char *raw)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    unsigned char *der = NULL;
    EVP_MD_CTX *md = EVP_MD_CTX_new();

    ECDSA_SIG_set0(pair, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    int der_length = i2d_ECDSA_SIG(pair, &der);
    assert_int_equal(EVP_DigestVerifyInit(md, NULL, EVP_sha256(), NULL, key), 1);
    bool ok =
        EVP_DigestVerify(md, der, (size_t)der_length, (const unsigned char *)text, length) == 1;
    EVP_MD_CTX_free(md);
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
    return ok;
}

/* Takes a proof apart, verifies it with its own jwk and gives its claims. */
static json_t *checked_claims(const kp_buffer *proof)
{
    const char *text = (const char *)proof->data;
    const char *payload = strchr(text, '.') + 1;
    const char *signature = strchr(payload, '.') + 1;
    unsigned char raw[65];
    size_t length = 0;

    assert_true(kp_base64url_decode(signature, strlen(signature), raw, sizeof raw, &length));
    assert_int_equal(length, 64);
    json_t *header = part(text, (size_t)(payload - 1 - text));
    assert_string_equal(text_of(header, "typ"), "dpop+jwt");
    assert_string_equal(text_of(header, "alg"), "ES256");
    EVP_PKEY *key = key_of(json_object_get(header, "jwk"));
    assert_true(verifies(key, text, (size_t)(signature - 1 - text), raw));
    raw[0] ^= 1;
    assert_false(verifies(key, text, (size_t)(signature - 1 - text), raw));
    EVP_PKEY_free(key);
    kp_json_free(header);
    return part(payload, (size_t)(signature - 1 - payload));
}

static void a_proof_without_token_and_nonce(void **state)
{
    const kp_dpop_claims claims = {"POST", "https://h.example/v1/codes/redeem", "", NULL,
                                   1700000000};
    kp_buffer proof = KP_BUFFER_INIT(4096);
    EVP_PKEY *key = NULL;

    (void)state;
    assert_int_equal(kp_dpop_key_new(&key, NULL), KAMUPIN_OK);
    assert_int_equal(kp_dpop_proof(key, &claims, &proof, NULL), KAMUPIN_OK);
    json_t *told = checked_claims(&proof);
    assert_string_equal(text_of(told, "htm"), "POST");
    assert_string_equal(text_of(told, "htu"), "https://h.example/v1/codes/redeem");
    assert_int_equal(json_integer_value(json_object_get(told, "iat")), 1700000000);
    assert_int_equal(strlen(text_of(told, "jti")), 36);
    assert_null(json_object_get(told, "nonce"));
    assert_null(json_object_get(told, "ath"));
    kp_json_free(told);
    kp_buffer_wipe(&proof);
    EVP_PKEY_free(key);
}

/* RFC 9449, 4.3 has this token and this hash of it in its example. */
static void the_hash_of_a_token_is_that_of_the_rfc(void **state)
{
    static const char TOKEN[] = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    kp_dpop_claims claims = {"GET", "https://resource.example.org/protectedresource", "eyJ7S_zG",
                             NULL, 1562262618};
    kp_buffer proof = KP_BUFFER_INIT(4096);
    kamupin_context *context = NULL;
    kamupin_secret *token = NULL;
    EVP_PKEY *key = NULL;

    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kp_secret_new(context, KAMUPIN_SECRET_ACCESS_TOKEN, &token, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(token, TOKEN, sizeof TOKEN - 1), KAMUPIN_OK);
    claims.token = token;
    assert_int_equal(kp_dpop_key_new(&key, NULL), KAMUPIN_OK);
    assert_int_equal(kp_dpop_proof(key, &claims, &proof, NULL), KAMUPIN_OK);
    json_t *told = checked_claims(&proof);
    assert_string_equal(text_of(told, "ath"), "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
    assert_string_equal(text_of(told, "nonce"), "eyJ7S_zG");
    kp_json_free(told);
    kp_buffer_wipe(&proof);
    EVP_PKEY_free(key);
    kamupin_secret_free(&token);
    kamupin_context_free(&context);
}

static void numbers_with_leading_zeros_keep_their_length(void **state)
{
    const kp_dpop_claims claims = {"GET", "https://h/", "n", NULL, 1};

    (void)state;
    /* One coordinate or half of a signature in 256 begins with a zero octet: 4 * 200 of them make a
     * variable-length encoding show with a probability of 95 %, run after run. */
    for (int i = 0; i < 200; i++) {
        kp_buffer proof = KP_BUFFER_INIT(4096);
        EVP_PKEY *key = NULL;
        assert_int_equal(kp_dpop_key_new(&key, NULL), KAMUPIN_OK);
        assert_int_equal(kp_dpop_proof(key, &claims, &proof, NULL), KAMUPIN_OK);
        kp_json_free(checked_claims(&proof));
        kp_buffer_wipe(&proof);
        EVP_PKEY_free(key);
    }
}

static void keys_and_ids_are_new_each_time(void **state)
{
    const kp_dpop_claims claims = {"GET", "https://h/", "n", NULL, 1};
    kp_buffer one = KP_BUFFER_INIT(4096), other = KP_BUFFER_INIT(4096);
    EVP_PKEY *key = NULL, *second = NULL;

    (void)state;
    assert_int_equal(kp_dpop_key_new(&key, NULL), KAMUPIN_OK);
    assert_int_equal(kp_dpop_key_new(&second, NULL), KAMUPIN_OK);
    assert_int_equal(EVP_PKEY_eq(key, second), 0);
    assert_int_equal(kp_dpop_proof(key, &claims, &one, NULL), KAMUPIN_OK);
    assert_int_equal(kp_dpop_proof(key, &claims, &other, NULL), KAMUPIN_OK);
    json_t *first = checked_claims(&one), *again = checked_claims(&other);
    assert_string_not_equal(text_of(first, "jti"), text_of(again, "jti"));
    kp_json_free(first);
    kp_json_free(again);
    kp_buffer_wipe(&one);
    kp_buffer_wipe(&other);
    EVP_PKEY_free(key);
    EVP_PKEY_free(second);
}

static void a_proof_without_room_fails(void **state)
{
    const kp_dpop_claims claims = {"GET", "https://h/", "n", NULL, 1};
    EVP_PKEY *key = NULL;

    (void)state;
    assert_int_equal(kp_dpop_key_new(&key, NULL), KAMUPIN_OK);
    for (size_t room = 1; room < 400; room += 50) {
        kp_buffer proof = KP_BUFFER_INIT(room);
        assert_int_equal(kp_dpop_proof(key, &claims, &proof, NULL), KAMUPIN_E_NO_MEMORY);
        kp_buffer_wipe(&proof);
    }
    EVP_PKEY_free(key);
}

static void nonces_are_looked_at(void **state)
{
    (void)state;
    assert_true(kp_dpop_nonce_ok("eyJ7S_zG.eyJH0-Z.HX4w-7v"));
    assert_false(kp_dpop_nonce_ok(""));
    assert_false(kp_dpop_nonce_ok("a b"));
    assert_false(kp_dpop_nonce_ok("a\"b"));
    assert_false(kp_dpop_nonce_ok("a\\b"));
    assert_false(kp_dpop_nonce_ok("a\x7f"));
    assert_false(kp_dpop_nonce_ok("\xc3\xb6"));
}

static void a_uuid_is_version_4(void **state)
{
    char one[37], other[37];

    (void)state;
    for (int i = 0; i < 50; i++) {
        assert_int_equal(kp_uuid(one, NULL), KAMUPIN_OK);
        assert_int_equal(kp_uuid(other, NULL), KAMUPIN_OK);
        assert_string_not_equal(one, other);
        assert_int_equal(strlen(one), 36);
        assert_int_equal(strspn(one, "0123456789abcdef-"), 36);
        assert_true(one[8] == '-' && one[13] == '-' && one[18] == '-' && one[23] == '-');
        assert_int_equal(one[14], '4');
        assert_non_null(strchr("89ab", one[19]));
    }
}

/* The key of RFC 9449, 4.1, and its thumbprint, 6.1. */
static void a_thumbprint_is_that_of_rfc_9449(void **state)
{
    kp_buffer text = KP_BUFFER_INIT(4096);
    json_t *jwk = NULL;
    char thumbprint[44];

    (void)state;
    kp_buffer_text(&text, "{\"kty\":\"EC\",\"x\":\"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs\","
                          "\"y\":\"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA\","
                          "\"crv\":\"P-256\"}");
    assert_int_equal(kp_json_parse(&text, &jwk, NULL), KAMUPIN_OK);
    EVP_PKEY *key = key_of(jwk);
    assert_int_equal(kp_dpop_thumbprint(key, thumbprint, NULL), KAMUPIN_OK);
    assert_string_equal(thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    EVP_PKEY_free(key);
    kp_json_free(jwk);
    kp_buffer_wipe(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thumbprint_is_that_of_rfc_9449),
        cmocka_unit_test(a_proof_without_token_and_nonce),
        cmocka_unit_test(the_hash_of_a_token_is_that_of_the_rfc),
        cmocka_unit_test(numbers_with_leading_zeros_keep_their_length),
        cmocka_unit_test(keys_and_ids_are_new_each_time),
        cmocka_unit_test(a_proof_without_room_fails),
        cmocka_unit_test(nonces_are_looked_at),
        cmocka_unit_test(a_uuid_is_version_4),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
