// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Challenge and EXTERNAL AUTHENTICATE of the virtual card. The expected cryptogram is NIST's (SP
// 800-38B, AES-256, the 16-byte example), so that the card's arithmetic is not checked by itself.
#include "vcard_fixture.h"

#define MESSAGE      "6BC1BEE22E409F96E93D7E117393172A"
#define AUTHENTICATE "008200831028A7023F452E8F82BD4BF28D8C37C35C"
#define WRONG        "008200831000000000000000000000000000000000"
#define RESET        "002C028106323232323232"

// A challenge that the example knows, in place of the random one.
static void set_challenge(struct fixture *f)
{
    size_t len;
    assert_true(vc_hex_decode(MESSAGE, f->card.session.challenge, VC_CHALLENGE_MAX, &len));
    f->card.session.challenge_len = len;
}

static unsigned tries_on_disk(const struct fixture *f)
{
    struct vc_state disk;
    from_disk(f, &disk);
    unsigned tries = disk.auth.tries;
    vc_state_clear(&disk);
    return tries;
}

static void the_right_answer_gives_one_reset(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "pin.tries 0\nauth.tries 2\n");
    expect(f, SELECT_APPLICATION, "9000");
    set_challenge(f);
    expect(f, AUTHENTICATE, "9000");
    assert_int_equal(tries_on_disk(f), 3);
    expect(f, RESET, "9000");
    expect(f, "0020008106323232323232", "9000");
    expect(f, RESET, "6982");
    expect(f, AUTHENTICATE, "6985"); // the challenge was good for one answer
    fixture_free(f);
}

static void wrong_answers_end_in_a_block(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, WRONG, "6985"); // no challenge, no try
    assert_int_equal(tries_on_disk(f), 3);
    set_challenge(f);
    expect(f, WRONG, "6300");
    assert_int_equal(tries_on_disk(f), 2);
    expect(f, AUTHENTICATE, "6985"); // a wrong answer used the challenge up
    set_challenge(f);
    expect(f, "008200830F28A7023F452E8F82BD4BF28D8C37C3", "6300");
    set_challenge(f);
    expect(f,
           "0082008308"
           "28A7023F452E8F82",
           "6300");
    assert_int_equal(tries_on_disk(f), 0);
    set_challenge(f);
    expect(f, AUTHENTICATE, "6983");
    expect(f, RESET, "6982");
    fixture_free(f);
}

static void other_references_and_dead_cards(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "puk.tries 0\nauth.reference 84\n");
    set_challenge(f);
    expect(f, AUTHENTICATE, "6A88"); // outside the application
    expect(f, SELECT_APPLICATION, "9000");
    set_challenge(f);
    expect(f, AUTHENTICATE, "6A88"); // the key is 84 here
    set_challenge(f);
    expect(f, "008200841028A7023F452E8F82BD4BF28D8C37C35C", "6984"); // and the card dead
    expect(f,
           "00820184"
           "1028A7023F452E8F82BD4BF28D8C37C35C",
           "6A86");
    assert_int_equal(tries_on_disk(f), 3);
    fixture_free(f);
}

static void challenges(void **unused)
{
    char first[2 * VC_REPLY_MAX + 5];
    char second[2 * VC_REPLY_MAX + 5];
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    transmit(f, "0084000000", first);
    assert_int_equal(strlen(first), 2 * (8 + 2));
    transmit(f, "0084000000", second);
    assert_string_not_equal(first, second);
    transmit(f, "0084000020", first);
    assert_int_equal(strlen(first), 2 * (32 + 2));
    assert_int_equal(f->card.session.challenge_len, 32);
    expect(f, "0084000021", "6700");
    assert_int_equal(f->card.session.challenge_len, 0);
    expect(f, "0084000007", "6700");
    expect(f, "00840000", "6700");
    expect(f, "0084010008", "6A86");
    fixture_free(f);
}

static void a_strict_card_forgets_its_challenge(void **unused)
{
    static const char *const others[] = {
        "00A40200022F10", "00B0000001", "00CB3FFF0A4D087006BF810102A08000",
        "00EE0000",       "00C0000001", "00A4",
        "1082008301AA",
    };
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char ignored[2 * VC_REPLY_MAX + 5];
        set_challenge(f);
        transmit(f, others[i], ignored);
        expect(f, AUTHENTICATE, "6985");
    }
    f->card.state.strict = 0;
    set_challenge(f);
    expect(f, "00CB3FFF0A4D087006BF810102A08000", "700CBF810108A0069A01039B01039000");
    expect(f, AUTHENTICATE, "9000");
    set_challenge(f);
    vc_card_reset(&f->card);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, AUTHENTICATE, "6985"); // power does it on any card
    fixture_free(f);
}

static void a_reset_of_the_card_ends_the_right(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    set_challenge(f);
    expect(f, AUTHENTICATE, "9000");
    vc_card_reset(&f->card);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, RESET, "6982");
    fixture_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_right_answer_gives_one_reset),
        cmocka_unit_test(wrong_answers_end_in_a_block),
        cmocka_unit_test(other_references_and_dead_cards),
        cmocka_unit_test(challenges),
        cmocka_unit_test(a_strict_card_forgets_its_challenge),
        cmocka_unit_test(a_reset_of_the_card_ends_the_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
