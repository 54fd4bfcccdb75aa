// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The virtual card's keys: what the state file may say of them, which key signs and when, chains. That
// what it signs is right the openssl command says in tests/integration.
#include "vcard_fixture.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#define KEY_84 "002241B603840184"
#define HASH32 "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"

// A state file's key line with a fresh key.
static char *key_line(EVP_PKEY *key, const char *reference)
{
    unsigned char *der = NULL;
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    int len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    assert_true(len > 0);
    size_t room = 2 * (size_t)len + 64;
    char *text = malloc(room);
    assert_non_null(text);
    int at = snprintf(text, room, "sign.key %s ", reference);
    vc_hex_encode(der, (size_t)len, text + at);
    strcat(text, "\n");
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(key);
    return text;
}

static struct fixture *card_with(const char *state, EVP_PKEY *key)
{
    char *line = key_line(key, "84");
    char *whole = malloc(strlen(state) + strlen(line) + 1);
    assert_non_null(whole);
    strcpy(whole, state);
    strcat(whole, line);
    struct fixture *f = fixture_new(whole);
    free(whole);
    free(line);
    return f;
}

// The data bytes of an answer that ends in 9000.
static size_t answer_to(struct fixture *f, const char *command)
{
    char answer[2 * (VC_REPLY_MAX + 2) + 1];
    transmit(f, command, answer);
    size_t len = strlen(answer);
    if (strcmp(answer + len - 4, "9000") != 0)
        fail_msg("to %s the card says %s", command, answer);
    return len / 2 - 2;
}

static void a_key_signs_once_for_each_pin(void **unused)
{
    (void)unused;
    struct fixture *f = card_with(AKIS2_STATE, EVP_EC_gen("P-256"));
    expect(f, KEY_84, "6A88"); // the application is not selected
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002A9E9A20" HASH32 "00", "6985"); // no key was chosen
    expect(f, "002241B603840185", "6A88");
    expect(f, "00224101", "6A86");
    expect(f,
           "00224101038401"
           "84",
           "6A86");
    expect(f, "002241B6028401", "6A80");
    expect(f, "002241B603830184", "6A80");
    expect(f, KEY_84, "9000");
    expect(f, "002A9E9A20" HASH32 "00", "6982"); // no PIN was verified
    expect(f, RIGHT_PIN, "9000");
    expect(f, "002A9E9900", "6A86");
    expect(f, "002A9E9A00", "6700");
    expect(f, "002A9E9A21" HASH32 "FF00", "6A80"); // longer than the order
    assert_int_equal(answer_to(f, "002A9E9A20" HASH32 "00"), 64);
    expect(f, "002A9E9A20" HASH32 "00", "6982"); // the PIN was good for one
    expect(f, RIGHT_PIN, "9000");
    assert_int_equal(answer_to(f, "002A9E9A20" HASH32 "40"), 64); // the key stays chosen
    expect(f, RIGHT_PIN, "9000");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002A9E9A20" HASH32 "00", "6985"); // and is forgotten with the application
    fixture_free(f);
}

static void an_rsa_key_pads_or_takes_a_block(void **unused)
{
    char part[2 * 300];
    (void)unused;
    struct fixture *f = card_with(AKIS1_STATE, EVP_RSA_gen(2048));
    expect(f,
           "00A4000002"
           "3D00",
           "9000");
    expect(f, "0022C385", "6A88");
    expect(f, "0022C384", "9000");
    expect(f, "0020008006313233343536", "9000");
    expect(f, "002A9E9A20" HASH32 "00", "6100"); // 256 bytes, more than go at once
    assert_int_equal(f->card.session.waiting.len, 256);
    expect(f, "0020008006313233343536", "9000");
    strcpy(part, "102A9E9AF4");
    for (int i = 0; i < 244; i++)
        strcat(part, i == 0 ? "00" : "11");
    expect(f, part, "9000");
    expect(f,
           "002A9E9A0C"
           "111111111111111111111111"
           "00",
           "6100");
    char answer[2 * (VC_REPLY_MAX + 2) + 1];
    transmit(f, "00C0000000", answer);
    assert_int_equal(strlen(answer), 2 * (244 + 2));
    assert_string_equal(answer + 2 * 244, "610C");
    assert_int_equal(answer_to(f, "00C000000C"), 12);
    fixture_free(f);
}

static void chains_are_kept_until_another_command(void **unused)
{
    char part[2 * 300];
    (void)unused;
    struct fixture *f = card_with(AKIS2_STATE, EVP_EC_gen("P-384"));
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, KEY_84, "9000");
    expect(f, RIGHT_PIN, "9000");
    expect(f, "102A9E9A10000102030405060708090A0B0C0D0E0F", "9000");
    expect(f, "002A9E9A10101112131415161718191A1B1C1D1E1F", "9000"); // no Le: no answer
    expect(f, RIGHT_PIN, "9000");
    expect(f, "102A9E9A10000102030405060708090A0B0C0D0E0F", "9000");
    assert_int_equal(answer_to(f, "002A9E9A10101112131415161718191A1B1C1D1E1F60"), 96);
    expect(f, RIGHT_PIN, "9000");
    expect(f, "102A9E9A10000102030405060708090A0B0C0D0E0F", "9000");
    expect(f, KEY_84, "9000"); // something else in between: the chain is gone
    expect(f, "002A9E9A10101112131415161718191A1B1C1D1E1F60", "6A80");
    expect(f, "102A9E9A", "6700");
    strcpy(part, "102A9E9AF4");
    for (int i = 0; i < 244; i++)
        strcat(part, "11");
    expect(f, part, "9000");
    expect(f, part, "9000");
    expect(f, part, "6700");                     // more than it has room for
    expect(f, "1020008106313233343536", "6884"); // a PIN in parts is no PIN
    fixture_free(f);
}

static void keys_in_the_state_file(void **unused)
{
    static const char *const bad[] = {"sign.key\n",       "sign.key 84\n",
                                      "sign.key 84 \n",   "sign.key 844 30\n",
                                      "sign.key 8 30\n",  "sign.key 84 3\n",
                                      "sign.key 84 3G\n", "sign.key 84 30\nsign.key 84 31\n"};
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[1024];
        struct vc_state state;
        struct vc_problem problem;
        snprintf(text, sizeof text, "%s%s", AKIS2_STATE, bad[i]);
        FILE *stream = fmemopen(text, strlen(text), "r");
        assert_non_null(stream);
        if (vc_state_parse(&state, stream, &problem))
            fail_msg("it takes %s", bad[i]);
        assert_true(problem.line >= 7);
        fclose(stream);
        vc_state_clear(&state);
    }
    struct fixture *f = card_with(AKIS2_STATE, EVP_EC_gen("P-256"));
    struct vc_state disk;
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, RIGHT_PIN, "9000"); // which rewrites the file
    from_disk(f, &disk);
    assert_int_equal(disk.key_count, 1);
    assert_int_equal(disk.keys[0].size, f->card.state.keys[0].size);
    assert_memory_equal(disk.keys[0].data, f->card.state.keys[0].data, disk.keys[0].size);
    vc_state_clear(&disk);
    f->card.state.keys[0].data[0] ^= 0xFF; // no key at all
    expect(f, KEY_84, "9000");
    expect(f, "002A9E9A20" HASH32 "00", "6F00");
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_signs_once_for_each_pin),
        cmocka_unit_test(an_rsa_key_pads_or_takes_a_block),
        cmocka_unit_test(chains_are_kept_until_another_command),
        cmocka_unit_test(keys_in_the_state_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
