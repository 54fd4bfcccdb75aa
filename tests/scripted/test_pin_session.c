/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_session.c: rows that want PIN commands under secure messaging: without a session nothing
   is sent, and a session belongs to one held card. Whole sessions with a card:
   tests/integration/test_secure_messaging.py. */
#include "own_context.h"
#include "pin_bench.h"
#include "provoke.h"
#include "script_cards.h"
#include "sm_keys.h"
#include "test_certificate.h"

#include <card/profile.h>
#include <pin/session.h>
#include <pin/work.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROFILE                                                                                    \
    "kamupin-profile 1\nrow = strict-2\nlike = akis-2\nproduct = AKİS v2.x, strict\n"             \
    "secure-messaging = aes\nprotected = verify change reset\n"

static void write_profile(const char *folder, char *path, size_t room)
{
    snprintf(path, room, "%s/strict.profile", folder);
    FILE *stream = fopen(path, "w");
    assert_non_null(stream);
    assert_true(fputs(PROFILE, stream) >= 0 && fclose(stream) == 0);
}

/* The script ends with the card's identification: a row from a file asks, and nothing follows. */
static void a_profile_that_asks_for_it(void **state)
{
    char folder[] = "/tmp/kamupin-session-XXXXXX";
    char path[64];
    kp_script script;
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length = 0;

    (void)state;
    request.risk = KAMUPIN_RISK_UNPROVEN;
    request.digest_length = 32;
    assert_non_null(mkdtemp(folder));
    write_profile(folder, path, sizeof path);
    kp_script_init(&script);
    kp_test_certificate_make(&kp_test_signature, der, &length);
    size_t reader = kp_script_add(&script, "Reader 0", KP_ATR_AKIS2);
    kp_script_akis2_identify(&script, reader, der, length, 3, 3);
    options.backend = &script.backend;
    options.state_folder = folder;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_profile_load(context, path, &error), KAMUPIN_OK);
    assert_int_equal(kamupin_card_open(context, NULL, NULL, &card, &error), KAMUPIN_OK);
    const unsigned int sent = kp_script_sent(&script, reader);
    kamupin_secret *old_pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, "123456");
    kamupin_secret *new_pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, "654321");
    assert_provokes(KAMUPIN_E_SECURE_MESSAGING,
                    kamupin_pin_verify(card, old_pin, KAMUPIN_RISK_UNPROVEN));
    assert_provokes(KAMUPIN_E_SECURE_MESSAGING,
                    kamupin_pin_change(card, old_pin, new_pin, new_pin, KAMUPIN_RISK_UNPROVEN));
    assert_provokes(KAMUPIN_E_SECURE_MESSAGING,
                    kamupin_card_sign(card, &request, old_pin, &signature));
    kamupin_card_error(card, &error);
    assert_int_equal(error.status, KAMUPIN_E_SECURE_MESSAGING);
    assert_int_equal(error.tries_left, -1);
    assert_int_equal(kp_script_sent(&script, reader), sent);
    kamupin_secret_free(&old_pin);
    kamupin_secret_free(&new_pin);
    kamupin_card_free(&card);
    kp_script_verify(&script);
    kamupin_context_free(&context);
    kp_script_free(&script);
    unlink(path);
    kp_bench_remove_folder(folder);
}

static kp_profile row_with(kp_sm_algorithm algorithm, unsigned int commands)
{
    kp_profile row = *kp_profile_by_name("akis-2");
    row.secure_messaging = algorithm;
    row.protected_commands = (uint8_t)commands;
    return row;
}

/* Every operation, every combination of commands: refused at its beginning if and only if the row
   wants one of its commands protected; a reset after a relay may bring its session along. */
