/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Answers that are not exactly what they have to be: every one-byte change, cut and insertion of
   published good answers, and answers with a right checksum over data objects that are wrong. Each
   is refused, ends the session and leaves nothing of itself behind. The second kind are made here
   with the session's own keys: nobody else could. */
#include "own_context.h"
#include "sm_keys.h"

#include <card/sm_inside.h>

#include <stdio.h>
#include <string.h>

/* Published good answers, the keys and the counter's value before their command. */
typedef struct sample {
    kp_sm_algorithm algorithm;
    const char *keys;
    const char *answer;
    bool every_value; /* every byte becomes every other value, not only one bit off */
} sample;

static const sample samples[] = {
    {KP_SM_3DES,
     "979EC13B1CBFE9DCD01AB0FED307EAE5 F1CB1F1FB5ADF208806B89DC579DC1F8 887022120C06C228",
     "8709019FF0EC34F9922651 99029000 8E08AD55CC17140B2DED 9000", true},
    {KP_SM_3DES, KP_TEST_SM_ICAO, "99029000 8E08FA855A5D4C50A8ED 9000", false},
    {KP_SM_AES, KP_TEST_SM_PACE "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
     "871101496C26D36306679609665A385C54DB37 99029000 8E08B7E9ED2A0C89FB3A 9000", false},
    {KP_SM_AES, KP_TEST_SM_PACE KP_TEST_SM_ZERO, "99029000 8E08A89570A68664A7D6 9000", false},
};

#define SAMPLE_COUNT (sizeof samples / sizeof samples[0])

/* A session that waits for the answer to a command of this instruction. */
static kp_sm *waiting_session(kamupin_context *context, const sample *from, uint8_t ins)
{
    kp_sm *session = kp_test_sm_open(context, from->algorithm, from->keys);
    const kp_command command = {.ins = ins, .le = KP_LE_MAX};
    kp_sm_command out;
    assert_int_equal(kp_sm_protect(session, &command, &out, NULL), KAMUPIN_OK);
    return session;
}

static kp_response response_of(const uint8_t *bytes, size_t length)
{
    kp_response response = {.length = length - 2};
    memcpy(response.data, bytes, length - 2);
    response.sw = (uint16_t)(bytes[length - 2] << 8 | bytes[length - 1]);
    return response;
}

/* Refused, dead for good, empty. */
static void refuses(kp_sm *session, kp_response *response, const char *what, size_t at)
{
    static const kp_response nothing;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    const uint16_t sw = response->sw;
    const kp_command next = {.ins = 0xB0, .le = KP_LE_MAX};
    kp_sm_command out;
    if (kp_sm_unprotect(session, response, &error) != KAMUPIN_E_SECURE_MESSAGING)
        fail_msg("%s at %zu was taken", what, at);
    assert_int_equal(error.status, KAMUPIN_E_SECURE_MESSAGING);
    assert_int_equal(error.origin, KAMUPIN_FROM_CARD);
    assert_int_equal(error.status_word, sw);
    assert_int_equal(error.tries_left, -1);
    assert_memory_equal(response, &nothing, sizeof nothing);
    assert_false(kp_sm_alive(session));
    assert_int_equal(kp_sm_protect(session, &next, &out, &error), KAMUPIN_E_SECURE_MESSAGING);
    assert_int_equal(kp_sm_unprotect(session, response, &error), KAMUPIN_E_SECURE_MESSAGING);
}

static void refuses_bytes(kamupin_context *context, const sample *from, const uint8_t *bytes,
                          size_t length, const char *what, size_t at)
{
    kp_sm *session = waiting_session(context, from, 0xB0);
    kp_response response = response_of(bytes, length);
    refuses(session, &response, what, at);
    kp_sm_close(&session);
}

static void test_the_samples_are_good(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[64];
        size_t length = kp_test_sm_bytes(samples[i].answer, bytes, sizeof bytes);
        kp_sm *session = waiting_session(*state, &samples[i], 0xB0);
        kp_response response = response_of(bytes, length);
        assert_int_equal(kp_sm_unprotect(session, &response, NULL), KAMUPIN_OK);
        kp_sm_close(&session);
    }
}

/* Every byte of the answer, its status word included. */
static void test_every_changed_byte(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[64];
        size_t length = kp_test_sm_bytes(samples[i].answer, bytes, sizeof bytes);
        for (size_t at = 0; at < length; at++) {
            const uint8_t good = bytes[at];
            for (unsigned int change = 1; change < 256; change++) {
                if (!samples[i].every_value && (change & (change - 1)) != 0)
                    continue;
                bytes[at] = (uint8_t)(good ^ change);
                refuses_bytes(*state, &samples[i], bytes, length, "a changed byte", at);
            }
            bytes[at] = good;
        }
    }
}

