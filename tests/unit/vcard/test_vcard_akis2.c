// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The AKİS v2.x personality and the ID card, command by command.
#include "vcard_fixture.h"

#define COUNTERS(n) "00CB3FFF0A4D087006BF81" n "02A08000"

static void selection(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "file 3D00/2F10 3003020105\nfile 2F00 AA\n");
    expect(f, "00A40000023F0000", "6F0A82013883023F008A01059000");
    expect(f, "00A40100023D1000", "6A82");
    expect(f, "00A40100023D0000", "6F1382013883023D008407504B43532D31358A01059000");
    expect(f, "00A40200022F1000", "6F0E8002000582010183022F108A01059000");
    expect(f, "00B0000005", "30030201059000");
    expect(f, "00A40200022F1100", "6A82");
    expect(f, "00A4020002300000", "6A82");
    expect(f, "00B0000005", "30030201059000"); // what is not found changes nothing
    expect(f, "00A4040007504B43532D3135", "9000");
    expect(f, "00B0000005", "6986");
    expect(f, "00A4040007504B43532D3136", "6A82");
    expect(f, "00A40804043D002F1000", "620E8002000582010183022F108A01059000");
    expect(f, "00A4080C063F003D002F10", "9000");
    expect(f, "00A40800022F0000", "6F0E8002000182010183022F008A01059000");
    expect(f, "00A40100022F00", "6A82"); // an EF is not a DF
    expect(f, "00A40200023D00", "6A82"); // nor the other way about
    expect(f, "00A40003023D00", "6A86");
    expect(f, "00A40300023D00", "6A86");
    expect(f, "00A40000033D0000", "6700");
    expect(f, "00A40800033D002F", "6700");
    fixture_free(f);
}

static void answer_of_3d10(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "answer.3d10 6982\n");
    expect(f, "00A40100023D10", "6982");
    expect(f, "00A40000023D10", "6982");
    expect(f, "00A40800023D10", "6982");
    expect(f, SELECT_APPLICATION, "9000");
    fixture_free(f);
}

static void the_id_card_has_it_all(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new("kamupin-vcard 1\npersonality idcard\natr " AKIS2_ATR
                                    "\npin.value 313233343536\nfile 3D10/3D20/2F1A 3031\n");
    expect(f, "00A40100023D10", "9000");
    expect(f, "00A40100023D20", "9000");
    expect(f, "00A40200022F1A", "9000");
    expect(f, "00B0000002", "30319000");
    expect(f, "00A40000023F00", "9000");
    expect(f, "00A40100023D01", "9000");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, WRONG_PIN, "63C2"); // nothing shields it: a program has to
    fixture_free(f);
}

static void reading(void **unused)
{
    char state[2048] = AKIS2_STATE "file 3D00/2F10 ";
    char answer[2 * (VC_REPLY_MAX + 2) + 1];
    (void)unused;
    for (int i = 0; i < 300; i++)
        strcat(state, i == 299 ? "7F" : "01");
    strcat(state, "\n");
    struct fixture *f = fixture_new(state);
    expect(f, "00A4080C043D002F10", "9000");
    transmit(f, "00B0000000", answer);
    assert_int_equal(strlen(answer), 2 * (244 + 2)); // the limit, though 256 were asked for
    transmit(f, "00B00000F4", answer);
    assert_int_equal(strlen(answer), 2 * (244 + 2));
    expect(f, "00B00000F5", "6700");
    expect(f, "00B0012B01", "7F9000");
    expect(f, "00B0012B02", "7F6282");
    expect(f, "00B0012B00", "7F9000");
    expect(f, "00B0012C01", "6B00");
    expect(f, "00B0810001", "6A81");
    fixture_free(f);
}

static void verifying(void **unused)
{
    struct vc_state disk;
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, RIGHT_PIN, "6A88"); // the application is not selected
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "00200081", "6A80"); // empty: no counter is told, no try is spent
    expect(f, "0020008100", "6A80");
    expect(f, COUNTERS("01"), "700CBF810108A0069A01039B01039000");
    expect(f, "00200081063132333435", "6700"); // Lc says more than there is
    expect(f, "0020008006313233343536", "6A88");
    expect(f, "0020018106313233343536", "6A86");
    expect(f, WRONG_PIN, "63C2");
    from_disk(f, &disk);
    assert_int_equal(disk.pin.counter.tries, 2);
    vc_state_clear(&disk);
    expect(f, "002000810131", "63C1"); // a wrong length is as wrong
    expect(f, COUNTERS("01"), "700CBF810108A0069A01039B01019000");
    assert_false(f->card.session.pin_verified);
    expect(f, RIGHT_PIN, "9000");
    assert_true(f->card.session.pin_verified);
    expect(f, COUNTERS("01"), "700CBF810108A0069A01039B01039000");
    expect(f, SELECT_APPLICATION, "9000"); // selecting it again logs out
    assert_false(f->card.session.pin_verified);
    expect(f, WRONG_PIN, "63C2");
    expect(f, WRONG_PIN, "63C1");
    expect(f, WRONG_PIN, "63C0");
    expect(f, RIGHT_PIN, "6983");
    from_disk(f, &disk);
    assert_int_equal(disk.pin.counter.tries, 0);
    vc_state_clear(&disk);
    fixture_free(f);
}

