/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_jwe.c: what others sealed opens, and nothing else does. The key agreement is RFC 7518's
   example (appendix C), the decryption RFC 7516's (appendix A.1, content encryption); whole
   messages were made by two programs that are not ours, Debian's `jose` 11 and `python3-jwcrypto`
   1.1, for a key that was made for this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <core/buffer.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <service/jwe.h>

/* A private key as a jwk gives it: x, y, d. */
typedef struct jwk {
    const char *x, *y, *d;
} jwk;

static const jwk OURS = {"32xeHzecN3PTWLeuCKGfJ0ctaLru5E7H5vhphrqlCMM",
                         "c4ZjHCkfCbrx0RpL4MEMIy9qm80kikpaY_s0aKRjK6A",
                         "-u6gIyN8vadEIrHVWTixTDgQ6H-DbEMILx6j3OqUlzM"};

#define JOSE_HEADER                                                                                \
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiYjNBdE1RIiwiYXB2IjoiYzJWeWFXRnNPakF4TURJIiwiZW5jIjoiQTI1NkdD" \
    "TSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6IlJYcW1neFg0cy16VkZkUG5PUE1ycHBsU3JZNXNW" \
    "NVltNHdtYXVjVFJ0SEUiLCJ5IjoiVm4xNk5TZDV0YmJSVUNtakduYWthRmNkWHhnTWxBdy1uTUlpQjdlVUVXQSJ9fQ"
#define JOSE_REST ".Di8qauieiox4FgO4.MYz5LWifDXo.4xiB5bCiEQEn_NYLuUxvTw"
#define JWCRYPTO                                                                                   \
    "eyJhbGciOiJFQ0RILUVTIiwiYXB1IjoiYjNBdE1RIiwiYXB2IjoiYzJWeWFXRnNPakF4TURJIiwiZW5jIjoiQTI1NkdD" \
    "TSIsImVwayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6Ik95ZnNMdERuaWM0ZEhLTmpCb2tTR3VnQjZyZkc0" \
    "R0xPQVdhblJGOVk2Y1kiLCJ5IjoiTHdiMF9KZ3NGdFdWbUltNmt0S2ZLY01FQ0UyWmFoYm1ycVllMW1yLWlvZyJ9fQ."  \
    ".P7K7M_Jwz1rWNRKS.rWSmCQY6xLI.CWpGtORGiX_28itR-fFrxw"
#define PUK "12345678"

static const kp_jwe_parties PARTIES = {"op-1", "serial:0102"};

static void decode(const char *text, unsigned char *out, size_t room, size_t expected)
{
    size_t length = 0;

    assert_true(kp_base64url_decode(text, strlen(text), out, room, &length));
    assert_int_equal(length, expected);
}

static EVP_PKEY *key_of(const jwk *from)
{
    unsigned char point[65] = {4}, number[32];
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    decode(from->x, point + 1, 32, 32);
    decode(from->y, point + 33, 32, 32);
    decode(from->d, number, 32, 32);
    BIGNUM *secret = BN_bin2bn(number, sizeof number, NULL);
    OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point);
    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret);
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
    assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params), 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    BN_free(secret);
    return key;
}

/* RFC 7518, appendix C: Alice and Bob derive the same key, and it is the printed one. */
static void the_rfcs_key_agreement(void **state)
{
    static const jwk alice = {"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
                              "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
                              "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"};
    static const jwk bob = {"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
                            "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
                            "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"};
    const kp_bytes apu = {(const unsigned char *)"Alice", 5},
                   apv = {(const unsigned char *)"Bob", 3};
    unsigned char expected[16], key[16];
    EVP_PKEY *a = key_of(&alice), *b = key_of(&bob);

    (void)state;
    decode("VqqN6vgjbSBcIijNcacQGg", expected, sizeof expected, 16);
    assert_true(kp_jwe_derive(a, b, "A128GCM", apu, apv, key, sizeof key));
    assert_memory_equal(key, expected, sizeof key);
    assert_true(kp_jwe_derive(b, a, "A128GCM", apu, apv, key, sizeof key));
    assert_memory_equal(key, expected, sizeof key);
    assert_true(kp_jwe_derive(b, a, "A128GCM", apv, apu, key, sizeof key));
    assert_memory_not_equal(key, expected, sizeof key);
    EVP_PKEY_free(a);
    EVP_PKEY_free(b);
}

