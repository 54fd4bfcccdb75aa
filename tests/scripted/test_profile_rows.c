/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   A new card is a row and no code: a PIV card through the file that is shipped, AKİS v1.1 to 1.4
   through its built-in row, and what generic rows may not do. The other end is a script, written
   from NIST SP 800-73-4 and docs/cards.md; nobody's card. */
#include "own_context.h"
#include "pin_bench.h"
#include "provoke.h"
#include "script_cards.h"
#include "test_certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ATR_PIV   "3BFD1300008131FE158073C021C057597562694B657940"
#define ATR_AKIS1 "3B9F968131FE45806755454B41451112318073B3A180E9"
#define ATR_ISO   "3B951381018073FF01000B"

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kamupin_card *card;
    kamupin_secret *pin, *new_pin;
    kamupin_card_info info;
    char folder[64];
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
} fixture;

static int setup(void **state)
{
    static fixture f;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    memset(&f, 0, sizeof f);
    f.info = (kamupin_card_info)KAMUPIN_CARD_INFO_INIT;
    snprintf(f.folder, sizeof f.folder, "/tmp/kamupin-rows-XXXXXX");
    assert_non_null(mkdtemp(f.folder));
    kp_script_init(&f.script);
    options.backend = &f.script.backend;
    options.state_folder = f.folder;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    f.pin = kp_test_secret(f.context, KAMUPIN_SECRET_PIN, "123456");
    f.new_pin = kp_test_secret(f.context, KAMUPIN_SECRET_PIN, "654321");
    kp_test_certificate_make(&kp_test_signature, f.der, &f.length);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kamupin_card_free(&f->card);
    kp_script_verify(&f->script);
    kamupin_secret_free(&f->pin);
    kamupin_secret_free(&f->new_pin);
    kamupin_context_free(&f->context);
    kp_bench_remove_folder(f->folder);
    kp_script_free(&f->script);
    return 0;
}

static void load(fixture *f, const char *name)
{
    char path[512];
    kamupin_error error = KAMUPIN_ERROR_INIT;
    snprintf(path, sizeof path, "%s/%s", KP_PROFILES, name);
    if (kamupin_profile_load(f->context, path, &error) != KAMUPIN_OK)
        fail_msg("%s: %s", path, error.detail);
}

static void expect(fixture *f, const char *command, const char *reply)
{
    kp_script_expect(&f->script, 0, command, reply);
}

static kamupin_status reopen(fixture *f)
{
    kamupin_status status = kamupin_card_open(f->context, NULL, NULL, &f->card, NULL);
    if (status == KAMUPIN_OK)
        f->info = f->card->identity.info;
    return status;
}

/* ---- PIV ---- */

/* The certificate's object, 53 { 70 certificate 71 01 00 FE 00 }, in answers of 256 bytes. */
static void expect_object(fixture *f)
{
    unsigned char object[KP_TEST_CERTIFICATE_MAX + 32];
    char command[32] = "00CB3FFF055C035FC10500";
    char reply[2 * 256 + 8];
    const size_t inner = f->length + 4 + 5;
    size_t length = 0, done = 0;
    const unsigned char head[] = {
        0x53, 0x82, (unsigned char)(inner >> 8),     (unsigned char)inner,
        0x70, 0x82, (unsigned char)(f->length >> 8), (unsigned char)f->length};
    const unsigned char tail[] = {0x71, 0x01, 0x00, 0xFE, 0x00};
    memcpy(object, head, sizeof head);
    memcpy(object + sizeof head, f->der, f->length);
    memcpy(object + sizeof head + f->length, tail, sizeof tail);
    length = sizeof head + f->length + sizeof tail;
    while (done < length) {
        size_t block = length - done < 256 ? length - done : 256, left = length - done - block;
        for (size_t i = 0; i < block; i++)
            snprintf(reply + 2 * i, 3, "%02X", object[done + i]);
        unsigned int more = left > 255 ? 0 : (unsigned int)left;
        if (left > 0)
            snprintf(reply + 2 * block, 5, "61%02X", more);
        else
            snprintf(reply + 2 * block, 5, "9000");
        expect(f, command, reply);
        snprintf(command, sizeof command, "00C00000%02X", more);
        done += block;
    }
}

static void expect_piv(fixture *f)
{
    expect(f, "00A4040009A0000003080000100000", "61114F0600001000010079074F05A0000003089000");
}

