// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The frame around the virtual card's commands: cases and lengths, classes, 61xx and 6Cxx; the
// fault rules; the masking of the log; the contact that breaks.
#include "apdulog.h"
#include "machine.h"
#include "rules.h"
#include "vcard_fixture.h"

#include <poll.h>
#include <sys/socket.h>

static void classes_and_lengths(void **unused)
{
    char longest[2 * (5 + 245) + 1] = "00A40800F5";
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, "00A4", "6700");
    expect(f, "00A4000003AAAA", "6700");
    expect(f, "00A4000002AAAAAAAA", "6700");
    expect(f, "00200081000006313233343536", "6700"); // extended length
    expect(f,
           "10A4000002"
           "3F00",
           "6884");
    expect(f,
           "0CA4000002"
           "3F00",
           "6882");
    expect(f,
           "01A4000002"
           "3F00",
           "6881");
    expect(f,
           "80A4000002"
           "3F00",
           "6E00");
    expect(f,
           "FFA4000002"
           "3F00",
           "6E00");
    expect(f, "00EE0000", "6D00");
    for (size_t i = 10; i < sizeof longest - 1; i++)
        longest[i] = '0';
    expect(f, longest, "6700"); // 245 bytes, one beyond the limit
    fixture_free(f);
}

static void a_chain_spends_no_try(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    expect(f, SELECT_APPLICATION, "9000");
    expect(f, "1020008103393939", "6884");
    assert_int_equal(f->card.state.pin.counter.tries, 3);
    fixture_free(f);
}

static void answers_that_wait(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "reply 61xx on\nfile 3D00/2F10 0102\n");
    expect(f, "00C0000001", "6985");
    expect(f, "00A40000023F0000", "610C");
    expect(f, "00C000000D", "6C0C");
    expect(f, "00C0000004", "6F0A82016108");
    expect(f, "00C0000000", "3883023F008A01059000");
    expect(f, "00C0000000", "6985");
    expect(f, "00A40000023F00", "610C"); // without Le too
    expect(f, "00840000", "6700");
    expect(f, "00C000000C", "6985"); // any other command drops it
    expect(f, "00A4080C043D002F10", "9000");
    expect(f, "00B0000002", "01029000"); // no command data, no wait
    fixture_free(f);
}

static void the_exact_length(void **unused)
{
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE "reply 6cxx on\nfile 3D00/2F10 0102\n");
    expect(f, "00A40000023F0000", "6C0C");
    expect(f, "00A40000023F000C", "6F0A82013883023F008A01059000");
    expect(f, "00A40100023D0000", "6C15"); // a wrong Le has entered nothing
    expect(f, "00A40100023D0015", "6F1382013883023D008407504B43532D31358A01059000");
    expect(f, "00A4080C043D002F10", "9000");
    expect(f, "00B0000000", "6C02");
    expect(f, "00B0000005", "6C02");
    expect(f, "00B0000002", "01029000");
    expect(f, "00B0000001", "019000");
    expect(f, "0084000000", "6C08");
    f->card.state.reply_6cxx = 0;
    expect(f, "00A40000023F0004", "6C0C"); // too few is refused in any case
    fixture_free(f);
}

// Whatever comes in, an answer of two bytes or more goes out (and ASan watches the rest).
static void noise_is_answered(void **unused)
{
    static const uint8_t likely[] = {0x20, 0x24, 0x2C, 0x82, 0x84, 0xA4,
                                     0xB0, 0xC0, 0xCA, 0xCB, 0x18};
    static const char *const states[] = {AKIS1_STATE "reply 61xx on\nfile 3D00/2F10 010203\n",
                                         AKIS2_STATE "reply 6cxx on\nfile 3D00/2F10 010203\n"};
    (void)unused;
    for (size_t k = 0; k < sizeof states / sizeof states[0]; k++) {
        uint32_t seed = 1;
        struct fixture *f = fixture_new(states[k]);
        f->card.state_path = "/nonexistent/state"; // no counter moves on disk
        for (unsigned i = 0; i < 50000; i++) {
            uint8_t in[300];
            uint8_t out[VC_REPLY_MAX + 2];
            for (size_t j = 0; j < sizeof in; j++) {
                seed = seed * 1664525 + 1013904223;
                in[j] = (uint8_t)(seed >> 24);
            }
            size_t len = 2 + (in[298] % 8 ? in[299] % 12 : in[299]);
            in[0] &= 0x80;
            in[1] = in[298] % 2 ? likely[in[1] % sizeof likely] : in[1];
            in[2] &= in[297] % 2 ? 0x0F : 0xFF;
            in[4] = in[296] % 2 && len > 5 ? (uint8_t)(len - 5 - in[295] % 2) : in[4];
            uint8_t *exact = malloc(len); // so that a read beyond it is seen
            assert_non_null(exact);
            memcpy(exact, in, len);
            size_t n = vc_card_transmit(&f->card, exact, len, out);
            free(exact);
            assert_in_range(n, 2, sizeof out);
            assert_in_range(out[n - 2], 0x61, 0x90);
        }
        fixture_free(f);
    }
}

static bool add(struct vc_rules *rules, const char *words)
{
    char copy[128];
    strcpy(copy, words);
    return vc_rules_add(rules, copy);
}

