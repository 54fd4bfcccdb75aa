// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// That a try is on disk before the value is compared, whatever the value: pin.c is compiled here
// once more, under other names, with a spy in the place of the disk.
#define vc_state_save       spied_save
#define vc_is_dead          spied_is_dead
#define vc_counter_spend    spied_counter_spend
#define vc_verify           spied_verify
#define vc_change           spied_change
#define vc_change_joined    spied_change_joined
#define vc_reset_with_puk   spied_reset_with_puk
#define vc_reset_with_right spied_reset_with_right
#include "vcard_fixture.h"

#include "pin.c"

struct spy {
    char path[8]; // what the card takes for the path of its file: so save finds its spy
    unsigned saves;
    unsigned fail_at;       // which save fails, 0: none
    struct vc_state first;  // what the first save held
    struct vc_state latest; // what the disk holds: the latest save that did not fail
};

bool vc_state_save(const struct vc_state *state, const char *path)
{
    struct spy *spy = (struct spy *)(uintptr_t)path;
    spy->saves++;
    if (spy->saves == 1)
        spy->first = *state;
    if (spy->saves == spy->fail_at)
        return false;
    spy->latest = *state;
    return true;
}

static struct vc_reference reference(const char *value, unsigned tries)
{
    struct vc_reference r = {.counter = {.tries = tries, .max = 3}};
    r.value.len = strlen(value);
    memcpy(r.value.data, value, r.value.len);
    return r;
}

static void prepare(struct vc_card *card, struct spy *spy, unsigned fail_at)
{
    memset(card, 0, sizeof *card);
    memset(spy, 0, sizeof *spy);
    spy->fail_at = fail_at;
    card->state_path = spy->path;
    card->state.pin = reference("123456", 2);
    card->state.puk = reference("87654321", 3);
    card->state.puk_uses = 5;
}

static struct vc_apdu command(const char *data)
{
    return (struct vc_apdu){.data = (const uint8_t *)data, .lc = strlen(data)};
}

static uint16_t verify(struct vc_card *card, const char *pin)
{
    struct vc_apdu apdu = command(pin);
    return vc_verify(card, &card->state.pin, &card->session.pin_verified, &apdu);
}

static uint16_t change(struct vc_card *card, const char *both)
{
    struct vc_apdu apdu = command(both);
    return vc_change_joined(card, &card->state.pin, &apdu);
}

static uint16_t reset(struct vc_card *card, const char *both)
{
    struct vc_apdu apdu = command(both);
    return vc_reset_with_puk(card, &apdu, true);
}

static void a_right_value_spends_first_too(void **unused)
{
    struct vc_card card;
    struct spy spy;
    (void)unused;
    prepare(&card, &spy, 0);
    assert_int_equal(verify(&card, "123456"), 0x9000);
    assert_int_equal(spy.saves, 2);
    assert_int_equal(spy.first.pin.counter.tries, 1);
    assert_int_equal(spy.latest.pin.counter.tries, 3);
    prepare(&card, &spy, 0);
    assert_int_equal(change(&card, "123456222222"), 0x9000);
    assert_int_equal(spy.saves, 2);
    assert_int_equal(spy.first.pin.counter.tries, 1);
    assert_memory_equal(spy.first.pin.value.data, "123456", 6);
    assert_memory_equal(spy.latest.pin.value.data, "222222", 6);
    prepare(&card, &spy, 0);
    assert_int_equal(reset(&card, "87654321222222"), 0x9000);
    assert_int_equal(spy.first.puk.counter.tries, 2);
    assert_int_equal(spy.first.puk_uses, 4);
    assert_memory_equal(spy.first.pin.value.data, "123456", 6);
    assert_int_equal(spy.latest.puk.counter.tries, 3);
    assert_int_equal(spy.latest.puk_uses, 4);
    assert_int_equal(spy.latest.pin.counter.tries, 3);
}

static void without_the_first_save_nothing_is_compared(void **unused)
{
    struct vc_card card;
    struct spy spy;
    (void)unused;
    prepare(&card, &spy, 1);
    assert_int_equal(verify(&card, "123456"), 0x6581);
    assert_int_equal(spy.saves, 1);
    assert_false(card.session.pin_verified);
    prepare(&card, &spy, 1);
    assert_int_equal(change(&card, "123456222222"), 0x6581);
    assert_memory_equal(card.state.pin.value.data, "123456", 6);
    prepare(&card, &spy, 1);
    assert_int_equal(reset(&card, "87654321222222"), 0x6581);
    assert_memory_equal(card.state.pin.value.data, "123456", 6);
}

static void without_the_second_save_there_is_no_success(void **unused)
{
    struct vc_card card;
    struct spy spy;
    (void)unused;
    prepare(&card, &spy, 2);
    assert_int_equal(verify(&card, "123456"), 0x6581);
    assert_false(card.session.pin_verified);
    assert_int_equal(spy.latest.pin.counter.tries, 1);
    prepare(&card, &spy, 2);
    assert_int_equal(change(&card, "123456222222"), 0x6581);
    assert_memory_equal(spy.latest.pin.value.data, "123456", 6);
    assert_memory_equal(card.state.pin.value.data, "123456", 6); // memory and disk agree
    assert_int_equal(card.state.pin.counter.tries, 1);
}

static void a_wrong_value_is_saved_once(void **unused)
{
    struct vc_card card;
    struct spy spy;
    (void)unused;
    prepare(&card, &spy, 0);
    assert_int_equal(verify(&card, "654321"), 0x63C1);
    assert_int_equal(spy.saves, 1);
    assert_int_equal(spy.latest.pin.counter.tries, 1);
    assert_int_equal(verify(&card, "654321"), 0x63C0);
    assert_int_equal(verify(&card, "123456"), 0x6983);
    assert_int_equal(spy.saves, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_value_spends_first_too),
        cmocka_unit_test(without_the_first_save_nothing_is_compared),
        cmocka_unit_test(without_the_second_save_there_is_no_success),
        cmocka_unit_test(a_wrong_value_is_saved_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
