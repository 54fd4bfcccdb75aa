/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Recognition, command by command: what is sent to a card of each kind, and what each answer makes
   of it. The other end is a script, not a card: see script_backend.h. */
#include "script_cards.h"
#include "test_certificate.h"

#include <card/identity.h>

#include <openssl/evp.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kp_channel channel;
    kp_identity identity;
    kamupin_error error;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
} fixture;

static int setup(void **state)
{
    static fixture f;
    memset(&f, 0, sizeof f);
    kp_script_init(&f.script);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &f.script.backend;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    kp_test_certificate_make(&kp_test_signature, f.der, &f.length);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kp_identity_wipe(&f->identity);
    kp_script_free(&f->script);
    kamupin_context_free(&f->context);
    return 0;
}

/* Reads the identity of the card in reader 0, and checks that the script was kept to. */
static kamupin_status identify(fixture *f)
{
    const kp_script_slot *slot = &f->script.readers[0];
    assert_int_equal(kp_channel_open(f->context, slot->name, &f->channel, &f->error), KAMUPIN_OK);
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_OK);
    kamupin_status status =
        kp_identity_read(&f->channel, slot->atr, slot->atr_length, &f->identity, &f->error);
    kp_channel_end(&f->channel);
    kp_channel_close(&f->channel);
    kp_script_verify(&f->script);
    return status;
}

static void test_akis2_is_recognised_and_named(void **state)
{
    fixture *f = *state;
    unsigned char digest[32];
    char name[80] = "certs:";
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 2, 3);
    assert_int_equal(identify(f), KAMUPIN_OK);
    const kamupin_card_info *info = &f->identity.info;
    EVP_Digest(f->der, f->length, digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(name + 6 + 2 * i, 3, "%02x", digest[i]);
    assert_int_equal(info->usable, KAMUPIN_OK);
    assert_int_equal(info->kind, KAMUPIN_CARD_SIGNATURE);
    assert_string_equal(info->card_id, name);
    assert_string_equal(info->profile, "akis-2");
    assert_string_equal(info->serial, "");
    assert_int_equal(info->certificates, 1);
    assert_memory_equal(f->identity.certificates[0].data, f->der, f->length);
    assert_int_equal(info->pin_state, KAMUPIN_PIN_USABLE);
    assert_int_equal(info->pin_tries, KAMUPIN_TRIES_KNOWN);
    assert_int_equal(info->pin_tries_left, 2);
    assert_int_equal(info->pin_tries_max, 3);
    assert_int_equal(info->puk_tries_left, 3);
}

static void test_akis1_is_recognised_and_named(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS1);
    kp_script_akis1_identify(&f->script, 0, f->der, f->length, "0102030405060708090A0BFF", "52");
    assert_int_equal(identify(f), KAMUPIN_OK);
    const kamupin_card_info *info = &f->identity.info;
    assert_int_equal(info->usable, KAMUPIN_OK);
    assert_string_equal(info->card_id, "serial:0102030405060708090A0BFF");
    assert_string_equal(info->serial, "0102030405060708090A0BFF");
    assert_int_equal(info->pin_tries_left, 2);
    assert_int_equal(info->puk_tries, KAMUPIN_TRIES_UNKNOWN);
    assert_int_equal(info->puk_tries_left, -1);
}

/* What tag 90 of v1.0 says: last try, untouched; a new PIN and a cleared "valid" are not guessed
   at. */
static void test_akis1_counters(void **state)
{
    static const struct {
        const char *bits;
        int left;
    } rows[] = {{"92", 1}, {"D2", -1}, {"52", 2}, {"12", 3}, {"1A", -1}, {"10", -1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture *f;
        setup(state);
        f = *state;
        kp_script_add(&f->script, "Reader", KP_ATR_AKIS1);
        kp_script_akis1_identify(&f->script, 0, f->der, f->length, "0102030405060708090A0B0C",
                                 rows[i].bits);
        assert_int_equal(identify(f), KAMUPIN_OK);
        assert_int_equal(f->identity.info.pin_tries_left, rows[i].left);
        assert_int_equal(f->identity.info.pin_state,
                         rows[i].left < 0 ? KAMUPIN_PIN_UNKNOWN : KAMUPIN_PIN_USABLE);
        teardown(state);
    }
    setup(state);
}

static void test_identity_card_is_left_alone(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&f->script, 0, "00A40100023D1000", "6F058201388A01059000");
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.kind, KAMUPIN_CARD_IDENTITY);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_string_equal(f->identity.info.card_id, "");
}