/* Every beginning, every end, every byte left out, every byte doubled, and one put in anywhere. */
static void test_every_cut_and_insertion(void **state)
{
    for (size_t i = 0; i < SAMPLE_COUNT; i++) {
        uint8_t bytes[64], other[65];
        size_t length = kp_test_sm_bytes(samples[i].answer, bytes, sizeof bytes);
        for (size_t cut = 0; cut < length - 2; cut++) {
            memcpy(other, bytes, cut);
            memcpy(other + cut, bytes + length - 2, 2); /* the status word follows at once */
            refuses_bytes(*state, &samples[i], other, cut + 2, "a beginning", cut);
        }
        for (size_t cut = 1; cut <= length - 2; cut++)
            refuses_bytes(*state, &samples[i], bytes + cut, length - cut, "an end", cut);
        for (size_t at = 0; at < length - 2; at++) {
            memcpy(other, bytes, at);
            memcpy(other + at, bytes + at + 1, length - at - 1);
            refuses_bytes(*state, &samples[i], other, length - 1, "a byte left out", at);
            memcpy(other, bytes, at + 1);
            memcpy(other + at + 1, bytes + at, length - at);
            refuses_bytes(*state, &samples[i], other, length + 1, "a doubled byte", at);
        }
        for (size_t at = 0; at <= length - 2; at++)
            for (unsigned int value = 0; value < 256; value += 85) { /* 00, 55, AA, FF */
                memcpy(other, bytes, at);
                other[at] = (uint8_t)value;
                memcpy(other + at + 1, bytes + at, length - at);
                refuses_bytes(*state, &samples[i], other, length + 1, "a byte put in", at);
            }
    }
}

/* An answer of `objects` under a right checksum. `%` in the text stands for a cryptogram of
   `plain`, which is whole blocks. */
static kp_response signed_answer(const kp_sm *session, const char *objects, const char *plain,
                                 uint16_t sw)
{
    kp_sm card = *session; /* the card's side: the same keys, one step on */
    kp_sm_message message;
    uint8_t cryptogram[64];
    char text[400];
    kp_response response = {.sw = sw};
    kp_sm_step(&card);
    size_t length = kp_test_sm_bytes(plain, cryptogram, sizeof cryptogram);
    if (length > 0)
        assert_int_equal(kp_sm_crypt(&card, true, cryptogram, length, NULL), KAMUPIN_OK);
    size_t used = 0;
    for (const char *from = objects; *from != '\0'; from++)
        if (*from != '%')
            text[used++] = *from;
        else
            for (size_t i = 0; i < length; i++)
                used += (size_t)snprintf(text + used, sizeof text - used, "%02X", cryptogram[i]);
    text[used] = '\0';
    response.length = kp_test_sm_bytes(text, response.data, sizeof response.data);
    kp_sm_cover_counter(&card, &message);
    kp_sm_cover(&card, &message, response.data, response.length);
    response.data[response.length] = KP_DO_CHECKSUM;
    response.data[response.length + 1] = KP_SM_CHECKSUM;
    assert_int_equal(kp_sm_sign(&card, &message, response.data + response.length + 2, NULL),
                     KAMUPIN_OK);
    response.length += 2 + KP_SM_CHECKSUM;
    return response;
}

static const sample aes = {KP_SM_AES, KP_TEST_SM_PACE KP_TEST_SM_ZERO, "", false};

