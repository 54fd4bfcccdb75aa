/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_offer.c: what a service's metadata says of logging in, read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <service/client.h>

#define ISSUER "\"issuer\":\"https://login.example:9443\""
#define CLIENT "\"client_id\":\"kamupin\""

static kamupin_status read_offer(const char *text, kp_login_offer *offer)
{
    kp_buffer body = KP_BUFFER_INIT(65536);
    const char *wrong = NULL;
    json_t *root = NULL;

    kp_buffer_text(&body, text);
    assert_int_equal(kp_json_parse(&body, &root, NULL), KAMUPIN_OK);
    kp_login_offer_read((kp_fields){root, &wrong}, offer);
    kamupin_status status = kp_json_done((kp_fields){root, &wrong}, NULL);
    kp_json_free(root);
    kp_buffer_wipe(&body);
    return status;
}

static void all_is_read(void **state)
{
    kp_login_offer offer;

    (void)state;
    assert_int_equal(
        read_offer(
            "{\"login\":{\"methods\":[\"browser\",\"moonlight\",\"card\"]," ISSUER "," CLIENT
            ",\"scopes\":[\"openid\",\"pin:new\"]},\"application\":{\"name\":{\"tr\":\"İşlem\","
            "\"en\":\"Work\"},\"url\":\"https://a.example/\"}}",
            &offer),
        KAMUPIN_OK);
    assert_int_equal(offer.methods, KAMUPIN_LOGIN_BROWSER | KAMUPIN_LOGIN_CARD);
    assert_string_equal(offer.issuer, "https://login.example:9443");
    assert_string_equal(offer.client_id, "kamupin");
    assert_string_equal(offer.scopes, "openid pin:new");
    assert_string_equal(offer.application_tr, "İşlem");
    assert_string_equal(offer.application_en, "Work");
    assert_string_equal(offer.address, "https://a.example/");
}

static void a_service_may_take_a_semicolon(void **state)
{
    kp_login_offer offer;

    (void)state;
    assert_int_equal(read_offer("{\"login\":{\"methods\":[\"card\"]," ISSUER "," CLIENT
                                ",\"scopes\":[\"a\",\"b\"],\"scope_separator\":\";\"}}",
                                &offer),
                     KAMUPIN_OK);
    assert_string_equal(offer.scopes, "a;b");
}

static void without_a_login_there_is_none(void **state)
{
    kp_login_offer offer;

    (void)state;
    assert_int_equal(read_offer("{}", &offer), KAMUPIN_OK);
    assert_int_equal(offer.methods, 0);
    assert_int_equal(read_offer("{\"login\":{\"methods\":[\"password\"]}}", &offer), KAMUPIN_OK);
    assert_int_equal(offer.methods, KAMUPIN_LOGIN_PASSWORD);
    assert_string_equal(offer.issuer, "");
}

static void what_is_wrong_is_refused(void **state)
{
    static const char *const WRONG[] = {
        "{\"login\":[]}",
        "{\"login\":{}}",
        "{\"login\":{\"methods\":[\"browser\"]}}",
        "{\"login\":{\"methods\":[\"browser\"]," CLIENT
        ",\"scopes\":[\"a\"],\"issuer\":\"http://a.example\"}}",
        "{\"login\":{\"methods\":[\"browser\"]," CLIENT
        ",\"scopes\":[\"a\"],\"issuer\":\"https://a.example?x\"}}",
        "{\"login\":{\"methods\":[\"browser\"]," ISSUER
        ",\"scopes\":[\"a\"],\"client_id\":\"a&b\"}}",
        "{\"login\":{\"methods\":[\"browser\"]," ISSUER "," CLIENT ",\"scopes\":[]}}",
        "{\"login\":{\"methods\":[\"browser\"]," ISSUER "," CLIENT ",\"scopes\":[\"a b\"]}}",
        "{\"login\":{\"methods\":[\"browser\"]," ISSUER "," CLIENT
        ",\"scopes\":[\"a\"],\"scope_separator\":\",\"}}",
        "{\"application\":{\"name\":{\"tr\":\"a\"},\"url\":\"https://a.example\"}}",
    };
    kp_login_offer offer;

    (void)state;
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
        if (read_offer(WRONG[i], &offer) != KAMUPIN_E_SERVICE_REPLY_MALFORMED)
            fail_msg("read: %s", WRONG[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_read),
        cmocka_unit_test(a_service_may_take_a_semicolon),
        cmocka_unit_test(without_a_login_there_is_none),
        cmocka_unit_test(what_is_wrong_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
