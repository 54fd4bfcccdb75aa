/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_relay.c: what a service may relay is exactly what the card's row lists; nothing about a PIN
   ever is, whatever a row says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <card/channel.h>
#include <card/relay.h>

static bool parse(const char *bytes, size_t length, kp_command *command)
{
    return kp_relay_parse((const uint8_t *)bytes, length, command);
}

/* Cases 1 to 4 of ISO/IEC 7816-3, and what is none of them. */
static void short_apdus_are_read(void **state)
{
    char long_one[262] = {0x00, (char)0x82, 0x00, (char)0x83, (char)0xFF};
    kp_command command;

    (void)state;
    assert_true(parse("\x00\x84\x00\x00", 4, &command));
    assert_int_equal(command.length, 0);
    assert_int_equal(command.le, KP_LE_NONE);
    assert_true(parse("\x00\x84\x00\x00\x08", 5, &command));
    assert_int_equal(command.le, 8);
    assert_true(parse("\x00\x84\x00\x00\x00", 5, &command));
    assert_int_equal(command.le, KP_LE_MAX);
    assert_true(parse("\x00\x82\x01\x83\x02\xAA\xBB", 7, &command));
    assert_int_equal(command.p1, 0x01);
    assert_int_equal(command.length, 2);
    assert_memory_equal(command.data, "\xAA\xBB", 2);
    assert_int_equal(command.le, KP_LE_NONE);
    assert_true(parse("\x00\x82\x01\x83\x02\xAA\xBB\x10", 8, &command));
    assert_int_equal(command.le, 0x10);
    assert_true(command.secret); /* neither logged nor repeated */
    assert_true(parse(long_one, 261, &command));
    assert_int_equal(command.length, 255);
    assert_false(parse(long_one, 262, &command));
    assert_false(parse("\x00\x84\x00", 3, &command));
    assert_false(parse("\x00\x82\x00\x83\x00\xAA", 6, &command)); /* extended, or nothing */
    assert_false(parse("\x00\x82\x00\x83\x02\xAA", 6, &command));
    assert_false(parse("\x00\x82\x00\x83\x01\xAA\x00\x00", 8, &command));
}

static kp_command header(unsigned int cla, unsigned int ins, unsigned int p1, unsigned int p2)
{
    static const uint8_t data[16] = {0x01};

    return (kp_command){.cla = (uint8_t)cla,
                        .ins = (uint8_t)ins,
                        .p1 = (uint8_t)p1,
                        .p2 = (uint8_t)p2,
                        .data = data,
                        .length = sizeof data,
                        .le = KP_LE_NONE};
}

/* Every header there is: only those of the row pass (protected ones only with the form of one). */
static void every_header_but_the_rows_is_refused(void **state)
{
    const kp_profile *row = kp_profile_by_name("akis-2");
    unsigned int found = 0, costly = 0;

    (void)state;
    for (unsigned int cla = 0; cla < 256; cla++)
        for (unsigned int ins = 0; ins < 256; ins++)
            for (unsigned int p = 0; p < 65536;
                 p += ins == 0x82 || ins == 0x84 || ins == 0xCB ? 1 : 255) {
                const kp_command command = header(cla, ins, p >> 8, p & 0xFF);
                const kp_relay_rule *rule = kp_relay_allows(row, &command);
                found += rule != NULL;
                costly += rule != NULL && rule->costs;
                if (rule != NULL)
                    assert_true(cla == 0x00 && (ins == 0x82 || ins == 0x84 || ins == 0xCB));
            }
    assert_int_equal(found, 4);
    assert_int_equal(costly, 2);
}

static void nothing_about_a_pin_whatever_the_row_says(void **state)
{
    static const uint8_t about[] = {0x20, 0x21, 0x24, 0x25, 0x26, 0x28,
                                    0x2C, 0x2D, 0xC2, 0xC3, 0x09, 0x10};
    static const uint8_t classes[] = {0x00, 0x0C, 0x80, 0x8C};

    (void)state;
    for (size_t i = 0; i < sizeof about; i++)
        for (size_t j = 0; j < sizeof classes; j++) {
            kp_profile row = *kp_profile_by_name("akis-2");
            const kp_command command = header(classes[j], about[i], 0x02, 0x81);
            row.relay[0] = (kp_relay_rule){classes[j], about[i], 0x02, 0x81, false};
            assert_null(kp_relay_allows(&row, &command));
            assert_false(kp_relay_may_be(&row.relay[0]));
        }
}

static void no_row_that_says_nothing_relays(void **state)
{
    const kp_command challenge = header(0x00, 0x84, 0x00, 0x00);

    (void)state;
    assert_null(kp_relay_allows(kp_profile_by_name("akis-1"), &challenge));
    assert_int_equal(kp_profile_proof(kp_profile_by_name("akis-1"), KP_OP_RESET_BY_RELAY),
                     KP_UNKNOWN);
    assert_int_equal(kp_profile_proof(kp_profile_by_name("akis-2"), KP_OP_RESET_BY_RELAY),
                     KP_CANDIDATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_apdus_are_read),
        cmocka_unit_test(every_header_but_the_rows_is_refused),
        cmocka_unit_test(nothing_about_a_pin_whatever_the_row_says),
        cmocka_unit_test(no_row_that_says_nothing_relays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
