/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Whose key signs, what the card is given for a hash, and what its answer has to be. The card's
   computation is OpenSSL's with the private key; what comes out is judged by OpenSSL, too. */
#include "test_certificate.h"

#include <card/sign.h>

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct fixture {
    EVP_PKEY *rsa, *odd, *p256, *p384, *small;
    unsigned char der[4][KP_TEST_CERTIFICATE_MAX];
    kp_identity identity;
    kp_profile row;
} fixture;

static uint8_t digest[KAMUPIN_DIGEST_MAX];

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    f.rsa = EVP_RSA_gen(2048);
    f.odd = EVP_RSA_gen(2049); /* one bit over a byte: EMSA-PSS has one byte less */
    f.p256 = EVP_EC_gen("P-256");
    f.p384 = EVP_EC_gen("P-384");
    f.small = EVP_RSA_gen(1024);
    for (size_t i = 0; i < sizeof digest; i++)
        digest[i] = (uint8_t)(0xF0 - i);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    EVP_PKEY *keys[] = {f->rsa, f->odd, f->p256, f->p384, f->small};
    for (size_t i = 0; i < COUNT(keys); i++)
        EVP_PKEY_free(keys[i]);
    return 0;
}

static void begin(fixture *f)
{
    memset(&f->identity, 0, sizeof f->identity);
    f->row = *kp_profile_by_name("akis-2");
    f->identity.profile = &f->row;
}

/* Puts one more certificate on the card; the next file, as the card has it. */
static void add(fixture *f, const kp_test_certificate *wanted)
{
    size_t at = f->identity.certificate_count++;
    kp_der *der = &f->identity.certificates[at];
    *der = (kp_der){.data = f->der[at], .file = (uint16_t)(0x2F10 + at)};
    kp_test_certificate_make(wanted, der->data, &der->length);
}

static kp_test_certificate of_key(EVP_PKEY *key)
{
    kp_test_certificate wanted = kp_test_signature;
    wanted.key = key;
    return wanted;
}

static kamupin_status choose(fixture *f, size_t certificate, kamupin_sign_form form,
                             kp_sign_plan *plan)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    request.certificate = certificate;
    request.form = form;
    kamupin_status status = kp_sign_choose(&f->identity, &request, time(NULL), plan, &error);
    assert_int_equal(error.status, status);
    return status;
}

/* ---- whose key ---- */

