/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_json.c: strict reading: what is not exactly as the profile says makes the answer malformed,
   what the profile does not know is ignored; what is read leaves nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <service/json.h>

static const char *const COLOURS[] = {"red", "green", "blue", NULL};

static kamupin_status parse(const char *text, json_t **root)
{
    kp_buffer body = KP_BUFFER_INIT(65536);

    kp_buffer_text(&body, text);
    kamupin_status status = kp_json_parse(&body, root, NULL);
    kp_buffer_wipe(&body);
    return status;
}

static void only_one_clean_object_parses(void **state)
{
    static const char *const BAD[] = {"",
                                      "[]",
                                      "\"a\"",
                                      "1",
                                      "null",
                                      "{",
                                      "{}{}",
                                      "{} x",
                                      "{'a':1}",
                                      "{\"a\":1,}",
                                      "{\"a\":1,\"a\":1}",
                                      "{\"b\":{\"a\":1,\"a\":2}}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\xff\"}",
                                      "{\"a\":99999999999999999999}",
                                      "\xef\xbb\xbf{}"};
    json_t *root = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        if (parse(BAD[i], &root) != KAMUPIN_E_SERVICE_REPLY_MALFORMED)
            fail_msg("parsed: %s", BAD[i]);
        assert_null(root);
    }
    assert_int_equal(parse(" {\"a\" : 1} \n", &root), KAMUPIN_OK);
    kp_json_free(root);
}

