/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_sign.c: which bytes kamupin_card_sign sends, in which order, and above all when it sends
   none. Both ends are this project's: tests/integration has a real pcscd between them, and openssl
   judges the signatures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <core/buffer.h>
#include <kamupin/sign.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <pin/work.h>

#include "counted.h"
#include "pin_bench.h"
#include "script_cards.h"
#include "test_certificate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define DIGEST       32
#define RSA_SIZE     256
#define INFO         "3031300D060960864801650304020105000420"
#define MSE_V1       "00 22 C3 84"
#define MSE_V2       "00 22 41 B6 03 84 01 84"
#define SIGN         "00 2A 9E 9A 33"

/* 00 01 FF … FF 00 DigestInfo, cut in two APDUs. */
static void write_parts(const char *info_hex, char *first, char *last, size_t room)
{
    char block[2 * RSA_SIZE + 1] = "0001";
    while (strlen(block) < 2 * RSA_SIZE - strlen(info_hex) - 2)
        strcat(block, "FF");
    strcat(block, "00");
    strcat(block, info_hex);
    snprintf(first, room, "10 2A 9E 9A F4 %.488s", block);
    snprintf(last, room, "00 2A 9E 9A 0C %s 00", block + 488);
}

/* A bench whose card has a certificate for a key that the test has. */
typedef struct desk {
    kp_bench bench;
    EVP_PKEY *key;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    kamupin_sign_request request;
    kamupin_signature signature;
    char command[700], reply[700];        /* with a DigestInfo */
    char first_part[700], last_part[700]; /* … and with a padded block, which v1.0 gets */
} desk;