static void rules_are_read_strictly(void **unused)
{
    static const char *const bad[] = {
        "",
        "ins=82",
        "ins=82 before",
        "before eject",
        "ins=8 before eject",
        "ins=GG before eject",
        "ins=82 nth=0 before eject",
        "count=0 before eject",
        "count=1 nth=2 before eject",
        "ins=82 before eject now",
        "ins=82 before sw",
        "ins=82 before sw=1234",
        "ins=82 before wait",
        "ins=82 before wait=10",
        "ins=82 after mute=0",
        "ins=82 after eject=1",
        "ins=82 around cut",
        "ins=82 count=1 before eject",
    };
    struct vc_rules rules = {.count = 0};
    (void)unused;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        print_message("'%s'\n", bad[i]);
        assert_false(add(&rules, bad[i]));
    }
    for (size_t i = 0; i < VC_RULES; i++)
        assert_true(add(&rules, "ins=82 before eject"));
    assert_false(add(&rules, "ins=82 before eject")); // no room
}

static void rules_fire_once(void **unused)
{
    struct vc_rules rules = {.count = 0};
    struct vc_rule rule;
    (void)unused;
    assert_true(add(&rules, "ins=82 nth=2 after sw=6F01"));
    assert_true(add(&rules, "count=4 before mute=10"));
    assert_false(vc_rules_due(&rules, 0x82, 1, &rule));
    assert_false(vc_rules_due(&rules, 0xA4, 2, &rule));
    assert_true(vc_rules_due(&rules, 0x82, 3, &rule));
    assert_int_equal(rule.action, VC_SW);
    assert_int_equal(rule.value, 0x6F01);
    assert_false(rule.before);
    assert_true(vc_rules_due(&rules, 0x82, 4, &rule));
    assert_int_equal(rule.action, VC_MUTE);
    assert_int_equal(rule.value, 10);
    assert_true(rule.before);
    assert_false(vc_rules_due(&rules, 0x82, 4, &rule));
    assert_int_equal(rules.count, 0);
    assert_true(add(&rules, "ins=82 after wait"));
    assert_true(vc_rules_due(&rules, 0x82, 5, &rule));
    assert_int_equal(rule.action, VC_WAIT);
    assert_int_equal(rule.value, 0); // until it is let go
}

static void the_log_masks_what_is_secret(void **unused)
{
    static const struct {
        const char *command, *logged;
    } cases[] = {
        {RIGHT_PIN, "0020008106************"},
        {"002000810631323334353600", "0020008106************00"},
        {"002400810431323334", "0024008104********"},
        {"002C02810431323334", "002C028104********"},
        {"0082008302AABB", "0082008302****"},
        {"10200081"
         "0231",
         "1020008102**"}, // refused, but typed in
        {"00210081"
         "023132",
         "0021008102****"},                           // BER-TLV form
        {"002000810000043132", "0020008100********"}, // extended: all of it
        {"0020008100", "0020008100"},
        {"00200081", "00200081"},
        {"00A40000023F00", "00A40000023F00"},
        {"04", "04"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t apdu[64];
        size_t len;
        assert_true(vc_hex_decode(cases[i].command, apdu, sizeof apdu, &len));
        char *masked = vc_log_text(apdu, len, false);
        char *open = vc_log_text(apdu, len, true);
        assert_string_equal(masked, cases[i].logged);
        assert_string_equal(open, cases[i].command);
        free(masked);
        free(open);
    }
}

// A reader as vpcd is one: it listens, and takes the next contact when the one before is gone.
static int listening(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address =
        (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
    assert_int_equal(listen(fd, 0), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
    return fd;
}

static void a_reader_that_looks_at_once_finds_the_next_contact(void **unused)
{
    static const char *const breaks[] = {"ins=A4 before power-cycle", "ins=A4 after power-cycle",
                                         "ins=A4 after cut", "ins=A4 after eject"};
    static const uint8_t select[] = {0, 7, 0, 0xA4, 0, 0, 2, 0x3F, 0};
    (void)unused;
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        uint8_t answer[64];
        struct fixture *f = fixture_new(AKIS2_STATE);
        struct vc_machine *machine = calloc(1, sizeof *machine);
        assert_non_null(machine);
        *machine =
            (struct vc_machine){.card = f->card, .wire.fd = -1, .log.fd = -1, .present = true};
        int reader = listening(&machine->wire.address);
        (void)vc_machine_tick(machine);
        int contact = accept(reader, NULL, NULL);
        assert_true(contact >= 0);
        assert_true(add(&machine->rules, breaks[i]));
        assert_int_equal(send(contact, select, sizeof select, 0), sizeof select);
        vc_machine_readable(machine);
        while (recv(contact, answer, sizeof answer, 0) > 0)
            continue; // until it is seen to be gone
        struct pollfd next = {.fd = reader, .events = POLLIN};
        assert_int_equal(poll(&next, 1, 0), strstr(breaks[i], "eject") ? 0 : 1);
        close(contact);
        close(reader);
        vc_wire_close(&machine->wire);
        free(machine);
        fixture_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes_and_lengths),
        cmocka_unit_test(a_chain_spends_no_try),
        cmocka_unit_test(answers_that_wait),
        cmocka_unit_test(the_exact_length),
        cmocka_unit_test(rules_are_read_strictly),
        cmocka_unit_test(rules_fire_once),
        cmocka_unit_test(the_log_masks_what_is_secret),
        cmocka_unit_test(noise_is_answered),
        cmocka_unit_test(a_reader_that_looks_at_once_finds_the_next_contact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
