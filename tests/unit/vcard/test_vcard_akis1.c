// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The AKİS v1.0 personality, by the facts that its published driver gave.
#include "vcard_fixture.h"

#define SELECT_1   "00A40000023D00"
#define RIGHT_1    "0020008006313233343536"
#define WRONG_1    "0020008006393939393939"
#define FCI(state) "6F118002010082013883023D008A01059001" state "9000"

static void selection(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE "file 3D00/2F10 3003020105\nfile 5015/5031 00\n");
    expect(f, "00A40000023F0000",
           "6F118002010082013883023F008A010590011290"
           "00");
    expect(f, "00A40200023D0000", "6A82"); // a DF is not found as an EF
    expect(f, "00A40000023D0000", FCI("12"));
    expect(f, "00A40000022F1000", "6A82"); // nor the other way about
    expect(f, "00A40200022F1000", "6F118002000582010183022F108A01059001129000");
    expect(f, "00B0000005", "30030201059000");
    expect(f, "00A40800063F003D002F10", "9000");
    expect(f, "00A40800043D002F10", "9000");
    expect(f, "00A40800045015503100",
           "6F118002000182010183025031"
           "8A01059001129000");
    expect(f, "00A4040007504B43532D3135", "6A82"); // no names on this generation
    expect(f, "00A40100023D00", "6A86");
    expect(f, "00A4000C023F00", "6A86");
    expect(f, "00A40000033F0000", "6700");
    fixture_free(f);
}

static void serial_and_life_cycle(void **unused)
{
    char answer[2 * VC_REPLY_MAX + 5];
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE);
    transmit(f, "00CA01064D", answer);
    assert_int_equal(strlen(answer), 2 * (77 + 2));
    assert_memory_equal(answer + 2 * 55, "0102030405060708090A0B0C", 24);
    transmit(f, "00CA01040A", answer);
    assert_int_equal(strlen(answer), 2 * (10 + 2));
    assert_memory_equal(answer + 2 * 6, "A5", 2);
    f->card.state.creation = 1;
    transmit(f, "00CA01040A", answer);
    assert_memory_equal(answer + 2 * 6, "A0", 2);
    expect(f, "00CA010604", "6C4D");
    expect(f, "00CA010704", "6A88");
    fixture_free(f);
}

static void the_security_byte_tells_of_the_pin(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE);
    expect(f, SELECT_1 "00", FCI("12"));
    expect(f, WRONG_1, "63C2");
    expect(f, SELECT_1 "00", "6A82"); // from the MF only
    expect(f, "00A40000023F00", "9000");
    expect(f, SELECT_1 "00", FCI("52"));
    expect(f, WRONG_1, "63C1");
    expect(f, "00A40800023D0000", FCI("92"));
    expect(f, WRONG_1, "63C0");
    expect(f, RIGHT_1, "6983");
    expect(f, "00A40800023D0000", FCI("D2"));
    f->card.state.pin.value.len = 0;
    expect(f, "00A40800023D0000", FCI("1A"));
    expect(f, RIGHT_1, "6A88");
    fixture_free(f);
}

static void verify_and_logout(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE);
    expect(f, RIGHT_1, "6A88");                      // it is the application's PIN
    expect(f, "00200000083837363534333231", "9000"); // the PUK is the MF's
    expect(f, SELECT_1, "9000");
    expect(f, "00200000083837363534333231", "6A88");
    expect(f, "00200080", "6A80");
    expect(f, RIGHT_1, "9000");
    assert_true(f->card.session.pin_verified);
    expect(f, "801A0000", "9000");
    assert_false(f->card.session.pin_verified);
    expect(f, "801A0001", "6A86");
    fixture_free(f);
}

static void change_with_lengths(void **unused)
{
    struct vc_state disk;
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE);
    expect(f, "002402000E0631323334353606323232323232", "6A88");
    expect(f, SELECT_1, "9000");
    expect(f, "002402000E0639393939393906323232323232", "63C2");
    expect(f, "002402000C313233343536323232323232", "63C1"); // lengths that do not add up
    expect(f, "002402000E0631323334353606323232323232", "9000");
    expect(f, "0020008006323232323232", "9000");
    from_disk(f, &disk);
    assert_memory_equal(disk.pin.value.data, "222222", 6);
    assert_int_equal(disk.pin.counter.tries, 3);
    vc_state_clear(&disk);
    expect(f, "002400800C323232323232333333333333", "6A86"); // the form of later generations
    expect(f, "00240200020600", "63C2");
    expect(f, "002402000108", "63C1");
    fixture_free(f);
}

static void unknown_and_forbidden(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS1_STATE);
    expect(f, "002C00800E3837363534333231323232323232", "6D00");
    expect(f, "008200831000000000000000000000000000000000", "6D00");
    expect(f, "80090002", "6982");
    expect(f, "8010000002AAAA", "6982");
    expect(f, "80990000", "6D00");
    fixture_free(f);
}

static void listing(void **unused)
{
    (void)unused;
    struct fixture *f =
        fixture_new(AKIS1_STATE "file 3D00/2F10 00\nfile 3D00/2F11 00\nfile 2F00 00\n");
    expect(f, "8018000000",
           "3D3D000000000000000000000000000000000000"
           "2F2F000000000000000000000000000000000000"
           "9000");
    expect(f, SELECT_1, "9000");
    expect(f, "8018000000",
           "2F2F100000000000000000000000000000000000"
           "2F2F110000000000000000000000000000000000"
           "9000");
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection),
        cmocka_unit_test(serial_and_life_cycle),
        cmocka_unit_test(the_security_byte_tells_of_the_pin),
        cmocka_unit_test(verify_and_logout),
        cmocka_unit_test(change_with_lengths),
        cmocka_unit_test(unknown_and_forbidden),
        cmocka_unit_test(listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