static void what_is_refused_at_the_beginning(void **state)
{
    static const struct {
        kp_card_operation operation;
        unsigned int commands;
    } rows[] = {{KP_OP_VERIFY, KP_PROTECTED_VERIFY},
                {KP_OP_SIGN, KP_PROTECTED_VERIFY},
                {KP_OP_CHANGE, KP_PROTECTED_CHANGE},
                {KP_OP_RESET_BY_CRYPTOGRAM, KP_PROTECTED_RESET}};
    kp_bench bench;

    (void)state;
    kp_bench_open(&bench, "akis-2", 3);
    for (unsigned int commands = 0; commands < 8; commands++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const kp_profile row = row_with(KP_SM_AES, commands);
            bench.card.identity.profile = &row;
            assert_int_equal(kp_pin_ready(&bench.card, rows[i].operation, KAMUPIN_RISK_UNPROVEN, 0),
                             (commands & rows[i].commands) != 0 ? KAMUPIN_E_SECURE_MESSAGING
                                                                : KAMUPIN_OK);
        }
    bench.card.identity.profile = kp_profile_by_name("akis-2");
    assert_int_equal(kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

/* The last gate: the command itself, wherever it comes from. */
static void what_is_refused_at_the_command(void **state)
{
    static const uint8_t digits[] = "123456";
    kp_profile row = row_with(KP_SM_AES, 7);
    const kp_form *const forms[] = {&row.verify, &row.change, &row.reset_after_authentication};
    kp_bench bench;
    uint16_t sw = 0;

    (void)state;
    kp_bench_open(&bench, "akis-2", 3);
    kp_bench_confirm(&bench);
    bench.card.identity.profile = &row;
    assert_int_equal(kp_card_hold(&bench.card), KAMUPIN_OK);
    const unsigned int sent = kp_bench_sent(&bench);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        assert_int_equal(kp_pin_send(&bench.card, forms[i], digits, 6, &sw),
                         KAMUPIN_E_SECURE_MESSAGING);
        assert_int_equal(sw, 0);
    }
    assert_int_equal(kp_bench_sent(&bench), sent);
    kp_bench_logout(&bench);
    kp_card_release(&bench.card);
    bench.card.identity.profile = kp_profile_by_name("akis-2");
    kp_bench_close(&bench);
}

static void a_session_belongs_to_a_held_card(void **state)
{
    static const uint8_t digits[] = "123456";
    kp_profile row = row_with(KP_SM_NONE, 0);
    kp_bench bench;
    uint16_t sw = 0;

    (void)state;
    kp_bench_open(&bench, "akis-2", 3);
    bench.card.identity.profile = &row;
    kamupin_secret *keys = kp_test_sm_keys(bench.context, KP_TEST_SM_ICAO);
    assert_int_equal(kp_pin_session_begin(&bench.card, keys), KAMUPIN_E_COMMAND_UNKNOWN);
    row = row_with(KP_SM_3DES, KP_PROTECTED_RESET);
    assert_int_equal(kp_pin_session_begin(&bench.card, keys), KAMUPIN_E_WRONG_STATE);
    kp_bench_confirm(&bench);
    assert_int_equal(kp_card_hold(&bench.card), KAMUPIN_OK);
    assert_int_equal(kp_pin_session_begin(&bench.card, keys), KAMUPIN_OK);
    assert_int_equal(kp_pin_session_begin(&bench.card, keys), KAMUPIN_E_WRONG_STATE);
    kamupin_secret_free(&keys);
    kp_bench_expect(&bench, "0C2C028115 870901................ 8E08................ 00", "9000");
    assert_int_equal(kp_pin_send(&bench.card, &row.reset_after_authentication, digits, 6, &sw),
                     KAMUPIN_E_SECURE_MESSAGING); /* 9000 without protection: not believed */
    assert_true(bench.card.channel.delivered);
    kp_pin_session_end(&bench.card);
    kp_pin_session_end(&bench.card);
    kp_bench_logout(&bench); /* in clear */
    kp_card_release(&bench.card);
    bench.card.identity.profile = kp_profile_by_name("akis-2");
    kp_bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_that_asks_for_it),
        cmocka_unit_test(what_is_refused_at_the_beginning),
        cmocka_unit_test(what_is_refused_at_the_command),
        cmocka_unit_test(a_session_belongs_to_a_held_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