static void open_piv(fixture *f)
{
    load(f, "piv.profile");
    kp_script_add(&f->script, "Reader", ATR_PIV);
    expect(f, "00A40000023F0000", "6A82");
    expect(f, "00A40100023D1000", "6A86");
    expect(f, "00A40800023D1000", "6A86");
    expect_piv(f);
    expect_object(f);
    expect(f, "00CB3FFF055C035FC10A00", "6A82");
    expect(f, "00CB3FFF055C035FC10B00", "53009000");
    expect(f, "00CB3FFF055C035FC10100", "6A82");
    expect(f, "00200080", "63C3");
    assert_int_equal(reopen(f), KAMUPIN_OK);
}

static void confirm_piv(fixture *f, const char *tries)
{
    expect_piv(f);
    expect_object(f);
    expect(f, "00200080", tries);
}

static void test_a_piv_card(void **state)
{
    fixture *f = *state;
    open_piv(f);
    assert_int_equal(f->info.kind, KAMUPIN_CARD_OTHER);
    assert_int_equal(f->info.usable, KAMUPIN_OK);
    assert_string_equal(f->info.profile, "piv");
    assert_string_equal(f->info.product, "PIV card");
    assert_memory_equal(f->info.card_id, "certs:", 6);
    assert_int_equal(f->info.pin_tries, KAMUPIN_TRIES_KNOWN);
    assert_int_equal(f->info.pin_tries_left, 3);
    assert_int_equal(f->info.certificates, 1);
    confirm_piv(f, "63C3");
    expect(f, "0020008008313233343536FFFF", "9000");
    expect(f, "0020FF80", "9000");
    assert_int_equal(kamupin_pin_verify(f->card, f->pin, KAMUPIN_RISK_NONE), KAMUPIN_OK);
    confirm_piv(f, "63C3");
    expect(f, "0024008010313233343536FFFF363534333231FFFF", "63C2");
    expect(f, "0020FF80", "9000");
    kamupin_error error = KAMUPIN_ERROR_INIT;
    assert_int_equal(kamupin_pin_change(f->card, f->pin, f->new_pin, f->new_pin, 0),
                     KAMUPIN_E_PIN_WRONG);
    kamupin_card_error(f->card, &error);
    assert_int_equal(error.tries_left, 2);
}

/* The guard reads its question's answer: one try left, blocked, verified already. */
static void test_the_guard_on_a_piv_card(void **state)
{
    fixture *f = *state;
    open_piv(f);
    static const struct {
        const char *answer;
        kamupin_status status;
    } rows[] = {{"63C1", KAMUPIN_E_PIN_LAST_TRY},
                {"63C0", KAMUPIN_E_PIN_BLOCKED},
                {"6983", KAMUPIN_E_PIN_BLOCKED},
                {"9000", KAMUPIN_E_PIN_TRIES_UNKNOWN},
                {"6A88", KAMUPIN_E_PIN_TRIES_UNKNOWN}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        confirm_piv(f, rows[i].answer);
        expect(f, "0020FF80", "9000");
        assert_int_equal(kamupin_pin_verify(f->card, f->pin, KAMUPIN_RISK_NONE), rows[i].status);
    }
    kamupin_secret *longer = kp_test_secret(f->context, KAMUPIN_SECRET_PIN, "123456789");
    assert_int_equal(kamupin_pin_verify(f->card, longer, 0), KAMUPIN_E_PIN_TOO_LONG);
    kamupin_secret_free(&longer);
}

/* ---- AKİS v1.1 to 1.4 ---- */

static void akis11_application(fixture *f)
{
    expect(f, "00A40000023F0000", "9000");
    expect(f, "00A40100023D0000", "9000");
}

static void akis11_file(fixture *f, const char *command, size_t size)
{
    char reply[64];
    snprintf(reply, sizeof reply, "6F048002%04X9000", (unsigned int)size);
    expect(f, command, size > 0 ? reply : "6A82");
}

