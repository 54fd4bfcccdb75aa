/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faults_sign.c: signing, and the question whether a card would: every fault at every call. A
   signature is judged by OpenSSL with the key itself; one that did not come is nowhere. */
#include "stand.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define VERIFY 0x20

static kamupin_sign_request request_of(const kp_stand *stand)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;

    request.form = stand->act->detail == 0   ? KAMUPIN_SIGN_RSA_PKCS1
                   : stand->act->detail == 1 ? KAMUPIN_SIGN_RSA_PSS
                                             : KAMUPIN_SIGN_ECDSA_DER;
    for (size_t i = 0; i < 32; i++)
        request.digest[i] = (unsigned char)(7 * i + 1);
    request.digest_length = 32;
    request.risk = KAMUPIN_RISK_UNPROVEN;
    return request;
}

static kamupin_status sign(kp_stand *stand)
{
    const kamupin_sign_request request = request_of(stand);
    kamupin_secret *pin = kp_stand_secret(stand, KP_PIN);

    stand->signature = (kamupin_signature)KAMUPIN_SIGNATURE_INIT;
    kamupin_status status = kamupin_card_sign(stand->card, &request, pin, &stand->signature);
    kamupin_secret_free(&pin);
    return status;
}

static kamupin_status ready(kp_stand *stand)
{
    const kamupin_sign_request request = request_of(stand);

    return kamupin_card_sign_ready(stand->card, &request, NULL);
}

static bool verifies(const kp_stand *stand)
{
    const kamupin_sign_request request = request_of(stand);
    EVP_PKEY *key = kp_card_key(stand->signature.certificate);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    int padding = stand->act->detail == 1 ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    bool good = EVP_PKEY_verify_init(context) == 1 &&
                (stand->act->detail == 2 || EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1) &&
                EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
                EVP_PKEY_verify(context, stand->signature.bytes, stand->signature.length,
                                request.digest, request.digest_length) == 1;

    EVP_PKEY_CTX_free(context);
    return good;
}

static void judge_sign(kp_stand *stand, kamupin_status status)
{
    if (status == KAMUPIN_OK)
        kp_rule(stand, kp_stand_executed(stand, VERIFY) == 1 && verifies(stand),
                "what was given out is no signature");
    else
        kp_rule(stand, stand->signature.length == 0, "a failure gives out a signature");
    kp_rule(stand, kp_stand_pin_is(stand, KP_PIN), "the PIN has changed");
    if (kp_stand_executed(stand, 0x2A) > 0)
        kp_rule(stand, kp_stand_executed(stand, VERIFY) == 1, "signed without a PIN");
}

static void judge_ready(kp_stand *stand, kamupin_status status)
{
    (void)status;
    kp_rule(stand, kp_stand_executed(stand, VERIFY) + kp_stand_executed(stand, 0x2A) == 0,
            "a look has cost something");
}

#define TWO_LEFT "pin.tries 2\n"

static void try_form(const char *name, const char *personality, int detail)
{
    const kp_act act = {.name = name,
                        .personality = personality,
                        .more = TWO_LEFT,
                        .run = sign,
                        .judge = judge_sign,
                        .right = KAMUPIN_OK,
                        .decisive = VERIFY,
                        .detail = detail};
    kp_stand_try(&act);
}

static void test_pkcs1(void **state)
{
    (void)state;
    try_form("sign, PKCS #1, v2.x", "akis2", 0);
    try_form("sign, PKCS #1, v1.0", "akis1", 0);
}

static void test_pss(void **state)
{
    (void)state;
    try_form("sign, PSS in a chain", "akis2", 1);
}

static void test_ecdsa(void **state)
{
    (void)state;
    try_form("sign, ECDSA", "akis2", 2);
}

static void test_ready(void **state)
{
    static const kp_act act = {.name = "ready to sign",
                               .personality = "akis2",
                               .more = TWO_LEFT,
                               .run = ready,
                               .judge = judge_ready,
                               .right = KAMUPIN_OK};
    (void)state;
    kp_stand_try(&act);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pkcs1),
        cmocka_unit_test(test_pss),
        cmocka_unit_test(test_ecdsa),
        cmocka_unit_test(test_ready),
    };
    return cmocka_run_group_tests(tests, NULL, kp_cards_teardown);
}