/* RFC 7516, appendix A.1: the content encryption under the printed key. */
static void the_rfcs_decryption(void **state)
{
    static const unsigned char key[32] = {177, 161, 244, 128, 84,  143, 225, 115, 63, 180, 3,
                                          255, 107, 154, 212, 246, 138, 7,   110, 91, 112, 46,
                                          34,  105, 47,  130, 203, 46,  122, 234, 64, 252};
    static const char header[] = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ";
    static const char text[] = "The true sign of intelligence is not knowledge but imagination.";
    unsigned char iv[12], tag[16], sealed[63], out[63];
    const kp_bytes iv_bytes = {iv, sizeof iv}, tag_bytes = {tag, sizeof tag};
    const kp_bytes header_bytes = {(const unsigned char *)header, sizeof header - 1};
    const kp_bytes sealed_bytes = {sealed, sizeof sealed};

    (void)state;
    decode("48V1_ALb6US04U3b", iv, sizeof iv, 12);
    decode("5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A",
           sealed, sizeof sealed, 63);
    decode("XFBoMYUZodetZdvTiFvSkQ", tag, sizeof tag, 16);
    assert_true(kp_jwe_decrypt(key, iv_bytes, header_bytes, sealed_bytes, tag_bytes, out));
    assert_memory_equal(out, text, sizeof out);
    tag[15] ^= 1;
    assert_false(kp_jwe_decrypt(key, iv_bytes, header_bytes, sealed_bytes, tag_bytes, out));
}

typedef struct desk {
    kamupin_context *context;
    EVP_PKEY *key;
} desk;

static int enter(void **state)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    desk *made = calloc(1, sizeof *made);

    if (made == NULL || kamupin_context_new(&options, &made->context, NULL) != KAMUPIN_OK)
        return -1;
    made->key = key_of(&OURS);
    *state = made;
    return 0;
}

static int leave(void **state)
{
    desk *made = *state;

    EVP_PKEY_free(made->key);
    kamupin_context_free(&made->context);
    free(made);
    return 0;
}

static void expect_opened(desk *here, const char *text)
{
    kamupin_secret *secret = NULL;
    kp_bytes bytes;

    assert_int_equal(
        kp_jwe_open(here->context, here->key, text, &PARTIES, KP_SECRET_PUK, 16, &secret, NULL),
        KAMUPIN_OK);
    assert_int_equal(kp_secret_read(secret, KP_SECRET_PUK, &bytes, NULL), KAMUPIN_OK);
    assert_int_equal(bytes.length, sizeof PUK - 1);
    assert_memory_equal(bytes.data, PUK, sizeof PUK - 1);
    /* it can be neither typed into nor taken for a PIN */
    assert_int_equal(kamupin_secret_append(secret, "1", 1), KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kp_secret_read(secret, KAMUPIN_SECRET_PIN, &bytes, NULL),
                     KAMUPIN_E_SECRET_KIND);
    kamupin_secret_free(&secret);
}

static void what_others_sealed_opens(void **state)
{
    expect_opened(*state, JOSE_HEADER "." JOSE_REST);
    expect_opened(*state, JWCRYPTO);
}