static void test_akis_1_1(void **state)
{
    fixture *f = *state;
    kp_script_add(&f->script, "Reader", ATR_AKIS1);
    expect(f, "00A40000023F0000", "9000");
    expect(f, "00A40100023D1000", "6A82");
    expect(f, "00A40800023D1000", "6A82");
    akis11_application(f);
    akis11_file(f, "00A40200022F1000", f->length);
    kp_script_expect_read(&f->script, 0, 0, f->der, f->length);
    akis11_file(f, "00A40200022F1100", 0);
    akis11_file(f, "00A40200022F1200", 0);
    akis11_file(f, "00A40200022F1300", 0);
    assert_int_equal(reopen(f), KAMUPIN_OK);
    assert_string_equal(f->info.profile, "akis-1.1");
    assert_int_equal(f->info.kind, KAMUPIN_CARD_SIGNATURE);
    assert_int_equal(f->info.pin_tries, KAMUPIN_TRIES_UNKNOWN);
    /* two words are needed: for the form, and for tries that nothing reads */
    assert_int_equal(kamupin_pin_verify(f->card, f->pin, KAMUPIN_RISK_UNKNOWN_TRIES),
                     KAMUPIN_E_COMMAND_UNPROVEN);
    akis11_application(f);
    akis11_file(f, "00A40200022F1000", f->length);
    kp_script_expect_read(&f->script, 0, 0, f->der, 244);
    kp_script_expect_read(&f->script, 0, f->length - 244, f->der + f->length - 244, 244);
    expect(f, "0020008106313233343536", "9000");
    expect(f, "801A0000", "6D00"); /* a candidate that is refused: the application anew */
    expect(f, "00A40000023F0000", "9000");
    akis11_application(f);
    assert_int_equal(
        kamupin_pin_verify(f->card, f->pin, KAMUPIN_RISK_UNKNOWN_TRIES | KAMUPIN_RISK_UNPROVEN),
        KAMUPIN_OK);
}

/* ---- generic rows ---- */

/* Whatever the row leaves out: a card with the identity card's folder gets no PIN command. */
static void test_a_generic_row_stays_off_identity_cards(void **state)
{
    static const struct {
        const char *by_identifier, *by_path;
        kamupin_status usable;
    } rows[] = {{"9000", NULL, KAMUPIN_E_CARD_IDENTITY_CARD},
                {"6A82", "9000", KAMUPIN_E_CARD_IDENTITY_CARD},
                {"6982", NULL, KAMUPIN_E_CARD_UNRECOGNISED},
                {"6283", NULL, KAMUPIN_E_CARD_UNRECOGNISED},
                {"6A86", "6982", KAMUPIN_E_CARD_UNRECOGNISED}};
    fixture *f = *state;
    load(f, "iso7816.profile");
    kp_script_add(&f->script, "Reader", ATR_ISO);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect(f, "00A4000C023F00", "9000");
        expect(f, "00A4000C023D10", rows[i].by_identifier);
        if (rows[i].by_path != NULL)
            expect(f, "00A4080C023D10", rows[i].by_path);
        assert_int_equal(reopen(f), KAMUPIN_OK);
        assert_int_equal(f->info.usable, rows[i].usable);
        assert_int_equal(kamupin_pin_verify(f->card, f->pin, 7), rows[i].usable);
        kamupin_card_free(&f->card);
    }
}

/* A card that shows nothing of its own is the same only while nothing was put in. */
static void test_a_card_without_a_name_is_not_swapped_unseen(void **state)
{
    fixture *f = *state;
    load(f, "iso7816.profile");
    kp_script_add(&f->script, "Reader", ATR_ISO);
    expect(f, "00A4000C023F00", "9000");
    expect(f, "00A4000C023D10", "6A82");
    expect(f, "00A4080C023D10", "6A82");
    expect(f, "00A4000C023F00", "9000");
    assert_int_equal(reopen(f), KAMUPIN_OK);
    assert_string_equal(f->info.card_id, "atr:" ATR_ISO);
    expect(f, "00A4000C023F00", "9000");
    expect(f, "0020008106313233343536", "6300");
    expect(f, "00A4000C023F00", "9000");
    expect(f, "00A4000C023F00", "9000");
    assert_int_equal(kamupin_pin_verify(f->card, f->pin, 6), KAMUPIN_E_PIN_WRONG);
    kp_script_remove(&f->script, 0);
    kp_script_insert(&f->script, 0, ATR_ISO);
    expect(f, "00A4000C023F00", "9000");
    assert_int_equal(kamupin_pin_verify(f->card, f->pin, 6), KAMUPIN_E_CARD_SWAPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_piv_card, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_guard_on_a_piv_card, setup, teardown),
        cmocka_unit_test_setup_teardown(test_akis_1_1, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_generic_row_stays_off_identity_cards, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_a_card_without_a_name_is_not_swapped_unseen, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