static void test_the_first_certificate_that_fits(void **state)
{
    fixture *f = *state;
    kp_sign_plan plan;
    begin(f);
    kp_test_certificate expired = of_key(f->rsa), other = of_key(f->rsa), rsa = of_key(f->rsa),
                        ec = of_key(f->p256);
    expired.begins = -7200;
    expired.ends = -60;
    other.policies = "2.25.1"; /* not Kamu SM's: only taken when it is named */
    add(f, &expired);
    add(f, &other);
    add(f, &ec);
    add(f, &rsa);
    static const struct {
        size_t named;
        kamupin_sign_form form;
        kamupin_status status;
        size_t certificate;
        kamupin_sign_form made;
    } rows[] = {
        {KAMUPIN_CERTIFICATE_ANY, 0, KAMUPIN_OK, 2, KAMUPIN_SIGN_ECDSA_DER},
        {KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_ECDSA_RAW, KAMUPIN_OK, 2, KAMUPIN_SIGN_ECDSA_RAW},
        {KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_RSA_PSS, KAMUPIN_OK, 3, KAMUPIN_SIGN_RSA_PSS},
        {0, KAMUPIN_SIGN_RSA_PKCS1, KAMUPIN_E_CERTIFICATE_NOT_VALID, 0, 0},
        {1, KAMUPIN_SIGN_BY_KEY, KAMUPIN_OK, 1, KAMUPIN_SIGN_RSA_PKCS1},
        {2, KAMUPIN_SIGN_RSA_PKCS1, KAMUPIN_E_KEY_UNSUITABLE, 0, 0},
        {3, KAMUPIN_SIGN_ECDSA_DER, KAMUPIN_E_KEY_UNSUITABLE, 0, 0},
        {4, KAMUPIN_SIGN_BY_KEY, KAMUPIN_E_INVALID_ARGUMENT, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(choose(f, rows[i].named, rows[i].form, &plan), rows[i].status);
        if (rows[i].status == KAMUPIN_OK) {
            assert_int_equal(plan.certificate, rows[i].certificate);
            assert_int_equal(plan.form, rows[i].made);
            assert_int_equal(plan.reference, 0x84 + rows[i].certificate);
        }
        kp_sign_plan_free(&plan);
    }
}

/* A row that is not of Kamu SM's cards takes any certificate; where they lie in objects, the place in
   the row's list counts. */
static void test_rows_of_other_issuers(void **state)
{
    fixture *f = *state;
    kp_sign_plan plan;
    kp_test_certificate other = of_key(f->p256);
    other.policies = "2.25.1";
    begin(f);
    add(f, &other);
    assert_int_equal(choose(f, KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_BY_KEY, &plan),
                     KAMUPIN_E_CERTIFICATE_NOT_VALID);
    f->row.recognition = KP_RECOGNISE_APPLICATION;
    assert_int_equal(choose(f, KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_BY_KEY, &plan), KAMUPIN_OK);
    assert_int_equal(plan.reference, 0x84);
    kp_sign_plan_free(&plan);
    f->row.first_certificate = 0x2F0D;
    assert_int_equal(choose(f, 0, KAMUPIN_SIGN_BY_KEY, &plan), KAMUPIN_OK);
    assert_int_equal(plan.reference, 0x87);
    kp_sign_plan_free(&plan);
    f->row.certificates = KP_CERTIFICATES_IN_OBJECTS;
    f->row.certificate_objects[0] = 0x5FC105;
    f->row.certificate_objects[1] = f->identity.certificates[0].file = 0x5FC10A;
    f->row.certificate_object_count = 2;
    assert_int_equal(choose(f, 0, KAMUPIN_SIGN_BY_KEY, &plan), KAMUPIN_OK);
    assert_int_equal(plan.reference, 0x85);
    kp_sign_plan_free(&plan);
}

/* What none fits is told from what none is in force. */
static void test_why_none_fits(void **state)
{
    fixture *f = *state;
    kp_sign_plan plan;
    kp_test_certificate good = of_key(f->p384), late = good, early = good, weak = of_key(f->small),
                        cipher = good;
    late.begins = -7200;
    late.ends = -60;
    early.begins = 60;
    early.ends = 7200;
    cipher.key_usage = "keyAgreement";
    static const kamupin_sign_form forms[] = {KAMUPIN_SIGN_BY_KEY, KAMUPIN_SIGN_RSA_PSS};
    const struct {
        const kp_test_certificate *one, *two;
        kamupin_status by_key, pss;
    } rows[] = {
        {&late, &early, KAMUPIN_E_CERTIFICATE_NOT_VALID, KAMUPIN_E_CERTIFICATE_NOT_VALID},
        {&late, &cipher, KAMUPIN_E_KEY_UNSUITABLE, KAMUPIN_E_KEY_UNSUITABLE},
        {&weak, &late, KAMUPIN_E_KEY_UNSUITABLE, KAMUPIN_E_KEY_UNSUITABLE},
        {&early, &good, KAMUPIN_OK, KAMUPIN_E_KEY_UNSUITABLE},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t k = 0; k < 2; k++) {
            begin(f);
            add(f, rows[i].one);
            add(f, rows[i].two);
            assert_int_equal(choose(f, KAMUPIN_CERTIFICATE_ANY, forms[k], &plan),
                             k == 0 ? rows[i].by_key : rows[i].pss);
            kp_sign_plan_free(&plan);
        }
    begin(f);
    assert_int_equal(choose(f, KAMUPIN_CERTIFICATE_ANY, KAMUPIN_SIGN_BY_KEY, &plan),
                     KAMUPIN_E_CERTIFICATE_NOT_VALID);
}

/* ---- what goes in, what comes out ---- */

/* The card's part: the private key over what it was given. */
static void compute(EVP_PKEY *key, kp_sign_input input, bool der, const uint8_t *data,
                    size_t length, kp_response *response)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    size_t made = sizeof response->data;
    memset(response, 0, sizeof *response);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    if (input != KP_INPUT_HASH)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(
                             context, input == KP_INPUT_BLOCK ? RSA_NO_PADDING : RSA_PKCS1_PADDING),
                         1);
    assert_int_equal(EVP_PKEY_sign(context, response->data, &made, data, length), 1);
    EVP_PKEY_CTX_free(context);
    response->length = made;
    response->sw = KP_SW_OK;
    if (input != KP_INPUT_HASH || der)
        return;
    const unsigned char *next = response->data;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &next, (long)made);
    assert_non_null(pair);
    int size = (EVP_PKEY_get_bits(key) + 7) / 8;
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), response->data, size);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), response->data + size, size);
    response->length = 2 * (size_t)size;
    ECDSA_SIG_free(pair);
}

