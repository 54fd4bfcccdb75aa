/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pinpad.c: the structures of PC/SC part 10, byte by byte, against PC/SC-lite's own definition of
   them (<PCSC/reader.h>, not ours); and what readers say, whole, cut and absurd. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <PCSC/wintypes.h>

#include <PCSC/reader.h>

#include <card/pinpad.h>

static const kp_form verify = {0x00, 0x20, 0x00, 0x81, KP_KNOWN};
static const kp_form change = {0x00, 0x24, 0x00, 0x81, KP_KNOWN};

static kp_pad pad_with_all(void)
{
    kp_pad pad = {.vendor = 1, .product = 2};
    pad.code[KP_PAD_VERIFY_DIRECT] = 0x42330006;
    pad.code[KP_PAD_MODIFY_DIRECT] = 0x42330007;
    return pad;
}

static kp_pad_entry entry_of(const kp_form *form, unsigned int digits)
{
    return (kp_pad_entry){.form = form,
                          .change = form == &change,
                          .coding = KP_CHANGE_PLAIN,
                          .digits = digits,
                          .min_digits = 6,
                          .max_digits = 12,
                          .timeout_seconds = 30,
                          .language = 0x041F};
}

static size_t order(const kp_pad *pad, const kp_pad_entry *entry, uint8_t *out)
{
    size_t length = 0;
    assert_true(kp_pad_order(pad, entry, out, KP_PAD_ORDER_MAX, &length));
    return length;
}

static void test_verify_of_an_open_length(void **state)
{
    (void)state;
    static const uint8_t expected[] = {30, 0, 0x82, 0, 0, 12, 6, 2,    1,    0x1F, 0x04, 0,
                                       0,  0, 0,    5, 0, 0,  0, 0x00, 0x20, 0x00, 0x81, 0};
    uint8_t out[KP_PAD_ORDER_MAX];
    const kp_pad pad = pad_with_all();
    const kp_pad_entry entry = entry_of(&verify, 0);
    assert_int_equal(order(&pad, &entry, out), sizeof expected);
    assert_memory_equal(out, expected, sizeof expected);
    assert_int_equal(sizeof(PIN_VERIFY_STRUCTURE), sizeof expected - 5);
}

/* The fields where PC/SC-lite's definition has them. */
static void test_modify_by_the_platforms_own_definition(void **state)
{
    (void)state;
    uint8_t out[KP_PAD_ORDER_MAX];
    PIN_MODIFY_STRUCTURE there;
    kp_pad pad = pad_with_all();
    const kp_pad_entry entry = entry_of(&change, 7);
    pad.second_timeout = true;
    size_t length = order(&pad, &entry, out);
    assert_int_equal(length, sizeof there + 5 + 14);
    memcpy(&there, out, sizeof there);
    assert_int_equal(there.bTimerOut, 30);
    assert_int_equal(there.bTimerOut2, 30);
    assert_int_equal(there.bmFormatString, 0x82);
    assert_int_equal(there.bmPINBlockString, 7);
    assert_int_equal(there.bmPINLengthFormat, 0);
    assert_int_equal(there.bInsertionOffsetOld, 0);
    assert_int_equal(there.bInsertionOffsetNew, 7);
    assert_int_equal(out[offsetof(PIN_MODIFY_STRUCTURE, wPINMaxExtraDigit)], 7);
    assert_int_equal(out[offsetof(PIN_MODIFY_STRUCTURE, wPINMaxExtraDigit) + 1], 7);
    assert_int_equal(there.bConfirmPIN, 3);
    assert_int_equal(there.bEntryValidationCondition, 2);
    assert_int_equal(there.bNumberMessage, 3);
    assert_int_equal(out[offsetof(PIN_MODIFY_STRUCTURE, wLangId)], 0x1F);
    assert_int_equal(there.bMsgIndex2, 1);
    assert_int_equal(there.bMsgIndex3, 2);
    assert_int_equal(out[offsetof(PIN_MODIFY_STRUCTURE, ulDataLength)], 5 + 14);
    assert_memory_equal(out + sizeof there, "\x00\x24\x00\x81\x0E", 5);
    for (size_t i = sizeof there + 5; i < length; i++)
        assert_int_equal(out[i], 0xFF);
}