/* The signature's APDU and the answer that the key gives to it, as hex. */
static void prepare(desk *it)
{
    uint8_t info[19 + DIGEST], made[RSA_SIZE];
    char hex[2 * RSA_SIZE + 1];
    size_t length = sizeof made;
    static const uint8_t head[] = {0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                   0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    memset(it->request.digest, 0x5A, DIGEST);
    memcpy(info, head, sizeof head);
    memcpy(info + sizeof head, it->request.digest, DIGEST);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(it->key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    assert_int_equal(EVP_PKEY_sign(context, made, &length, info, sizeof info), 1);
    EVP_PKEY_CTX_free(context);
    kp_hex(it->request.digest, DIGEST, true, hex);
    snprintf(it->command, sizeof it->command, SIGN INFO "%s00", hex);
    char info_hex[2 * sizeof info + 1];
    kp_hex(info, sizeof info, true, info_hex);
    write_parts(info_hex, it->first_part, it->last_part, sizeof it->first_part);
    kp_hex(made, length, true, hex);
    snprintf(it->reply, sizeof it->reply, "%s9000", hex);
}

/* Made once: under valgrind a key takes its time. */
static EVP_PKEY *only_key;

static int make_key(void **state)
{
    (void)state;
    only_key = EVP_RSA_gen(8 * RSA_SIZE);
    return only_key == NULL ? -1 : 0;
}

static int free_key(void **state)
{
    (void)state;
    EVP_PKEY_free(only_key);
    return 0;
}

static void desk_open(desk *it, const char *row, long begins, long ends)
{
    kp_test_certificate wanted = kp_test_signature;
    kp_bench_open(&it->bench, row, 3);
    it->key = only_key;
    wanted.key = it->key;
    wanted.begins = begins;
    wanted.ends = ends;
    kp_identity *identity = &it->bench.card.identity;
    kp_der *der = &identity->certificates[0];
    *der = (kp_der){.data = it->der, .file = 0x2F10};
    kp_test_certificate_make(&wanted, it->der, &der->length);
    identity->info.certificates = identity->certificate_count = 1;
    it->request = (kamupin_sign_request)KAMUPIN_SIGN_REQUEST_INIT;
    it->request.digest_length = DIGEST;
    it->request.risk = KAMUPIN_RISK_UNPROVEN;
    it->signature = (kamupin_signature)KAMUPIN_SIGNATURE_INIT;
    prepare(it);
}

static void desk_close(desk *it)
{
    kp_bench_close(&it->bench);
}

/* Identification with the desk's own certificate. */
static void confirm(desk *it)
{
    const kp_der *der = &it->bench.card.identity.certificates[0];
    if (it->bench.card.identity.profile->naming == KP_NAME_BY_SERIAL)
        kp_bench_confirm(&it->bench);
    else
        kp_script_akis2_confirm(&it->bench.script, it->bench.reader, der->data, der->length);
}

static kamupin_status sign(desk *it)
{
    kamupin_secret *pin = kp_bench_secret(&it->bench, KAMUPIN_SECRET_PIN, "123456");
    kamupin_status status = kamupin_card_sign(&it->bench.card, &it->request, pin, &it->signature);
    kamupin_secret_free(&pin);
    assert_int_equal(it->bench.card.error.status, status);
    return status;
}

static const char *verify_of(const desk *it)
{
    return it->bench.card.identity.profile->naming == KP_NAME_BY_SERIAL
               ? "00 20 00 80 06 313233343536"
               : "00 20 00 81 06 313233343536";
}

static const char *mse_of(const desk *it)
{
    return it->bench.card.identity.profile->sign_key_in_p2 ? MSE_V1 : MSE_V2;
}

static void test_both_rows(void **state)
{
    (void)state;
    static const char *const rows[] = {"akis-1", "akis-2"};
    for (size_t i = 0; i < COUNT(rows); i++) {
        desk it;
        desk_open(&it, rows[i], 0, 0);
        it.request.risk = i == 0 ? KAMUPIN_RISK_NONE : KAMUPIN_RISK_UNPROVEN;
        kp_counted before = kp_counted_now(&it.bench.script);
        confirm(&it);
        kp_bench_tries(&it.bench, 3);
        kp_bench_expect(&it.bench, verify_of(&it), "9000");
        kp_bench_expect(&it.bench, mse_of(&it), "9000");
        if (i == 0)
            kp_bench_expect(&it.bench, it.first_part, "9000");
        kp_bench_expect(&it.bench, i == 0 ? it.last_part : it.command, it.reply);
        kp_bench_logout(&it.bench);
        assert_int_equal(sign(&it), KAMUPIN_OK);
        assert_int_equal(it.signature.length, RSA_SIZE);
        assert_int_equal(it.signature.form, KAMUPIN_SIGN_RSA_PKCS1);
        kp_counted_is(i == 0 ? "sign, RSA-2048: a v1.0 card" : "sign, RSA-2048: a v2.x card",
                      &it.bench.script, before, 0, 0);
        desk_close(&it);
    }
}

/* What each of the three commands is answered: what follows is sent only after 9000, and the card is
   logged out in any case. */
static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *answers[3];
        kamupin_status status;
        unsigned int sw;
        int tries_left;
    } cases[] = {
        {{"63C2"}, KAMUPIN_E_PIN_WRONG, 0x63C2, 2},
        {{"6983"}, KAMUPIN_E_PIN_BLOCKED, 0x6983, 0},
        {{"9000", "6A88"}, KAMUPIN_E_CARD_REFUSED, 0x6A88, -1},
        {{"9000", "6C03"}, KAMUPIN_E_CARD_REFUSED, 0x6C03, -1},
        {{"9000", "9000", "6982"}, KAMUPIN_E_CARD_REFUSED, 0x6982, -1},
        {{"9000", "9000", "6C80"}, KAMUPIN_E_CARD_REFUSED, 0x6C80, -1},
        {{"9000", "9000", "9000"}, KAMUPIN_E_CARD_REPLY_MALFORMED, 0, -1},
        {{"9000", "9000", "AABB9000"}, KAMUPIN_E_CARD_REPLY_MALFORMED, 0, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        desk it;
        desk_open(&it, "akis-2", 0, 0);
        const char *const commands[] = {verify_of(&it), MSE_V2, it.command};
        confirm(&it);
        kp_bench_tries(&it.bench, 3);
        for (size_t k = 0; k < 3 && cases[i].answers[k] != NULL; k++)
            kp_bench_expect(&it.bench, commands[k], cases[i].answers[k]);
        kp_bench_logout(&it.bench);
        assert_int_equal(sign(&it), cases[i].status);
        assert_int_equal(it.bench.card.error.status_word, cases[i].sw);
        assert_int_equal(it.bench.card.error.tries_left, cases[i].tries_left);
        assert_int_equal(it.signature.length, 0);
        desk_close(&it);
    }
}

/* The card is pulled, or reset by another program, at each command in turn: nothing of the work is
   sent after that, and nothing twice. */
static void test_lost_at_each_step(void **state)
{
    (void)state;
    for (size_t last = 0; last < 8; last++)
        for (int removed = 0; removed <= 1; removed++) {
            desk it;
            desk_open(&it, "akis-2", 0, 0);
            confirm(&it);
            kp_bench_tries(&it.bench, 3);
            kp_bench_expect(&it.bench, verify_of(&it), "9000");
            kp_bench_expect(&it.bench, MSE_V2, "9000");
            kp_bench_expect(&it.bench, it.command, it.reply);
            kp_script_cut(&it.bench.script, it.bench.reader, last,
                          removed ? KAMUPIN_E_CARD_REMOVED : KAMUPIN_E_CARD_RESET,
                          removed ? KP_THEN_REMOVE : KP_THEN_STAY);
            if (!removed && last >= 4) /* it was held: what is left of the card is logged out */
                kp_bench_logout(&it.bench);
            assert_int_equal(sign(&it), removed ? KAMUPIN_E_CARD_REMOVED : KAMUPIN_E_CARD_RESET);
            assert_int_equal(it.signature.length, 0);
            desk_close(&it);
        }
}

/* The guard and the certificate decide before VERIFY: by the ready call and by the call itself. */
static void test_what_is_refused_before_the_pin(void **state)
{
    (void)state;
    static const struct {
        const char *row;
        long begins, ends;
        kamupin_sign_form form;
        int tries;
        unsigned int risk;
        kamupin_status ready, called;
    } cases[] = {
        {"akis-2", 0, 0, 0, 0, 7, KAMUPIN_E_PIN_BLOCKED, KAMUPIN_E_PIN_BLOCKED},
        {"akis-2", 0, 0, 0, 1, 2, KAMUPIN_E_PIN_LAST_TRY, KAMUPIN_E_PIN_LAST_TRY},
        {"akis-2", -9000, -10, 0, 3, 7, KAMUPIN_E_CERTIFICATE_NOT_VALID,
         KAMUPIN_E_CERTIFICATE_NOT_VALID},
        {"akis-2", 600, 9000, 0, 3, 7, KAMUPIN_E_CERTIFICATE_NOT_VALID,
         KAMUPIN_E_CERTIFICATE_NOT_VALID},
        {"akis-2", 0, 0, KAMUPIN_SIGN_ECDSA_DER, 3, 7, KAMUPIN_E_KEY_UNSUITABLE,
         KAMUPIN_E_KEY_UNSUITABLE},
        {"akis-2", 0, 0, 0, 3, 0, KAMUPIN_E_COMMAND_UNPROVEN, KAMUPIN_E_COMMAND_UNPROVEN},
        {"akis-1", 0, 0, KAMUPIN_SIGN_RSA_PSS, 3, 5, KAMUPIN_E_COMMAND_UNPROVEN,
         KAMUPIN_E_COMMAND_UNPROVEN},
        /* the blocked card's own reason comes first where the card is asked */
        {"akis-2", -9000, -10, 0, 0, 0, KAMUPIN_E_PIN_BLOCKED, KAMUPIN_E_CERTIFICATE_NOT_VALID},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (int ready = 0; ready <= 1; ready++) {
            desk it;
            size_t certificate = 77;
            bool asks = ready || cases[i].called == KAMUPIN_E_PIN_BLOCKED ||
                        cases[i].called == KAMUPIN_E_PIN_LAST_TRY;
            desk_open(&it, cases[i].row, cases[i].begins, cases[i].ends);
            it.request.form = cases[i].form;
            it.request.risk = cases[i].risk;
            if (asks) {
                confirm(&it);
                kp_bench_tries(&it.bench, cases[i].tries);
                kp_bench_logout(&it.bench);
            }
            if (ready)
                assert_int_equal(kamupin_card_sign_ready(&it.bench.card, &it.request, &certificate),
                                 cases[i].ready);
            else
                assert_int_equal(sign(&it), cases[i].called);
            assert_int_equal(certificate, 77);
            desk_close(&it);
        }
}

static void test_ready_says_whose_key(void **state)
{
    (void)state;
    desk it;
    size_t certificate = 77;
    desk_open(&it, "akis-2", 0, 0);
    it.request.digest_length = 0; /* there is no hash yet */
    confirm(&it);
    kp_bench_tries(&it.bench, 3);
    kp_bench_logout(&it.bench);
    assert_int_equal(kamupin_card_sign_ready(&it.bench.card, &it.request, &certificate),
                     KAMUPIN_OK);
    assert_int_equal(certificate, 0);
    desk_close(&it);
}

/* A row that wants VERIFY protected: no session comes along, and that is said before the prompt. */
static void test_ready_says_what_has_to_go_protected(void **state)
{
    (void)state;
    desk it;
    desk_open(&it, "akis-2", 0, 0);
    kp_profile row = *it.bench.card.identity.profile;
    row.protected_commands = KP_PROTECTED_VERIFY;
    row.secure_messaging = KP_SM_AES;
    it.bench.card.identity.profile = &row;
    confirm(&it);
    kp_bench_tries(&it.bench, 3);
    kp_bench_logout(&it.bench);
    assert_int_equal(kamupin_card_sign_ready(&it.bench.card, &it.request, NULL),
                     KAMUPIN_E_SECURE_MESSAGING);
    unsigned int sent = kp_bench_sent(&it.bench);
    assert_int_equal(sign(&it), KAMUPIN_E_SECURE_MESSAGING);
    assert_int_equal(kp_bench_sent(&it.bench), sent);
    desk_close(&it);
}

static void test_arguments(void **state)
{
    (void)state;
    desk it;
    desk_open(&it, "akis-2", 0, 0);
    const kamupin_sign_request good = it.request;
    kamupin_secret *code = kp_bench_secret(&it.bench, KAMUPIN_SECRET_VERIFICATION_CODE, "123456");
    for (int i = 0; i < 8; i++) {
        it.request = good;
        if (i == 0)
            it.request.size--;
        else if (i == 1)
            it.request.form = (kamupin_sign_form)5;
        else if (i == 2)
            it.request.hash = (kamupin_hash)0;
        else if (i == 3)
            it.request.hash = KAMUPIN_SHA384; /* with 32 bytes */
        else if (i == 4)
            it.request.risk = 8;
        else if (i == 5)
            it.request.digest_length = DIGEST - 1;
        else if (i == 6)
            it.request.certificate = 1;
        else
            it.signature.size = 0;
        assert_int_equal(sign(&it), KAMUPIN_E_INVALID_ARGUMENT);
    }
    it.request = good;
    it.signature.size = sizeof it.signature;
    assert_int_equal(kamupin_card_sign(&it.bench.card, &good, code, &it.signature),
                     KAMUPIN_E_SECRET_KIND);
    assert_int_equal(kamupin_card_sign(&it.bench.card, &good, NULL, &it.signature),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_card_sign(&it.bench.card, NULL, code, &it.signature),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_card_sign(NULL, &good, code, &it.signature),
                     KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_card_sign_ready(NULL, &good, NULL), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_card_sign_ready(&it.bench.card, NULL, NULL),
                     KAMUPIN_E_INVALID_ARGUMENT);
    it.bench.card.identity.info.usable = KAMUPIN_E_CARD_IDENTITY_CARD;
    assert_int_equal(sign(&it), KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_int_equal(kamupin_card_sign_ready(&it.bench.card, &good, NULL),
                     KAMUPIN_E_CARD_IDENTITY_CARD);
    it.bench.card.identity.info.usable = KAMUPIN_OK;
    assert_int_equal(kp_bench_sent(&it.bench), 0);
    kamupin_secret_free(&code);
    desk_close(&it);
}

static void test_busy_and_cancelled(void **state)
{
    (void)state;
    desk it;
    kp_lock lock = KP_LOCK_INIT;
    desk_open(&it, "akis-2", 0, 0);
    assert_int_equal(kp_pin_lock(&it.bench.card, &lock), KAMUPIN_OK);
    assert_int_equal(sign(&it), KAMUPIN_E_CARD_BUSY);
    kp_lock_drop(&lock);
    assert_int_equal(kamupin_cancel_new(it.bench.context, &it.bench.card.cancel, NULL), KAMUPIN_OK);
    kamupin_cancel_pull(it.bench.card.cancel);
    assert_int_equal(sign(&it), KAMUPIN_E_CANCELLED);
    assert_int_equal(kp_bench_sent(&it.bench), 0);
    kamupin_cancel_free(&it.bench.card.cancel);
    desk_close(&it);
}

typedef struct errand {
    desk desk;
    kamupin_secret *pin;
    kamupin_status status;
} errand;

static void sign_alone(void *user)
{
    errand *it = user;
    it->status =
        kamupin_card_sign(&it->desk.bench.card, &it->desk.request, it->pin, &it->desk.signature);
}

static void test_no_trace(void **state)
{
    (void)state;
    static const char *const texts[] = {"987123"};
    errand it;
    desk_open(&it.desk, "akis-2", 0, 0);
    confirm(&it.desk);
    kp_bench_tries(&it.desk.bench, 3);
    kp_bench_expect(&it.desk.bench, "00 20 00 81 06 393837313233", "9000");
    kp_bench_expect(&it.desk.bench, MSE_V2, "9000");
    kp_bench_expect(&it.desk.bench, it.desk.command, it.desk.reply);
    kp_bench_logout(&it.desk.bench);
    it.pin = kp_bench_secret(&it.desk.bench, KAMUPIN_SECRET_PIN, "987123");
    kp_bench_leaves_no_trace(sign_alone, &it, texts, COUNT(texts));
    assert_int_equal(it.status, KAMUPIN_OK);
    kamupin_secret_free(&it.pin);
    desk_close(&it.desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_rows),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lost_at_each_step),
        cmocka_unit_test(test_what_is_refused_before_the_pin),
        cmocka_unit_test(test_ready_says_whose_key),
        cmocka_unit_test(test_ready_says_what_has_to_go_protected),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_busy_and_cancelled),
        cmocka_unit_test(test_no_trace),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