/* A card that takes the path form alone is an identity card just as well. */
static void test_identity_card_that_knows_only_the_path(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&f->script, 0, "00A40100023D1000", "6A82");
    kp_script_expect(&f->script, 0, "00A40800023D1000", "9000");
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_IDENTITY_CARD);
}

/* Anything but exactly 6A82 fails closed: nothing more is sent. */
static void test_other_answers_to_3d10(void **state)
{
    static const char *const answers[] = {"6982", "6A86", "6A80", "6D00", "6283", "6A81", "6A88"};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        fixture *f;
        setup(state);
        f = *state;
        kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
        kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
        kp_script_expect(&f->script, 0, "00A40100023D1000", answers[i]);
        assert_int_equal(identify(f), KAMUPIN_OK);
        assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_UNRECOGNISED);
        assert_int_equal(f->identity.info.kind, KAMUPIN_CARD_UNKNOWN);
        teardown(state);
    }
    setup(state);
}

static void test_no_application(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_expect(&f->script, 0, "00A40000023F0000", "9000");
    kp_script_expect(&f->script, 0, "00A40100023D1000", "6A82");
    kp_script_expect(&f->script, 0, "00A40800023D1000", "6A82");
    kp_script_expect(&f->script, 0, "00A4040007504B43532D313500", "6A82");
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_UNRECOGNISED);
}

static void test_no_certificate(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, NULL, 0, 3, 3);
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_NO_CERTIFICATE);
    assert_string_equal(f->identity.info.card_id, "");
}

/* A certificate that is nobody's signature certificate: named, not usable, counters not asked for.
 */
static void test_certificate_of_somebody_else(void **state)
{
    fixture *f = *state;
    const kp_test_certificate other = {.policies = "2.16.792.3.0.4.1.1.1",
                                       .statements = "0.4.0.1862.1.1,2.16.792.1.61.0.1.5070.2.1"};
    kp_test_certificate_make(&other, f->der, &f->length);
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    f->script.readers[0].step_count -= 2; /* without the counters */
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_UNRECOGNISED);
    assert_int_equal(f->identity.info.certificates, 1);
}

static void test_pin_never_set_blocked_and_dead(void **state)
{
    static const struct {
        int pin_left, puk_left;
        kamupin_pin_state pin_state;
        kamupin_status usable;
    } rows[] = {{-1, 3, KAMUPIN_PIN_NOT_SET, KAMUPIN_OK},
                {0, 3, KAMUPIN_PIN_BLOCKED, KAMUPIN_OK},
                {0, 0, KAMUPIN_PIN_DEAD, KAMUPIN_E_CARD_DEAD},
                {1, 0, KAMUPIN_PIN_USABLE, KAMUPIN_OK}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture *f;
        setup(state);
        f = *state;
        kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
        kp_script_akis2_identify(&f->script, 0, f->der, f->length, rows[i].pin_left,
                                 rows[i].puk_left);
        assert_int_equal(identify(f), KAMUPIN_OK);
        assert_int_equal(f->identity.info.pin_state, rows[i].pin_state);
        assert_int_equal(f->identity.info.usable, rows[i].usable);
        teardown(state);
    }
    setup(state);
}

/* Counters that make no sense are unknown, never more than they may be. */
static void test_counter_nonsense(void **state)
{
    static const char *const answers[] = {
        "9000",                               /* nothing */
        "700CBF810108A0069A01039B01049000",   /* more left than there are */
        "700CBF810108A0069A01FF9B01FF9000",   /* no count of tries */
        "700CBF810208A0069A01039B01039000",   /* another object */
        "7009BF810105A0039A01039000",         /* no "remaining" */
        "70FF9000",                           /* a length beyond the end */
        "700EBF81010AA0089A0500000000039000", /* a number of five bytes */
        "6982"};
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        fixture *f;
        setup(state);
        f = *state;
        kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
        kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
        f->script.readers[0].step_count -= 2;
        kp_script_expect(&f->script, 0, "00CB3FFF0A4D087006BF810102A08000", answers[i]);
        kp_script_akis2_counter(&f->script, 0, 2, 3, 3);
        assert_int_equal(identify(f), KAMUPIN_OK);
        assert_int_equal(f->identity.info.pin_state, KAMUPIN_PIN_UNKNOWN);
        assert_int_equal(f->identity.info.pin_tries, KAMUPIN_TRIES_UNKNOWN);
        assert_int_equal(f->identity.info.pin_tries_left, -1);
        assert_int_equal(f->identity.info.puk_tries_left, 3);
        teardown(state);
    }
    setup(state);
}

