/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Commands as bytes, and what status words say. The expected bytes are ISO/IEC 7816-4's four cases,
   written by hand. */
#include <card/apdu.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect(const kp_command *command, const char *bytes, size_t length)
{
    uint8_t out[261];
    size_t got = 0;
    assert_true(kp_command_encode(command, out, sizeof out, &got));
    assert_int_equal(got, length);
    assert_memory_equal(out, bytes, length);
}

static void test_the_four_cases(void **state)
{
    (void)state;
    const uint8_t data[] = {0x3F, 0x00};
    kp_command command = {.cla = 0x80, .ins = 0x1A, .le = KP_LE_NONE};
    expect(&command, "\x80\x1A\x00\x00", 4);
    command.le = 0x4D;
    expect(&command, "\x80\x1A\x00\x00\x4D", 5);
    command = (kp_command){.ins = 0xA4, .data = data, .length = 2, .le = KP_LE_NONE};
    expect(&command, "\x00\xA4\x00\x00\x02\x3F\x00", 7);
    command.le = KP_LE_MAX;
    expect(&command, "\x00\xA4\x00\x00\x02\x3F\x00\x00", 8);
}

static void test_bounds(void **state)
{
    (void)state;
    uint8_t data[256] = {0}, out[261];
    size_t length = 0;
    kp_command command = {.ins = 0xA4, .data = data, .length = 255, .le = KP_LE_MAX};
    assert_true(kp_command_encode(&command, out, sizeof out, &length));
    assert_int_equal(length, 261);
    assert_false(kp_command_encode(&command, out, 260, &length));
    command.length = 256;
    assert_false(kp_command_encode(&command, out, sizeof out, &length));
    command = (kp_command){.ins = 0xB0, .le = 0};
    assert_false(kp_command_encode(&command, out, sizeof out, &length));
    command.le = 257;
    assert_false(kp_command_encode(&command, out, sizeof out, &length));
    command = (kp_command){.ins = 0xA4, .data = NULL, .length = 2, .le = KP_LE_NONE};
    assert_false(kp_command_encode(&command, out, sizeof out, &length));
}

static void test_status_words(void **state)
{
    (void)state;
    assert_int_equal(kp_sw_tries_left(0x63C2), 2);
    assert_int_equal(kp_sw_tries_left(0x63C0), 0);
    assert_int_equal(kp_sw_tries_left(0x6983), 0);
    assert_int_equal(kp_sw_tries_left(0x6984), 0);
    assert_int_equal(kp_sw_tries_left(0x6300), -1);
    assert_int_equal(kp_sw_tries_left(0x9000), -1);
    assert_true(kp_sw_blocked(0x6983));
    assert_true(kp_sw_blocked(0x6984));
    assert_true(kp_sw_blocked(0x63C0));
    assert_false(kp_sw_blocked(0x63C1));
    assert_false(kp_sw_blocked(0x6982));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_four_cases),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_status_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