static void refuse(desk *here, const char *text, const kp_jwe_parties *parties, size_t most)
{
    kamupin_secret *secret = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    assert_int_equal(
        kp_jwe_open(here->context, here->key, text, parties, KP_SECRET_PUK, most, &secret, &error),
        KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_int_equal(error.status, KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_null(secret);
}

static void another_operation_card_or_key_does_not_open(void **state)
{
    static const jwk other = {"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
                              "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
                              "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"};
    desk *here = *state;

    refuse(here, JWCRYPTO, &(kp_jwe_parties){"op-2", "serial:0102"}, 16);
    refuse(here, JWCRYPTO, &(kp_jwe_parties){"op-1", "serial:0103"}, 16);
    refuse(here, JWCRYPTO, &(kp_jwe_parties){"op-1", "serial:010"}, 16);
    refuse(here, JWCRYPTO, &PARTIES, 7); /* longer than what may come */
    EVP_PKEY_free(here->key);
    here->key = key_of(&other);
    refuse(here, JWCRYPTO, &PARTIES, 16);
}

/* Every character changed, one after another, and every length cut. */
static void a_changed_message_does_not_open(void **state)
{
    char text[sizeof JWCRYPTO];

    for (size_t i = 0; i < sizeof JWCRYPTO - 1; i++) {
        memcpy(text, JWCRYPTO, sizeof text);
        text[i] = text[i] == 'A' ? 'B' : 'A';
        refuse(*state, text, &PARTIES, 16);
        memcpy(text, JWCRYPTO, sizeof text);
        text[i] = '\0';
        refuse(*state, text, &PARTIES, 16);
    }
}

/* A header of our own before the rest of a good message: refused for what it says. */
static void refuse_header(desk *here, const char *header, const char *named)
{
    kp_buffer text = KP_BUFFER_INIT(2048);
    kamupin_secret *secret = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;

    kp_buffer_base64url(&text, (const unsigned char *)header, strlen(header));
    kp_buffer_text(&text, "." JOSE_REST);
    assert_int_equal(kp_jwe_open(here->context, here->key, (const char *)text.data, &PARTIES,
                                 KP_SECRET_PUK, 16, &secret, &error),
                     KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_non_null(strstr(error.detail, named));
    kp_buffer_wipe(&text);
}

#define NAMES "\"apu\":\"b3AtMQ\",\"apv\":\"c2VyaWFsOjAxMDI\","
#define EPK                                                                                        \
    "\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\","                                                   \
    "\"x\":\"32xeHzecN3PTWLeuCKGfJ0ctaLru5E7H5vhphrqlCMM\","                                       \
    "\"y\":\"c4ZjHCkfCbrx0RpL4MEMIy9qm80kikpaY_s0aKRjK6A\"}"
#define OFF_CURVE                                                                                  \
    "\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\","                                                   \
    "\"x\":\"32xeHzecN3PTWLeuCKGfJ0ctaLru5E7H5vhphrqlCMM\","                                       \
    "\"y\":\"c5ZjHCkfCbrx0RpL4MEMIy9qm80kikpaY_s0aKRjK6A\"}"

static void another_header_is_refused_by_name(void **state)
{
    refuse_header(*state, "{\"alg\":\"dir\",\"enc\":\"A256GCM\"," NAMES EPK "}", "alg");
    refuse_header(*state, "{\"alg\":\"ECDH-ES+A256KW\",\"enc\":\"A256GCM\"," NAMES EPK "}", "alg");
    refuse_header(*state, "{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\"," NAMES EPK "}", "enc");
    refuse_header(*state, "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"zip\":\"DEF\"," NAMES EPK "}",
                  "zip");
    refuse_header(*state,
                  "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\",\"crit\":[\"b64\"]," NAMES EPK "}",
                  "crit");
    refuse_header(*state, "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\"," EPK "}", "apu");
    refuse_header(*state, "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\"," NAMES OFF_CURVE "}", "epk");
    refuse_header(*state, "{\"alg\":\"ECDH-ES\",\"enc\":\"A256GCM\"," NAMES EPK "}",
                  "does not open");
    refuse(*state, JOSE_HEADER ".AAAA" JOSE_REST, &PARTIES, 16); /* an encrypted key */
    refuse(*state, "", &PARTIES, 16);
    refuse(*state, "....", &PARTIES, 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfcs_key_agreement),
        cmocka_unit_test(the_rfcs_decryption),
        cmocka_unit_test_setup_teardown(what_others_sealed_opens, enter, leave),
        cmocka_unit_test_setup_teardown(another_operation_card_or_key_does_not_open, enter, leave),
        cmocka_unit_test_setup_teardown(a_changed_message_does_not_open, enter, leave),
        cmocka_unit_test_setup_teardown(another_header_is_refused_by_name, enter, leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