static void test_unknown_atr_gets_no_command(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", "3BBB11008131FE4D55454B41452056312E30319E");
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_UNSUPPORTED);
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
}

/* The FCP may say nothing of the size, or more than the certificate is long. */
static void test_certificate_size_from_its_own_header(void **state)
{
    fixture *f = *state;
    char reply[2 * 244 + 5];
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    f->script.readers[0].step_count = 4;
    kp_script_expect(&f->script, 0, "00A40200022F1000", "6F0782010183022F109000");
    kp_script_expect_read(&f->script, 0, 0, f->der, f->length);
    kp_script_expect(&f->script, 0, "00A40200022F1100", "6F0B800210008201018302 2F119000");
    for (size_t i = 0; i < 244; i++)
        strcpy(reply + 2 * i, "FF");
    strcat(reply, "9000");
    kp_script_expect(&f->script, 0, "00B00000F4", reply); /* an empty file: no certificate */
    kp_script_expect(&f->script, 0, "00A40200022F1200", "6982");
    kp_script_expect(&f->script, 0, "00A40200022F1300", "6A82");
    kp_script_expect(&f->script, 0, "00A40200022F1400", "6A82");
    kp_script_expect(&f->script, 0, "00A40200022F1500", "6A82");
    kp_script_akis2_counter(&f->script, 0, 1, 3, 3);
    kp_script_akis2_counter(&f->script, 0, 2, 3, 3);
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_OK);
    assert_int_equal(f->identity.info.certificates, 1);
}

/* A card without an end is left in bounded time. */
static void test_endless_files(void **state)
{
    fixture *f = *state;
    char command[24];
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, NULL, 0, 3, 3);
    f->script.readers[0].step_count = 4;
    for (unsigned int i = 0; i < 32; i++) {
        snprintf(command, sizeof command, "00A4020002%04X00", 0x2F10 + i);
        kp_script_expect(&f->script, 0, command, "6F0B8002FFFF82010183022F109000");
        kp_script_expect(&f->script, 0, "00B00000F4", "3082F000019000");
    }
    assert_int_equal(identify(f), KAMUPIN_OK);
    assert_int_equal(f->identity.info.usable, KAMUPIN_E_CARD_NO_CERTIFICATE);
}

static void test_card_pulled_while_it_is_read(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", KP_ATR_AKIS2);
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    f->script.readers[0].step_count = 6;
    const kp_script_step pulled = {.expect = "00B000F4F4", .reply = "", .then = KP_THEN_REMOVE};
    kp_test_certificate_make(
        &(kp_test_certificate){.policies = kp_test_signature.policies, .padding = 400}, f->der,
        &f->length);
    f->script.readers[0].step_count = 0;
    kp_script_akis2_identify(&f->script, 0, f->der, f->length, 3, 3);
    f->script.readers[0].step_count = 6;
    kp_script_steps(&f->script, 0, &pulled, 1);
    assert_int_equal(identify(f), KAMUPIN_E_CARD_REMOVED);
    assert_true(f->channel.stale);
    assert_int_equal(f->identity.certificate_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_akis2_is_recognised_and_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_akis1_is_recognised_and_named, setup, teardown),
        cmocka_unit_test_setup_teardown(test_akis1_counters, NULL, teardown),
        cmocka_unit_test_setup_teardown(test_identity_card_is_left_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(test_identity_card_that_knows_only_the_path, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_other_answers_to_3d10, NULL, teardown),
        cmocka_unit_test_setup_teardown(test_no_application, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_certificate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_certificate_of_somebody_else, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pin_never_set_blocked_and_dead, NULL, teardown),
        cmocka_unit_test_setup_teardown(test_counter_nonsense, NULL, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_atr_gets_no_command, setup, teardown),
        cmocka_unit_test_setup_teardown(test_certificate_size_from_its_own_header, setup, teardown),
        cmocka_unit_test_setup_teardown(test_endless_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_card_pulled_while_it_is_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