static void deep_nesting_is_bounded(void **state)
{
    kp_buffer body = KP_BUFFER_INIT(65536);
    json_t *root = NULL;

    (void)state;
    kp_buffer_text(&body, "{\"a\":");
    for (int i = 0; i < 60000; i++)
        kp_buffer_text(&body, "[");
    assert_int_equal(kp_json_parse(&body, &root, NULL), KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    kp_buffer_wipe(&body);
}

/* Reads one field of a one-line object in each way there is and tells which were right. */
static unsigned int right_ways(const char *text)
{
    json_t *root = NULL;
    char room[8];
    uint8_t bytes[4];
    size_t length;
    unsigned int ways = 0;
    const char *wrong = NULL;

    assert_int_equal(parse(text, &root), KAMUPIN_OK);
    const kp_fields fields = {root, &wrong};
#define WAY(bit, call)                                                                             \
    do {                                                                                           \
        wrong = NULL;                                                                              \
        call;                                                                                      \
        ways |= wrong == NULL ? 1u << (bit) : 0;                                                   \
    } while (0)
    WAY(0, kp_json_text(fields, "f", room, sizeof room));
    WAY(1, kp_json_int(fields, "f", 2, 9));
    WAY(2, kp_json_int_or(fields, "f", 2, 9, 5));
    WAY(3, kp_json_word(fields, "f", COLOURS));
    WAY(4, kp_json_words(fields, "f", COLOURS, 3));
    WAY(5, kp_json_object(fields, "f"));
    WAY(6, kp_json_array(fields, "f", 3));
    WAY(7, kp_json_bytes(fields, "f", bytes, sizeof bytes, &length));
    WAY(8, kp_json_id(fields, "f", room, 3, sizeof room));
#undef WAY
    kp_json_free(root);
    return ways;
}

static void a_field_is_of_its_type_and_within_its_bounds(void **state)
{
    static const struct {
        const char *text;
        unsigned int ways;
    } CASES[] = {
        {"{}", 1u << 2},
        {"{\"other\":{\"f\":\"red\"}}", 1u << 2},
        {"{\"f\":null}", 0},
        {"{\"f\":true}", 0},
        {"{\"f\":2}", 1u << 1 | 1u << 2},
        {"{\"f\":9}", 1u << 1 | 1u << 2},
        {"{\"f\":1}", 0},
        {"{\"f\":10}", 0},
        {"{\"f\":4294967298}", 0}, /* 2 in 32 bits */
        {"{\"f\":-2}", 0},
        {"{\"f\":2.0}", 0},
        {"{\"f\":\"\"}", 0},
        {"{\"f\":\"red\"}", 1u << 0 | 1u << 3 | 1u << 8}, /* no base64url: its last bits are set */
        {"{\"f\":\"Red\"}", 1u << 0 | 1u << 8},
        {"{\"f\":\"redd\"}", 1u << 0 | 1u << 7 | 1u << 8},
        {"{\"f\":\"re/d\"}", 1u << 0},
        {"{\"f\":\"AAAAAAA\"}", 1u << 0 | 1u << 8},
        {"{\"f\":\"AAAAAA\"}", 1u << 0 | 1u << 7 | 1u << 8},
        {"{\"f\":\"AAAAAAAA\"}", 0},
        {"{\"f\":\"a\\tb\"}", 0},
        {"{\"f\":\"a\\u007fb\"}", 0},
        {"{\"f\":{}}", 1u << 5},
        {"{\"f\":[]}", 1u << 4 | 1u << 6},
        {"{\"f\":[\"red\",\"blue\"]}", 1u << 4 | 1u << 6},
        {"{\"f\":[\"red\",\"pink\"]}", 1u << 6},
        {"{\"f\":[\"red\",7]}", 1u << 6},
        {"{\"f\":[\"red\",\"red\",\"red\",\"red\"]}", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        if (right_ways(CASES[i].text) != CASES[i].ways)
            fail_msg("%s: %x, not %x", CASES[i].text, right_ways(CASES[i].text), CASES[i].ways);
}

static void the_first_wrong_field_sticks_through_all_levels(void **state)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    const char *wrong = NULL;
    json_t *root = NULL;

    (void)state;
    assert_int_equal(parse("{\"a\":{\"b\":1},\"list\":[{\"c\":1}]}", &root), KAMUPIN_OK);
    const kp_fields fields = {root, &wrong};
    assert_int_equal(kp_json_int(kp_json_object(fields, "a"), "b", 0, 9), 1);
    assert_int_equal(kp_json_int(kp_json_entry(fields, "list", 0), "c", 0, 9), 1);
    assert_int_equal(kp_json_done(fields, &error), KAMUPIN_OK);
    assert_int_equal(kp_json_int(kp_json_object(kp_json_object(fields, "a"), "x"), "y", 3, 9), 3);
    assert_int_equal(kp_json_int(kp_json_entry(fields, "list", 1), "c", 0, 9), 0);
    assert_int_equal(kp_json_done(fields, &error), KAMUPIN_E_SERVICE_REPLY_MALFORMED);
    assert_non_null(strstr(error.detail, "\"x\""));
    kp_json_free(root);
}

/* Reads one name in both ways: as it is shown, or "" where it is refused. */
static void read_name(const char *text, char *shown, char *plain, size_t room)
{
    const char *wrong = NULL;
    json_t *root = json_pack("{s:s}", "name", text);

    assert_non_null(root);
    const kp_fields fields = {root, &wrong};
    kp_json_shown(fields, "name", shown, room);
    assert_int_equal(wrong == NULL, shown[0] != '\0');
    wrong = NULL;
    kp_json_text(fields, "name", plain, room);
    assert_int_equal(wrong == NULL, plain[0] != '\0');
    kp_json_free(root);
}

static void what_cannot_be_seen_is_not_shown(void **state)
{
    static const char *const HIDDEN[] = {
        "\u00ad", "\u034f", "\u061c", "\u180e", "\u200b", "\u200c",    "\u200d",
        "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",    "\u202c",
        "\u202d", "\u202e", "\u2060", "\u2064", "\u2066", "\u2067",    "\u2068",
        "\u2069", "\u206f", "\u3164", "\ufe0f", "\ufeff", "\U000e0041"};
    static const char *const SEEN[] = {"ÂÇĞİÎÖŞÜÛ âçğıîöşüû",
                                       "I\u0307GU\u0308",
                                       "Aslı & Oğlu A.Ş. (\u00a0İst.)",
                                       "\u05d0\u05d1",
                                       "\u2010\u2011\u2027\u202f\u2030",
                                       "\U0001d538"};
    static const char *const BAD[] = {"",          "a\x1b[1m",    "a\n",         "a\x7f",
                                      "a\xC2\x80", "a\302\2331m", "\u202e\u200b"};
    char text[64], shown[64], plain[64];

    (void)state;
    for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
        snprintf(text, sizeof text, "%sAyşe%sTest%s", HIDDEN[i], HIDDEN[i], HIDDEN[i]);
        read_name(text, shown, plain, sizeof shown);
        assert_string_equal(shown, "AyşeTest");
        assert_string_equal(plain, "");
    }
    for (size_t i = 0; i < sizeof SEEN / sizeof SEEN[0]; i++) {
        read_name(SEEN[i], shown, plain, sizeof shown);
        assert_string_equal(shown, SEEN[i]);
        assert_string_equal(plain, SEEN[i]);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        read_name(BAD[i], shown, plain, sizeof shown);
        assert_string_equal(shown, "");
        assert_string_equal(plain, "");
    }
}

static void words_become_bits(void **state)
{
    const char *wrong = NULL;
    json_t *root = NULL;

    (void)state;
    assert_int_equal(parse("{\"f\":[\"blue\",\"red\",\"blue\"],\"g\":\"green\"}", &root),
                     KAMUPIN_OK);
    const kp_fields fields = {root, &wrong};
    assert_int_equal(kp_json_words(fields, "f", COLOURS, 3), 5);
    assert_int_equal(kp_json_word(fields, "g", COLOURS), 1);
    assert_null(wrong);
    kp_json_free(root);
}

static void a_token_becomes_a_secret_and_its_text_is_wiped(void **state)
{
    static const char TOKEN[] = "abcdefghijklmnopqrstuvwxyz-_0123456789";
    kamupin_context *context = NULL;
    kamupin_secret *secret = NULL;
    const char *wrong = NULL;
    json_t *root = NULL;
    kp_bytes bytes;

    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_int_equal(parse("{\"t\":\"abcdefghijklmnopqrstuvwxyz-_0123456789\",\"short\":\"abc\","
                           "\"odd\":\"abcdefghijklmnopqrstuvwxyz\\r\\nX-Evil: 1\"}",
                           &root),
                     KAMUPIN_OK);
    const kp_fields fields = {root, &wrong};
    assert_int_equal(
        kp_json_token(fields, "t", context, KAMUPIN_SECRET_ACCESS_TOKEN, &secret, NULL),
        KAMUPIN_OK);
    assert_int_equal(kp_secret_read(secret, KAMUPIN_SECRET_ACCESS_TOKEN, &bytes, NULL), KAMUPIN_OK);
    assert_int_equal(bytes.length, sizeof TOKEN - 1);
    assert_memory_equal(bytes.data, TOKEN, bytes.length);
    kamupin_secret_free(&secret);
    assert_int_equal(
        kp_json_token(fields, "short", context, KAMUPIN_SECRET_ACCESS_TOKEN, &secret, NULL),
        KAMUPIN_OK);
    assert_null(secret);
    assert_string_equal(wrong, "short");
    wrong = NULL;
    kp_json_token(fields, "odd", context, KAMUPIN_SECRET_ACCESS_TOKEN, &secret, NULL);
    assert_null(secret);
    assert_string_equal(wrong, "odd");
    /* A reference of our own keeps the string alive behind kp_json_free. */
    json_t *kept = json_incref(json_object_get(root, "t"));
    kp_json_free(root);
    for (size_t i = 0; i < sizeof TOKEN - 1; i++)
        assert_int_equal(json_string_value(kept)[i], 0);
    json_decref(kept);
    kamupin_context_free(&context);
}

static void written_strings_are_escaped(void **state)
{
    kp_buffer out = KP_BUFFER_INIT(200);

    (void)state;
    kp_json_put_field(&out, "{", "a", "x\"y\\z\n\x01\xc3\xb6");
    assert_string_equal((const char *)out.data, "{\"a\":\"x\\\"y\\\\z\\u000a\\u0001\xc3\xb6\"");
    kp_buffer_wipe(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_one_clean_object_parses),
        cmocka_unit_test(deep_nesting_is_bounded),
        cmocka_unit_test(a_field_is_of_its_type_and_within_its_bounds),
        cmocka_unit_test(the_first_wrong_field_sticks_through_all_levels),
        cmocka_unit_test(what_cannot_be_seen_is_not_shown),
        cmocka_unit_test(words_become_bits),
        cmocka_unit_test(a_token_becomes_a_secret_and_its_text_is_wiped),
        cmocka_unit_test(written_strings_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