static kamupin_status take(fixture *f, const kp_sign_plan *plan, const kp_response *response,
                           kamupin_signature *signature)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = kp_sign_take(plan, &f->row, digest, response, signature, &error);
    assert_int_equal(error.status, status);
    return status;
}

/* Every form with every hash, whether the card pads or not, and whichever way it writes r and s. */
static void test_every_form_and_hash(void **state)
{
    fixture *f = *state;
    const struct {
        EVP_PKEY *key;
        kamupin_sign_form form;
        kp_sign_input input;
        bool der;
    } rows[] = {
        {f->rsa, KAMUPIN_SIGN_RSA_PKCS1, KP_INPUT_DIGEST_INFO, false},
        {f->rsa, KAMUPIN_SIGN_RSA_PKCS1, KP_INPUT_BLOCK, false},
        {f->rsa, KAMUPIN_SIGN_RSA_PSS, KP_INPUT_BLOCK, false},
        {f->odd, KAMUPIN_SIGN_RSA_PSS, KP_INPUT_BLOCK, false},
        {f->odd, KAMUPIN_SIGN_RSA_PKCS1, KP_INPUT_BLOCK, false},
        {f->p256, KAMUPIN_SIGN_ECDSA_RAW, KP_INPUT_HASH, false},
        {f->p256, KAMUPIN_SIGN_ECDSA_DER, KP_INPUT_HASH, true},
        {f->p384, KAMUPIN_SIGN_ECDSA_DER, KP_INPUT_HASH, false},
        {f->p384, KAMUPIN_SIGN_ECDSA_RAW, KP_INPUT_HASH, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (kamupin_hash hash = KAMUPIN_SHA256; hash <= KAMUPIN_SHA512; hash++) {
            uint8_t input[KP_SIGN_INPUT_MAX];
            size_t length = 0;
            kp_sign_plan plan;
            kp_response response;
            kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
            kp_test_certificate wanted = of_key(rows[i].key);
            begin(f);
            add(f, &wanted);
            f->row.sign_ecdsa_der = rows[i].der;
            assert_int_equal(choose(f, 0, rows[i].form, &plan), KAMUPIN_OK);
            plan.hash = hash;
            plan.method.input = rows[i].input;
            assert_int_equal(kp_sign_input_of(&plan, digest, input, &length, NULL), KAMUPIN_OK);
            compute(rows[i].key, rows[i].input, rows[i].der, input, length, &response);
            assert_int_equal(take(f, &plan, &response, &signature), KAMUPIN_OK);
            assert_int_equal(signature.form, rows[i].form);
            assert_int_equal(signature.hash, hash);
            if (rows[i].form == KAMUPIN_SIGN_ECDSA_DER)
                assert_int_equal(signature.bytes[0], 0x30);
            else
                assert_int_equal(signature.length,
                                 plan.size * (rows[i].input == KP_INPUT_HASH ? 2 : 1));
            kp_sign_plan_free(&plan);
        }
}

/* RFC 8017, 9.2, note 1, written out. */
static void test_digest_info(void **state)
{
    fixture *f = *state;
    static const uint8_t sha384[] = {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                     0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30};
    uint8_t input[KP_SIGN_INPUT_MAX];
    size_t length = 0;
    kp_sign_plan plan;
    kp_test_certificate wanted = of_key(f->rsa);
    begin(f);
    add(f, &wanted);
    assert_int_equal(choose(f, 0, KAMUPIN_SIGN_RSA_PKCS1, &plan), KAMUPIN_OK);
    plan.hash = KAMUPIN_SHA384;
    assert_int_equal(kp_sign_input_of(&plan, digest, input, &length, NULL), KAMUPIN_OK);
    assert_int_equal(length, sizeof sha384 + 48);
    assert_memory_equal(input, sha384, sizeof sha384);
    assert_memory_equal(input + sizeof sha384, digest, 48);
    plan.method.input = KP_INPUT_NONE;
    assert_int_equal(kp_sign_input_of(&plan, digest, input, &length, NULL),
                     KAMUPIN_E_COMMAND_UNKNOWN);
    kp_sign_plan_free(&plan);
}

/* What is not this key's signature of this hash is given to nobody. */
static void test_an_answer_that_is_no_signature(void **state)
{
    fixture *f = *state;
    EVP_PKEY *keys[] = {f->rsa, f->p256};
    EVP_PKEY *stranger[] = {EVP_RSA_gen(2048), EVP_EC_gen("P-256")};
    for (size_t i = 0; i < COUNT(keys); i++) {
        uint8_t input[KP_SIGN_INPUT_MAX];
        size_t length = 0;
        kp_sign_plan plan;
        kp_response good, bad;
        kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
        kp_test_certificate wanted = of_key(keys[i]);
        begin(f);
        add(f, &wanted);
        assert_int_equal(choose(f, 0, KAMUPIN_SIGN_BY_KEY, &plan), KAMUPIN_OK);
        assert_int_equal(kp_sign_input_of(&plan, digest, input, &length, NULL), KAMUPIN_OK);
        compute(keys[i], plan.method.input, false, input, length, &good);
        compute(stranger[i], plan.method.input, false, input, length, &bad);
        assert_int_equal(take(f, &plan, &bad, &signature), KAMUPIN_E_CARD_REPLY_MALFORMED);
        const size_t lengths[] = {0, 1, good.length - 1, good.length + 1, KP_APDU_REPLY_MAX};
        for (size_t k = 0; k < COUNT(lengths); k++) {
            bad = good;
            bad.length = lengths[k];
            assert_int_equal(take(f, &plan, &bad, &signature), KAMUPIN_E_CARD_REPLY_MALFORMED);
            f->row.sign_ecdsa_der = true; /* … nor when it is read as DER */
            assert_int_equal(take(f, &plan, &bad, &signature), KAMUPIN_E_CARD_REPLY_MALFORMED);
            f->row.sign_ecdsa_der = false;
        }
        digest[0] ^= 1;
        assert_int_equal(take(f, &plan, &good, &signature), KAMUPIN_E_CARD_REPLY_MALFORMED);
        digest[0] ^= 1;
        assert_int_equal(signature.length, 0);
        assert_int_equal(take(f, &plan, &good, &signature), KAMUPIN_OK);
        kp_sign_plan_free(&plan);
        EVP_PKEY_free(stranger[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_certificate_that_fits),
        cmocka_unit_test(test_rows_of_other_issuers),
        cmocka_unit_test(test_why_none_fits),
        cmocka_unit_test(test_every_form_and_hash),
        cmocka_unit_test(test_digest_info),
        cmocka_unit_test(test_an_answer_that_is_no_signature),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
