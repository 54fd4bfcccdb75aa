/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Naming the card to be opened: plainly, and by URI; only cards that can be meant are asked. The
   other end is a script. */
#include "provoke.h"
#include "script_cards.h"
#include "test_certificate.h"

#include <card/card.h>

#include <stdio.h>
#include <string.h>

#define SERIAL "0102030405060708090A0B0C"
#define ODD    "Okuyucu;1 [ICC] 00 00"

typedef struct fixture {
    kp_script script;
    kamupin_context *context;
    kamupin_card *card;
    kamupin_error error;
    char card_id[KAMUPIN_CARD_ID_MAX]; /* of the v2.x card */
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
} fixture;

/* Reader 0 has a v2.x card, 1 a v1.0 card, 2 nothing; both cards are known to the context. */
static int setup(void **state)
{
    static fixture f;
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    memset(&f, 0, sizeof f);
    kp_script_init(&f.script);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.backend = &f.script.backend;
    assert_int_equal(kamupin_context_new(&options, &f.context, NULL), KAMUPIN_OK);
    kp_test_certificate_make(&kp_test_signature, f.der, &f.length);
    kp_script_add(&f.script, ODD, KP_ATR_AKIS2);
    kp_script_add(&f.script, "Two", KP_ATR_AKIS1);
    kp_script_add(&f.script, "Empty", NULL);
    kp_script_akis2_identify(&f.script, 0, f.der, f.length, 3, 3);
    kp_script_akis1_identify(&f.script, 1, f.der, f.length, SERIAL, "12");
    assert_int_equal(kamupin_reader_list_new(f.context, NULL, &list, &f.error), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_get(list, 0, &info), KAMUPIN_OK);
    memcpy(f.card_id, info.card_id, sizeof f.card_id);
    kamupin_reader_list_free(&list);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    kamupin_card_free(&f->card);
    const char *problem = kp_script_problem(&f->script);
    kp_script_free(&f->script);
    kamupin_context_free(&f->context);
    return problem == NULL ? 0 : -1;
}

/* Opens; `v2`, `v1`: whether that card is asked. Answers the reader's name, or the status'. */
static const char *opened(fixture *f, const char *which, bool v2, bool v1)
{
    kamupin_card_free(&f->card);
    if (v2)
        kp_script_akis2_again(&f->script, 0, f->der, f->length, 3, 3);
    if (v1)
        kp_script_akis1_again(&f->script, 1, SERIAL, "12");
    kamupin_status status = kamupin_card_open(f->context, which, NULL, &f->card, &f->error);
    assert_string_equal(f->script.difference, "");
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(f->script.readers[i].next_step, f->script.readers[i].step_count);
    return status == KAMUPIN_OK ? f->card->identity.info.reader : kamupin_status_name(status);
}

static void test_plain_names(void **state)
{
    fixture *f = *state;
    assert_string_equal(opened(f, ODD, true, false), ODD);
    assert_string_equal(opened(f, f->card_id, true, true), ODD);
    assert_string_equal(opened(f, "serial:" SERIAL, true, true), "Two");
    assert_string_equal(opened(f, "0102030405060708090a0b0c", true, true), "Two");
    assert_string_equal(opened(f, KP_ATR_AKIS1, false, true), "Two");
    assert_string_equal(
        opened(f, "3b:9f:97:81:31:fe:45:80:65:54:43:d3:22:82:31:c0:73:f6:21:80:81:05:d3", true,
               false),
        ODD);
    assert_string_equal(
        opened(f, "3B BA 11 00 81 31 FE 4D 55 45 4B 41 45 20 56 31 2E 30 AE", false, true), "Two");
    assert_string_equal(opened(f, "Empty", false, false), "no-card");
    assert_string_equal(opened(f, "Nobody", true, true), "card-not-found");
}

static void test_uris(void **state)
{
    fixture *f = *state;
    char uri[200];
    snprintf(uri, sizeof uri, "kamupin:card-id=%s", f->card_id);
    assert_string_equal(opened(f, uri, true, true), ODD);
    assert_string_equal(opened(f, "kamupin:serial=" SERIAL, true, true), "Two");
    assert_string_equal(
        opened(f, "KamuPIN:serial=0102030405060708090a0b0c;reader=Two", false, true), "Two");
    assert_string_equal(opened(f, "kamupin:reader=Okuyucu%3B1%20%5bICC%5D%2000%2000", true, false),
                        ODD);
    assert_string_equal(
        opened(f, "kamupin:atr=3bba11008131fe4d55454b41452056312e30ae", false, true), "Two");
    snprintf(uri, sizeof uri, "kamupin:atr=%s;card-id=%s", KP_ATR_AKIS2, f->card_id);
    assert_string_equal(opened(f, uri, true, false), ODD);
    /* every part has to be true */
    assert_string_equal(opened(f, "kamupin:serial=" SERIAL "00;reader=Two", false, true),
                        "card-not-found");
    assert_string_equal(opened(f, "kamupin:serial=" SERIAL ";reader=Empty", false, false),
                        "card-not-found");
    assert_string_equal(opened(f, "kamupin:reader=Empty", false, false), "no-card");
    assert_string_equal(opened(f, "kamupin:reader=two", false, false), "card-not-found");
}

/* What is no URI is refused before any reader is asked. */
static void test_malformed(void **state)
{
    fixture *f = *state;
    char long_name[2 * KAMUPIN_READER_NAME_MAX];
    snprintf(long_name, sizeof long_name, "kamupin:reader=%0128d", 1);
    const char *const uris[] = {
        "kamupin:",
        "kamupin:;",
        "kamupin:serial",
        "kamupin:serial=",
        "kamupin:=01",
        "kamupin:serial=01;",
        "kamupin:serial=01;;reader=Two",
        "kamupin:serial=01;serial=01",
        "kamupin:colour=red",
        "kamupin:SERIAL=01",
        "kamupin:serial=0",
        "kamupin:serial=0G",
        "kamupin:atr=3B",
        "kamupin:atr=3B:9F",
        "kamupin:reader=Reader 1",
        "kamupin:reader=[1]",
        "kamupin:reader=a%",
        "kamupin:reader=a%2",
        "kamupin:reader=a%G0",
        "kamupin:reader=a%0G",
        "kamupin:reader=a%00b",
        "kamupin:reader=a=b",
        "kamupin:reader=\xC3\xBC",
        "kamupin:reader=a#b",
        "kamupin://reader=a",
        long_name,
    };
    unsigned int opens = f->script.opens;
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        assert_provokes(KAMUPIN_E_CARD_ADDRESS,
                        kamupin_card_open(f->context, uris[i], NULL, &f->card, &f->error));
        assert_null(f->card);
        assert_int_equal(f->error.status, KAMUPIN_E_CARD_ADDRESS);
    }
    assert_int_equal(f->script.opens, opens);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(test_plain_names), TEST(test_uris),
                                       TEST(test_malformed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