static void changing(void **unused)
{
    struct vc_state disk;
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002400810C393939393939313131313131", "63C2");
    expect(f, "002400810731323334353631", "63C1"); // a new one too short
    expect(f, "002400810C313233343536313131313131", "9000");
    expect(f, RIGHT_PIN, "63C2");
    expect(f, "0020008106313131313131", "9000");
    expect(f, "002400810C313131313131313131313131", "9000"); // the same one again
    expect(f, "0024018106313131313131", "6A86");
    expect(f, "002400820C313131313131313131313131", "6A88");
    from_disk(f, &disk);
    assert_int_equal(disk.pin.counter.tries, 3);
    assert_memory_equal(disk.pin.value.data, "111111", 6);
    vc_state_clear(&disk);
    fixture_free(f);
}

static void resetting_with_the_puk(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "pin.tries 0\npuk.uses 2\n");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, RIGHT_PIN, "6983");
    expect(f, "002C00810E3837363534333231323232323232", "9000");
    expect(f, "0020008106323232323232", "9000");
    assert_int_equal(f->card.state.puk_uses, 1);
    assert_int_equal(f->card.state.puk.counter.tries, 3);
    expect(f, "002C00810E3837363534333231333333333333", "9000"); // its last use, though right
    expect(f, "002C00810E3837363534333231343434343434", "6983");
    expect(f, COUNTERS("02"), "700CBF810208A0069A01039B01009000");
    expect(f, "0020008106333333333333", "9000"); // dead to resets, not to the PIN
    fixture_free(f);
}

static void the_puk_alone_leaves_the_pin_as_it_is(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "pin.tries 0\npuk.uses 2\n");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002C01810E3837363534333231323232323232", "63C2"); // more than the PUK
    assert_int_equal(f->card.state.puk_uses, 1);
    assert_int_equal(f->card.state.pin.counter.tries, 0);
    expect(f, "002C0181083837363534333231", "9000");
    assert_int_equal(f->card.state.puk_uses, 0);
    assert_int_equal(f->card.state.pin.counter.tries, 3);
    expect(f, RIGHT_PIN, "9000");
    fixture_free(f);
}

static void the_card_dies_of_three_wrong_puks(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002C00810E3939393939393939323232323232", "63C2");
    expect(f, "002C008109383736353433323131", "63C1");
    expect(f, "00200082083939393939393939", "63C0");
    expect(f, "002C00810E3837363534333231323232323232", "6983");
    expect(f, "00200082083837363534333231", "6983");
    expect(f, "002C028106323232323232", "6984");
    fixture_free(f);
}

static void resetting_needs_a_right(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "pin.tries 0\n");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002C028106323232323232", "6982");
    expect(f, "00200082083837363534333231", "9000"); // by the PUK
    expect(f, "002C02810131", "6A80");
    expect(f, "002C028106323232323232", "9000");
    expect(f, "002C028106343434343434", "6982"); // one right, one reset
    expect(f, "0020008106323232323232", "9000");
    expect(f, "00200082083837363534333231", "9000");
    expect(f, "00A40000023F00", "9000");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "002C028106343434343434", "6982"); // leaving the application ends the right
    expect(f, "002C048106343434343434", "6A86");
    fixture_free(f);
}

static void a_pin_that_was_never_set(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new("kamupin-vcard 1\npersonality akis2\natr " AKIS2_ATR
                                    "\npuk.value 3837363534333231\n");
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, COUNTERS("01"), "6A88");
    expect(f, COUNTERS("02"), "700CBF810208A0069A01039B01039000");
    expect(f, RIGHT_PIN, "6A88");
    expect(f, "002400810C313233343536313131313131", "6A88");
    expect(f, "00200082083837363534333231", "9000");
    expect(f, "002C028106313233343536", "9000");
    expect(f, COUNTERS("01"), "700CBF810108A0069A01039B01039000");
    expect(f, RIGHT_PIN, "9000");
    fixture_free(f);
}

static void counters_are_asked_in_one_form(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, COUNTERS("01"), "6A88"); // not in the application
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, COUNTERS("03"), "6A88");
    expect(f, "00CB3FFF0A4D087006BF810102A08100", "6A80");
    expect(f, "00CB3FFF094D087006BF810102A000", "6A80");
    expect(f, "00CB00FF0A4D087006BF810102A08000", "6A88");
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(selection),
        cmocka_unit_test(answer_of_3d10),
        cmocka_unit_test(the_id_card_has_it_all),
        cmocka_unit_test(reading),
        cmocka_unit_test(verifying),
        cmocka_unit_test(changing),
        cmocka_unit_test(resetting_with_the_puk),
        cmocka_unit_test(the_puk_alone_leaves_the_pin_as_it_is),
        cmocka_unit_test(the_card_dies_of_three_wrong_puks),
        cmocka_unit_test(resetting_needs_a_right),
        cmocka_unit_test(a_pin_that_was_never_set),
        cmocka_unit_test(counters_are_asked_in_one_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