/* What a card that has the keys may say, and how it would be refused otherwise. */
static void test_signed_and_good(void **state)
{
    static const struct {
        uint8_t ins;
        const char *objects, *plain;
        uint16_t sw;
        size_t length;
    } rows[] = {
        {0xB0, "99029000", "", 0x9000, 0},
        {0xB0, "990263C2", "", 0x63C2, 0}, /* a refusal that is protected is an answer */
        {0xB0, "871101%99029000", "01020380000000000000000000000000", 0x9000, 3},
        {0xB0, "871101%99026282", "80000000000000000000000000000000", 0x6282, 0},
        {0xB0, "87811101%99029000", "01020380000000000000000000000000", 0x9000, 3},
        {0xB1, "8510%99029000", "53010080000000000000000000000000", 0x9000, 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kp_sm *session = waiting_session(*state, &aes, rows[i].ins);
        kp_response response = signed_answer(session, rows[i].objects, rows[i].plain, rows[i].sw);
        assert_int_equal(kp_sm_unprotect(session, &response, NULL), KAMUPIN_OK);
        assert_int_equal(response.sw, rows[i].sw);
        assert_int_equal(response.length, rows[i].length);
        assert_true(kp_sm_alive(session));
        kp_sm_close(&session);
    }
}

static void test_signed_and_wrong(void **state)
{
    static const char padded[] = "01020380000000000000000000000000";
    static const struct {
        const char *what;
        uint8_t ins;
        const char *objects, *plain;
        uint16_t sw;
    } rows[] = {
        {"no status", 0xB0, "871101%", padded, 0x9000},
        {"an empty status", 0xB0, "871101%9900", padded, 0x9000},
        {"half a status", 0xB0, "871101%990190", padded, 0x9000},
        {"a status of three", 0xB0, "871101%9903900000", padded, 0x9000},
        {"two statuses", 0xB0, "9902900099029000", "", 0x9000},
        {"another status outside", 0xB0, "990263C2", "", 0x9000},
        {"a status of its own outside", 0xB0, "99029000", "", 0x6988},
        {"data behind the status", 0xB0, "99029000871101%", padded, 0x9000},
        {"data twice", 0xB0, "871101%871101%99029000", padded, 0x9000},
        {"plain data", 0xB0, "810301020399029000", "", 0x9000},
        {"BER data for an even instruction", 0xB0, "8510%99029000", padded, 0x9000},
        {"plain data for an odd instruction", 0xB1, "871101%99029000", padded, 0x9000},
        {"another padding indicator", 0xB0, "871102%99029000", padded, 0x9000},
        {"no padding indicator", 0xB0, "8710%99029000", padded, 0x9000},
        {"data without blocks", 0xB0, "87010199029000", "", 0x9000},
        {"empty data", 0xB0, "870099029000", "", 0x9000},
        {"empty BER data", 0xB1, "850099029000", "", 0x9000},
        {"a broken block", 0xB0,
         "87080101020304050607"
         "99029000",
         "", 0x9000},
        {"no padding", 0xB0, "871101%99029000", "01020304050607080910111213141516", 0x9000},
        {"only zeros", 0xB0, "871101%99029000", "00000000000000000000000000000000", 0x9000},
        {"padding in the block before", 0xB0, "872101%99029000",
         "01020304050607080910111213141580 00000000000000000000000000000000", 0x9000},
        {"a length beyond the end", 0xB0, "877F01%99029000", padded, 0x9000},
        {"a length one too long", 0xB0, "871201%99029000", padded, 0x9000},
        {"a length one too short", 0xB0, "871001%99029000", padded, 0x9000},
        {"an endless length", 0xB0, "878001%99029000", padded, 0x9000},
        {"a length of four bytes", 0xB0, "878400000011 01%99029000", padded, 0x9000},
        {"a checksum inside", 0xB0, "99029000 8E080102030405060708", "", 0x9000},
        {"an object of nobody", 0xB0, "9902900053020102", "", 0x9000},
        {"Le in an answer", 0xB0, "970100 99029000", "", 0x9000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kp_sm *session = waiting_session(*state, &aes, rows[i].ins);
        kp_response response = signed_answer(session, rows[i].objects, rows[i].plain, rows[i].sw);
        refuses(session, &response, rows[i].what, i);
        kp_sm_close(&session);
    }
}

/* An answer is good once, for the command that it answers. */
static void test_replays(void **state)
{
    kp_sm *session = waiting_session(*state, &aes, 0xB0);
    const kp_response first = signed_answer(session, "99029000", "", 0x9000);
    kp_response response = first;
    assert_int_equal(kp_sm_unprotect(session, &response, NULL), KAMUPIN_OK);
    const kp_command again = {.ins = 0xB0, .le = KP_LE_MAX};
    kp_sm_command one, two;
    assert_int_equal(kp_sm_protect(session, &again, &one, NULL), KAMUPIN_OK);
    response = first;
    refuses(session, &response, "yesterday's answer", 0);
    kp_sm_close(&session);

    session = waiting_session(*state, &aes, 0xB0); /* no answer without a command */
    response = first;
    assert_int_equal(kp_sm_unprotect(session, &response, NULL), KAMUPIN_OK);
    response = first;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    assert_int_equal(kp_sm_unprotect(session, &response, &error), KAMUPIN_E_SECURE_MESSAGING);
    assert_int_equal(error.origin, KAMUPIN_FROM_LOCAL); /* not even looked into */
    assert_false(kp_sm_alive(session));
    kp_sm_close(&session);

    session = waiting_session(*state, &aes, 0xB0); /* nor a second command before the answer */
    assert_int_equal(kp_sm_protect(session, &again, &two, NULL), KAMUPIN_E_SECURE_MESSAGING);
    assert_false(kp_sm_alive(session));
    kp_sm_close(&session);

    session = kp_test_sm_open(*state, KP_SM_AES, aes.keys); /* the same command looks new */
    assert_int_equal(kp_sm_protect(session, &again, &one, NULL), KAMUPIN_OK);
    response = first;
    assert_int_equal(kp_sm_unprotect(session, &response, NULL), KAMUPIN_OK);
    assert_int_equal(kp_sm_protect(session, &again, &two, NULL), KAMUPIN_OK);
    assert_int_equal(one.command.length, two.command.length);
    assert_memory_not_equal(one.data, two.data, one.command.length);
    kp_sm_close(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_samples_are_good, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_every_changed_byte, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_every_cut_and_insertion, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_signed_and_good, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_signed_and_wrong, kp_test_open_context,
                                        kp_test_close_context),
        cmocka_unit_test_setup_teardown(test_replays, kp_test_open_context, kp_test_close_context),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