static void test_change_behind_lengths(void **state)
{
    (void)state;
    static const uint8_t command[] = {0x00, 0x24, 0x00, 0x81, 14,   6,    0xFF, 0xFF, 0xFF, 0xFF,
                                      0xFF, 0xFF, 6,    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    uint8_t out[KP_PAD_ORDER_MAX];
    const kp_pad pad = pad_with_all();
    kp_pad_entry entry = entry_of(&change, 6);
    entry.coding = KP_CHANGE_LENGTH_PREFIXED;
    assert_true(kp_pad_can(&pad, &entry));
    assert_int_equal(order(&pad, &entry, out), 24 + sizeof command);
    assert_int_equal(out[5], 1);
    assert_int_equal(out[6], 8);
    assert_memory_equal(out + 24, command, sizeof command);
    entry.digits = 0;
    assert_false(kp_pad_can(&pad, &entry));
}

/* A row whose PINs are padded to eight bytes: the reader lays the digits over the padding. */
static void test_padded_pins(void **state)
{
    (void)state;
    static const uint8_t command[] = {0x00, 0x24, 0x00, 0x81, 16,   0xEE, 0xEE,
                                      0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE,
                                      0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE, 0xEE};
    uint8_t out[KP_PAD_ORDER_MAX];
    kp_pad pad = pad_with_all();
    kp_pad_entry entry = entry_of(&change, 0);
    entry.block = 8;
    entry.filler = 0xEE;
    pad.quirks = KAMUPIN_PAD_FIXED_LENGTH | KAMUPIN_PAD_BARE_HEADER;
    assert_false(kp_pad_can(&pad, &entry)); /* twelve digits do not fit */
    entry.min_digits = 4;
    entry.max_digits = 8;
    assert_true(kp_pad_can(&pad, &entry));
    assert_int_equal(order(&pad, &entry, out), 24 + sizeof command);
    assert_int_equal(out[3], 8);
    assert_int_equal(out[6], 8);
    assert_int_equal(out[7], 8);
    assert_int_equal(out[8], 4);
    assert_memory_equal(out + 24, command, sizeof command);
    entry.coding = KP_CHANGE_LENGTH_PREFIXED;
    assert_false(kp_pad_can(&pad, &entry));
}

static void test_orders_out_of_bounds(void **state)
{
    (void)state;
    uint8_t out[KP_PAD_ORDER_MAX];
    size_t length = 0;
    const kp_pad pad = pad_with_all();
    kp_pad_entry entry = entry_of(&change, 12);
    entry.coding = KP_CHANGE_LENGTH_PREFIXED;
    size_t whole = order(&pad, &entry, out);
    for (size_t room = 0; room < whole; room++)
        assert_false(kp_pad_order(&pad, &entry, out, room, &length));
    entry.timeout_seconds = 256;
    assert_false(kp_pad_order(&pad, &entry, out, sizeof out, &length));
    entry.timeout_seconds = 0;
    assert_false(kp_pad_order(&pad, &entry, out, sizeof out, &length));
    entry = entry_of(&verify, 16);
    assert_false(kp_pad_order(&pad, &entry, out, sizeof out, &length));
    entry = entry_of(&verify, 0);
    entry.max_digits = 16;
    assert_false(kp_pad_order(&pad, &entry, out, sizeof out, &length));
}

static void test_features(void **state)
{
    (void)state;
    static const uint8_t said[] = {0x06, 4,    0x42, 0x33, 0x00, 0x06, 0x07, 4,    0x42,
                                   0x33, 0x00, 0x07, 0,    0,    0x0A, 1,    0xEE, 0xFE,
                                   4,    1,    2,    3,    4,    0,    4,    9,    9,
                                   9,    9,    0x12, 4,    0xF2, 1,    2,    3};
    kp_pad pad = {0};
    kp_pad_parse_features(said, sizeof said, &pad);
    assert_int_equal(pad.code[KP_PAD_VERIFY_DIRECT], 0x42330006);
    assert_int_equal(pad.code[KP_PAD_MODIFY_DIRECT], 0x42330007);
    assert_int_equal(pad.code[KP_PAD_PIN_PROPERTIES], 0);
    assert_int_equal(pad.code[KP_PAD_TLV_PROPERTIES], 0xF2010203);
    assert_true(kp_pad_direct(&pad, false) && kp_pad_direct(&pad, true));
    assert_false(kp_pad_stepwise(&pad, false));
    for (size_t cut = 0; cut < sizeof said; cut++) { /* never read beyond: valgrind and ASan look */
        uint8_t copy[sizeof said];
        memcpy(copy + sizeof copy - cut, said, cut);
        kp_pad_parse_features(copy + sizeof copy - cut, cut, &pad);
        assert_int_equal(pad.code[KP_PAD_VERIFY_DIRECT], cut >= 6 ? 0x42330006 : 0);
    }
}

static void test_properties(void **state)
{
    (void)state;
    static const uint8_t four[] = {0x10, 0x02, 0x07, 0x01};
    static const uint8_t said[] = {
        1,    2,  0x10, 0x02, 3,    1, 0, 6,  1, 4, 7, 1, 8, 8, 4, 'V', '1', 7, 'x', 11,  2, 0xE6,
        0x08, 12, 2,    0x78, 0x34, 9, 0, 10, 9, 1, 2, 3, 4, 5, 6, 7,   8,   9, 7,   200, 1};
    kp_pad pad = {0};
    kp_pad_parse_pin_properties(four, 3, &pad);
    assert_int_equal(pad.lines, 0);
    kp_pad_parse_pin_properties(four, sizeof four, &pad);
    assert_int_equal(pad.lines, 2);
    assert_int_equal(pad.columns, 16);
    assert_true(pad.second_timeout);
    kp_pad_parse_tlv_properties(said, sizeof said, &pad);
    assert_false(pad.second_timeout);
    assert_int_equal(pad.min_digits, 4);
    assert_int_equal(pad.max_digits, 8);
    assert_int_equal(pad.vendor, 0x08E6);
    assert_int_equal(pad.product, 0x3478);
    assert_string_equal(pad.firmware, "V1"); /* up to what is no text */
}

static void test_quirks(void **state)
{
    (void)state;
    const kamupin_pad_quirks own = {sizeof own, KAMUPIN_PAD_BARE_HEADER, 0, 12};
    kp_pad pad = pad_with_all();
    kp_pad_entry entry = entry_of(&verify, 0);
    uint8_t out[KP_PAD_ORDER_MAX];
    pad.vendor = 0x08E6;
    pad.product = 0x3478;
    pad.max_digits = 10;
    kp_pad_bend(&pad, NULL);
    assert_int_equal(pad.max_digits, 8);
    assert_false(kp_pad_can(&pad, &entry)); /* it wants to be told the length */
    entry.digits = 6;
    assert_true(kp_pad_can(&pad, &entry));
    kp_pad_bend(&pad, &own);
    entry.digits = 0;
    assert_int_equal(pad.max_digits, 12);
    assert_int_equal(pad.min_digits, 4);
    assert_true(kp_pad_can(&pad, &entry));
    assert_int_equal(order(&pad, &entry, out), 19 + 4);
    assert_int_equal(out[15], 4);
    static const unsigned int off[] = {KAMUPIN_PAD_UNUSABLE, KAMUPIN_PAD_NO_CHANGE};
    for (size_t i = 0; i < 2; i++) {
        const kp_pad_entry both[] = {entry_of(&verify, 0), entry_of(&change, 0)};
        pad.quirks = off[i];
        assert_int_equal(kp_pad_can(&pad, &both[0]), i == 1);
        assert_false(kp_pad_can(&pad, &both[1]));
    }
    assert_non_null(kp_pad_row_of(0x25DD, 0x3111));
    assert_null(kp_pad_row_of(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_of_an_open_length),
        cmocka_unit_test(test_modify_by_the_platforms_own_definition),
        cmocka_unit_test(test_change_behind_lengths),
        cmocka_unit_test(test_padded_pins),
        cmocka_unit_test(test_orders_out_of_bounds),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_quirks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
