/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_faulty_row.c: a card row with a slip of the pen, whose command names the PUK instead of the
   PIN or carries one: the never-send list stops it, whoever calls. No public call of a sound
   library can bring that about, so this program's own kp_profile_for_atr (by --wrap) hands out the
   faulty row. */
#include "own_context.h"
#include "pin_bench.h"
#include "provoke.h"
#include "script_cards.h"
#include "test_certificate.h"

#include <card/profile.h>

#include <stdlib.h>
#include <string.h>

const kp_profile *__real_kp_profile_for_atr(const kamupin_context *context, const uint8_t *atr,
                                            size_t length);
const kp_profile *__wrap_kp_profile_for_atr(const kamupin_context *context, const uint8_t *atr,
                                            size_t length);

static kp_profile faulty;
static bool (*slip)(kp_profile *row);

const kp_profile *__wrap_kp_profile_for_atr(const kamupin_context *context, const uint8_t *atr,
                                            size_t length)
{
    const kp_profile *row = __real_kp_profile_for_atr(context, atr, length);

    if (row == NULL || slip == NULL)
        return row;
    faulty = *row;
    return slip(&faulty) ? &faulty : row;
}

static bool names_the_puk(kp_profile *row)
{
    row->change.p2 = 0x82;
    return true;
}

static bool is_a_reset_with_the_puk(kp_profile *row)
{
    row->change.ins = 0x2C;
    row->change.p1 = 0x00;
    return true;
}

static bool is_the_life_cycle(kp_profile *row)
{
    row->change.cla = 0x80;
    row->change.ins = 0x10;
    return true;
}

/* The script holds everything that may be sent; the change itself is not in it. */
static void refuse_one(bool (*fault)(kp_profile *row), const char *folder)
{
    kp_script script;
    kamupin_context *context = NULL;
    kamupin_card *card = NULL;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length = 0;

    slip = fault;
    kp_script_init(&script);
    kp_test_certificate_make(&kp_test_signature, der, &length);
    size_t reader = kp_script_add(&script, "Reader 0", KP_ATR_AKIS2);
    kp_script_akis2_identify(&script, reader, der, length, 3, 3);
    kp_script_akis2_confirm(&script, reader, der, length);
    kp_script_akis2_counter(&script, reader, 1, 3, 3);
    kp_script_akis2_logout(&script, reader);
    options.backend = &script.backend;
    options.state_folder = folder;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_card_open(context, NULL, NULL, &card, &error), KAMUPIN_OK);
    kamupin_secret *old_pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, "123456");
    kamupin_secret *new_pin = kp_test_secret(context, KAMUPIN_SECRET_PIN, "654321");
    assert_provokes(KAMUPIN_E_COMMAND_FORBIDDEN,
                    kamupin_pin_change(card, old_pin, new_pin, new_pin, KAMUPIN_RISK_UNPROVEN));
    kamupin_card_error(card, &error);
    assert_int_equal(error.status, KAMUPIN_E_COMMAND_FORBIDDEN);
    kamupin_secret_free(&old_pin);
    kamupin_secret_free(&new_pin);
    kamupin_card_free(&card);
    kp_script_verify(&script);
    kamupin_context_free(&context);
    kp_script_free(&script);
    slip = NULL;
}

static void a_faulty_row_is_stopped_before_the_wire(void **state)
{
    char folder[] = "/tmp/kamupin-row-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    refuse_one(names_the_puk, folder);
    refuse_one(is_a_reset_with_the_puk, folder);
    refuse_one(is_the_life_cycle, folder);
    kp_bench_remove_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_faulty_row_is_stopped_before_the_wire),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
