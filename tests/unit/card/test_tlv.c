/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The TLV cursor on good and on hostile bytes. Inputs are copied to memory of exactly their length,
   so that a sanitizer sees a step too far. */
#include <card/tlv.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t *exactly(const char *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

static void test_walks_and_descends(void **state)
{
    (void)state;
    static const char bytes[] = "\x00\xFF\x70\x0C\xBF\x81\x01\x08\xA0\x06\x9A\x01\x03\x9B\x01\x02"
                                "\x00\x5F\x20\x81\x01\x7F";
    uint8_t *data = exactly(bytes, sizeof bytes - 1);
    kp_tlv top = kp_tlv_over(data, sizeof bytes - 1);
    uint32_t number = 0;
    assert_true(kp_tlv_next(&top));
    assert_int_equal(top.tag, 0x70);
    assert_int_equal(top.length, 12);
    kp_tlv object = kp_tlv_inside(&top);
    assert_true(kp_tlv_next(&object));
    assert_int_equal(object.tag, 0xBF8101);
    kp_tlv inside = kp_tlv_inside(&object);
    assert_true(kp_tlv_find(&inside, 0xA0));
    inside = kp_tlv_inside(&inside);
    assert_true(kp_tlv_find(&inside, 0x9B));
    assert_true(kp_tlv_number(&inside, &number));
    assert_int_equal(number, 2);
    assert_true(kp_tlv_next(&top));
    assert_int_equal(top.tag, 0x5F20);
    assert_true(kp_tlv_number(&top, &number));
    assert_int_equal(number, 0x7F);
    assert_false(kp_tlv_next(&top));
    assert_false(top.broken);
    free(data);
}

static void test_long_lengths(void **state)
{
    (void)state;
    static char bytes[70000];
    memcpy(bytes, "\x53\x83\x01\x00\x00", 5);
    uint8_t *data = exactly(bytes, 5 + 0x10000);
    kp_tlv top = kp_tlv_over(data, 5 + 0x10000);
    assert_true(kp_tlv_next(&top));
    assert_int_equal(top.length, 0x10000);
    top = kp_tlv_over(data, 5 + 0x10000 - 1);
    assert_false(kp_tlv_next(&top));
    assert_true(top.broken);
    free(data);
}

/* As a CRL may have it, and no card: what three bytes can say is said by three (X.690, 10.1). */
static void test_a_length_of_four_bytes(void **state)
{
    (void)state;
    const size_t sizes[] = {0x1000000, 0xFFFFFF};
    uint8_t *data = calloc(1, 6 + sizes[0]);
    assert_non_null(data);
    for (size_t i = 0; i < 2; i++) {
        const uint8_t head[] = {0x30,
                                0x84,
                                (uint8_t)(sizes[i] >> 24),
                                (uint8_t)(sizes[i] >> 16),
                                (uint8_t)(sizes[i] >> 8),
                                (uint8_t)sizes[i]};
        memcpy(data, head, sizeof head);
        kp_tlv top = kp_tlv_over(data, 6 + sizes[i]);
        assert_int_equal(kp_tlv_next(&top), i == 0);
        assert_int_equal(top.length, i == 0 ? sizes[i] : 0);
        assert_int_equal(top.broken, i != 0);
    }
    free(data);
}

static void test_malformed_is_refused_and_stays_so(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
    } rows[] = {
        {"\x70\x80\x01\x00\x00\x00", 6},         /* indefinite length */
        {"\x70\x85\x00\x00\x00\x00\x01\x01", 8}, /* a length of five bytes */
        {"\x70\x84\x00\x00\x00\x01\x01", 7},     /* of four, the first of which says nothing */
        {"\x70\x84\xFF\xFF\xFF\xFF\x00", 7},     /* as long as it can be said */
        {"\x70\x05\x01\x02", 4},                 /* beyond the end */
        {"\x70\x82\x01", 3},                     /* a length cut short */
        {"\x70\x81", 2},                         /* the same */
        {"\x70", 1},                             /* no length */
        {"\xBF", 1},                             /* a tag cut short */
        {"\xBF\x81", 2},                         /* the same */
        {"\xBF\x81\x81\x01\x01\x00", 6},         /* a tag of four bytes */
        {"\x70\x83\xFF\xFF\xFF\x00", 6},         /* as long as three bytes can say */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t *data = exactly(rows[i].bytes, rows[i].length);
        kp_tlv at = kp_tlv_over(data, rows[i].length);
        assert_false(kp_tlv_next(&at));
        assert_true(at.broken);
        assert_null(at.value);
        assert_false(kp_tlv_next(&at));
        assert_false(kp_tlv_find(&at, 0x01));
        free(data);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    uint8_t *data = exactly("\x80\x00\x80\x04\xFF\xFF\xFF\xFF\x80\x05\x01\x01\x01\x01\x01", 15);
    kp_tlv at = kp_tlv_over(data, 15);
    uint32_t number = 7;
    assert_true(kp_tlv_next(&at));
    assert_false(kp_tlv_number(&at, &number));
    assert_true(kp_tlv_next(&at));
    assert_true(kp_tlv_number(&at, &number));
    assert_int_equal(number, 0xFFFFFFFF);
    assert_true(kp_tlv_next(&at));
    assert_false(kp_tlv_number(&at, &number));
    free(data);
}

static void test_nothing(void **state)
{
    (void)state;
    uint8_t *data = exactly("\x00\x00\xFF", 3);
    kp_tlv at = kp_tlv_over(data, 3);
    assert_false(kp_tlv_next(&at));
    assert_false(at.broken);
    at = kp_tlv_over(NULL, 0);
    assert_false(kp_tlv_next(&at));
    assert_false(at.broken);
    free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walks_and_descends),
        cmocka_unit_test(test_long_lengths),
        cmocka_unit_test(test_a_length_of_four_bytes),
        cmocka_unit_test(test_malformed_is_refused_and_stays_so),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
