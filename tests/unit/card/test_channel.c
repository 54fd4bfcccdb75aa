/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   The last place before the wire: what is never sent, what is repeated and what is not, what the
   log shows, and what a lost card becomes. The other end is a script. */
#include "channel_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t digits[] = "12345678";

typedef kp_channel_bench fixture;

static int setup(void **state)
{
    static fixture f;
    kp_channel_bench_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    return kp_channel_bench_close(*state);
}

static kamupin_status send_bytes(fixture *f, uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2,
                                 bool data)
{
    const kp_command command = {cla,          ins,        p1,   p2, data ? digits : NULL,
                                data ? 8 : 0, KP_LE_NONE, false};
    return kp_channel_bench_send(f, &command);
}

/* Every form that must not pass, in any class: nothing reaches the backend. */
static void test_never_sent(void **state)
{
    fixture *f = *state;
    static const uint8_t classes[] = {0x00, 0x01, 0x0C, 0x80, 0x81, 0x84};
    static const struct {
        uint8_t ins, p1, p2;
        bool data;
    } rows[] = {
        {0x09, 0, 0, false},      {0x09, 0, 2, true},     {0x10, 0, 0, true},
        {0x15, 0, 0, true},       {0x16, 0, 0, true},     {0x19, 0, 0, true},
        {0x20, 0, 0x81, false},   {0x20, 0, 0x80, false}, {0x20, 0, 0x82, true},
        {0x20, 0, 0x02, true},    {0x20, 0, 0x00, true},  {0x20, 0xFF, 0x81, false},
        {0x20, 0xFF, 0x81, true}, {0x24, 1, 0x00, true},  {0x24, 1, 0x81, true},
        {0x24, 0, 0x82, true},    {0x24, 0, 0x00, true},  {0x24, 2, 0x02, true},
        {0x24, 0, 0x81, false},   {0x2C, 0, 0x81, true},  {0x2C, 1, 0x81, true},
        {0x2C, 3, 0x81, false},   {0x2C, 2, 0x81, false}, {0x2C, 2, 0x82, true},
        {0x2C, 0, 0x82, true},    {0x2C, 2, 0x00, true},  {0x21, 0, 0x81, true},
        {0x25, 0, 0x81, true},    {0x2D, 0, 0x81, true},  {0x26, 0, 0x81, true},
        {0x28, 0, 0x81, true},
    };
    for (size_t c = 0; c < sizeof classes; c++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            assert_int_equal(
                send_bytes(f, classes[c], rows[i].ins, rows[i].p1, rows[i].p2, rows[i].data),
                KAMUPIN_E_COMMAND_FORBIDDEN);
            assert_false(f->channel.delivered);
        }
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
}

/* All 2^16 forms of RESET RETRY COUNTER with data: P1 02 alone passes, and no PUK reference. */
static void test_no_reset_that_carries_a_puk(void **state)
{
    (void)state;
    for (unsigned int p1 = 0; p1 < 256; p1++)
        for (unsigned int p2 = 0; p2 < 256; p2++) {
            const kp_command command = {0x00,   0x2C, (uint8_t)p1, (uint8_t)p2,
                                        digits, 8,    KP_LE_NONE,  true};
            if (p1 != 2 || (p2 & 0x1F) == 2)
                assert_true(kp_never_send(&command));
        }
}

static void test_what_passes(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "0020008108 3132333435363738", "63C2");
    kp_script_expect(&f->script, 0, "0020008008 3132333435363738", "9000");
    kp_script_expect(&f->script, 0, "0024008108 3132333435363738", "9000");
    kp_script_expect(&f->script, 0, "0024020008 3132333435363738", "9000");
    kp_script_expect(&f->script, 0, "002C028108 3132333435363738", "9000");
    kp_script_expect(&f->script, 0, "0082008308 3132333435363738", "9000");
    kp_script_expect(&f->script, 0, "801A0000", "9000");
    assert_int_equal(send_bytes(f, 0, 0x20, 0, 0x81, true), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x63C2);
    assert_int_equal(send_bytes(f, 0, 0x20, 0, 0x80, true), KAMUPIN_OK);
    assert_int_equal(send_bytes(f, 0, 0x24, 0, 0x81, true), KAMUPIN_OK);
    assert_int_equal(send_bytes(f, 0, 0x24, 2, 0x00, true), KAMUPIN_OK);
    assert_int_equal(send_bytes(f, 0, 0x2C, 2, 0x81, true), KAMUPIN_OK);
    assert_int_equal(send_bytes(f, 0, 0x82, 0, 0x83, true), KAMUPIN_OK);
    assert_int_equal(send_bytes(f, 0x80, 0x1A, 0, 0, false), KAMUPIN_OK);
}

static void test_log_shows_no_secret(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "0020008108 3132333435363738", "63C2");
    kp_script_expect(&f->script, 0, "0082008308 3132333435363738", "AABBCC9000");
    kp_script_expect(&f->script, 0, "00CA00000831323334353637 38", "DDEEFF9000");
    kp_script_expect(&f->script, 0, "0084000008", "01020304050607089000");
    send_bytes(f, 0, 0x20, 0, 0x81, true); /* secret by its instruction, though nobody said so */
    send_bytes(f, 0, 0x82, 0, 0x83, true);
    const kp_command marked = {0x00, 0xCA, 0, 0, digits, 8, KP_LE_NONE, true};
    assert_int_equal(kp_channel_bench_send(f, &marked), KAMUPIN_OK);
    const kp_command challenge = {.ins = 0x84, .le = 8};
    assert_int_equal(kp_channel_bench_send(f, &challenge), KAMUPIN_OK);
    assert_string_equal(f->log,
                        "R > 00200081**\nR: VERIFY → 63C2\nR < 63C2\n"
                        "R > 00820083**\nR: EXTERNAL AUTHENTICATE → 9000\nR < **9000\n"
                        "R > 00CA0000**\nR: GET DATA → 9000\nR < **9000\n"
                        "R > 0084000008\nR: GET CHALLENGE → 9000\nR < 01020304050607089000\n");
}

static void test_get_response(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "00B00000F4", "01026103");
    kp_script_expect(&f->script, 0, "00C0000003", "030405 6100");
    kp_script_expect(&f->script, 0, "00C0000000", "06 9000");
    const kp_command read = {.ins = 0xB0, .le = 0xF4};
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x9000);
    assert_int_equal(f->response.length, 6);
    assert_memory_equal(f->response.data, "\1\2\3\4\5\6", 6);
}

static void test_get_response_without_end(void **state)
{
    fixture *f = *state;
    const kp_command read = {.ins = 0xB0, .le = 0xF4};
    kp_script_expect(&f->script, 0, "00B00000F4", "6110");
    kp_script_expect(&f->script, 0, "00C0000010", "6110");
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_E_CARD_REPLY_MALFORMED);
    char reply[2 * 256 + 5];
    for (size_t i = 0; i < 256; i++)
        strcpy(reply + 2 * i, "5A");
    strcat(reply, "6100");
    kp_script_expect(&f->script, 0, "00B00000F4", reply);
    for (int i = 0; i < 16; i++)
        kp_script_expect(&f->script, 0, "00C0000000", reply);
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_E_CARD_REPLY_MALFORMED);
}

static void test_wrong_le_is_mended_once(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "00B00000F4", "6C02");
    kp_script_expect(&f->script, 0, "00B0000002", "01029000");
    kp_script_expect(&f->script, 0, "00B00000F4", "6C02");
    kp_script_expect(&f->script, 0, "00B0000002", "6C03");
    kp_script_expect(&f->script, 0, "00A40000023F0000", "6C02");
    kp_script_expect(&f->script, 0, "00A40000023F0002", "6F009000");
    const kp_command read = {.ins = 0xB0, .le = 0xF4};
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_OK);
    assert_int_equal(f->response.length, 2);
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x6C03);
    const kp_command select = {
        .ins = 0xA4, .data = (const uint8_t *)"\x3F\x00", .length = 2, .le = KP_LE_MAX};
    assert_int_equal(kp_channel_bench_send(f, &select), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x9000);
}

/* The one thing that must never happen twice. */
static void test_secret_commands_are_never_repeated(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "0020008108 3132333435363738 00", "6C10");
    kp_script_expect(&f->script, 0, "0082008308 3132333435363738 00", "6C10");
    kp_script_expect(&f->script, 0, "0020008108 3132333435363738 00", "");
    kp_command command = {0, 0x20, 0, 0x81, digits, 8, KP_LE_MAX, false};
    assert_int_equal(kp_channel_bench_send(f, &command), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x6C10);
    command.ins = 0x82;
    command.p2 = 0x83;
    assert_int_equal(kp_channel_bench_send(f, &command), KAMUPIN_OK);
    command.ins = 0x20;
    command.p2 = 0x81;
    assert_int_equal(kp_channel_bench_send(f, &command), KAMUPIN_E_CARD_RESET);
    assert_true(f->channel.delivered);
    const kp_command marked = {.ins = 0xCA, .le = 8, .secret = true}; /* though it carries none */
    kp_script_expect(&f->script, 0, "00CA000008", "6C10");
    f->channel.stale = false;
    assert_int_equal(kp_channel_bench_send(f, &marked), KAMUPIN_OK);
    assert_int_equal(kp_script_sent(&f->script, 0), 4);
}

/* ---- chains (ISO/IEC 7816-4, 5.3.3) ---- */

#define CHAIN_MAX 600

/* A whole APDU as hex: header, Lc, `length` bytes from `from` on (each the low byte of its place),
 * and Le where there is one. */
static const char *part_of(const char *header, size_t from, size_t length, const char *le,
                           char *text)
{
    int at = sprintf(text, "%s%02X", header, (unsigned int)length);
    for (size_t i = from; i < from + length; i++)
        at += sprintf(text + at, "%02X", (unsigned int)(i & 0xFF));
    strcpy(text + at, le);
    return text;
}

static kp_command long_command(uint8_t ins, size_t length)
{
    static uint8_t data[CHAIN_MAX];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    return (kp_command){
        .ins = ins, .p1 = 0x9E, .p2 = 0x9A, .data = data, .length = length, .le = KP_LE_MAX};
}

static void test_long_data_goes_as_a_chain(void **state)
{
    fixture *f = *state;
    char text[2 * CHAIN_MAX];
    const kp_command one = long_command(0x2A, 244), two = long_command(0x2A, 245),
                     three = long_command(0x2A, 600);
    kp_script_expect(&f->script, 0, part_of("002A9E9A", 0, 244, "00", text), "AA9000");
    kp_script_expect(&f->script, 0, part_of("102A9E9A", 0, 244, "", text), "9000");
    kp_script_expect(&f->script, 0, part_of("002A9E9A", 244, 1, "00", text), "BB6101");
    kp_script_expect(&f->script, 0, "00C0000001", "CC9000");
    kp_script_expect(&f->script, 0, part_of("102A9E9A", 0, 244, "", text), "9000");
    kp_script_expect(&f->script, 0, part_of("102A9E9A", 244, 244, "", text), "9000");
    kp_script_expect(&f->script, 0, part_of("002A9E9A", 488, 112, "00", text), "DD9000");
    assert_int_equal(kp_channel_bench_send(f, &one), KAMUPIN_OK);
    assert_int_equal(kp_channel_bench_send(f, &two), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x9000);
    assert_int_equal(f->response.length, 2);
    assert_memory_equal(f->response.data, "\xBB\xCC", 2);
    assert_int_equal(kp_channel_bench_send(f, &three), KAMUPIN_OK);
    assert_int_equal(f->response.length, 1);
}

/* Whatever a part is answered, or not answered: the rest is not sent, and nothing again. */
static void test_a_chain_is_never_repeated(void **state)
{
    static const struct {
        kp_script_step step;
        size_t at; /* which of the two parts */
        kamupin_status status;
        unsigned int sw;
        bool delivered;
    } rows[] = {
        {{.reply = "6884"}, 0, KAMUPIN_OK, 0x6884, true},
        {{.reply = "6C10"}, 0, KAMUPIN_OK, 0x6C10, true},
        {{.reply = "6101"}, 0, KAMUPIN_OK, 0x6101, true}, /* and its data is not asked for */
        {{.reply = "6C10"}, 1, KAMUPIN_OK, 0x6C10, true},
        {{.reply = "6983"}, 1, KAMUPIN_OK, 0x6983, true},
        {{.reply = ""}, 0, KAMUPIN_E_CARD_RESET, 0, true},
        {{.reply = ""}, 1, KAMUPIN_E_CARD_RESET, 0, true},
        {{.status = KAMUPIN_E_CARD_RESET, .unsent = true}, 0, KAMUPIN_E_CARD_RESET, 0, false},
        {{.status = KAMUPIN_E_CARD_RESET, .unsent = true}, 1, KAMUPIN_E_CARD_RESET, 0, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0)
            assert_int_equal(setup(state), 0);
        fixture *f = *state;
        char text[2 * CHAIN_MAX];
        kp_script_step step = rows[i].step;
        kp_command command = long_command(0x2C, 300);
        command.p1 = 2; /* secret by its instruction */
        command.p2 = 0x81;
        if (rows[i].at == 1)
            kp_script_expect(&f->script, 0, part_of("102C0281", 0, 244, "", text), "9000");
        step.expect = rows[i].at == 0 ? part_of("102C0281", 0, 244, "", text)
                                      : part_of("002C0281", 244, 56, "00", text);
        kp_script_steps(&f->script, 0, &step, 1);
        assert_int_equal(kp_channel_bench_send(f, &command), rows[i].status);
        assert_int_equal(f->response.sw, rows[i].sw);
        assert_int_equal(f->channel.delivered, rows[i].delivered);
        assert_null(strstr(f->log, "00010203"));
        if (i + 1 < sizeof rows / sizeof rows[0])
            assert_int_equal(teardown(state), 0);
    }
}

/* What is forbidden is so in parts as well, and a class of the card's own knows no chaining. */
static void test_what_is_no_chain(void **state)
{
    fixture *f = *state;
    kp_command puk = long_command(0x2C, 300), own = long_command(0x2A, 300);
    puk.p1 = 0;
    puk.p2 = 0x81;
    own.cla = 0x80;
    assert_int_equal(kp_channel_bench_send(f, &puk), KAMUPIN_E_COMMAND_FORBIDDEN);
    assert_int_equal(kp_channel_bench_send(f, &own), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
    /* not even a command that could be mended is, when it is a chain */
    char text[2 * CHAIN_MAX];
    kp_command select = long_command(0xA4, 245);
    kp_script_expect(&f->script, 0, part_of("10A49E9A", 0, 244, "", text), "9000");
    kp_script_expect(&f->script, 0, part_of("00A49E9A", 244, 1, "00", text), "6C02");
    assert_int_equal(kp_channel_bench_send(f, &select), KAMUPIN_OK);
    assert_int_equal(f->response.sw, 0x6C02);
}

/* After a loss nothing secret goes until the card was identified; what is not secret may. */
static void test_stale_blocks_secrets(void **state)
{
    fixture *f = *state;
    kp_script_expect(&f->script, 0, "0084000008", "90");
    kp_script_expect(&f->script, 0, "0084000008", "01020304050607089000");
    const kp_command challenge = {.ins = 0x84, .le = 8};
    assert_int_equal(kp_channel_bench_send(f, &challenge), KAMUPIN_E_CARD_RESET);
    assert_int_equal(f->response.sw, 0);
    assert_true(f->channel.stale);
    assert_int_equal(send_bytes(f, 0, 0x20, 0, 0x81, true), KAMUPIN_E_CARD_RESET);
    assert_false(f->channel.delivered);
    assert_int_equal(kp_channel_bench_send(f, &challenge), KAMUPIN_OK);
}

static void test_kinds_of_loss(void **state)
{
    static const struct {
        kp_script_step step;
        kamupin_status status;
        bool delivered;
    } rows[] = {
        {{.reply = ""}, KAMUPIN_E_CARD_RESET, true},
        {{.reply = "", .then = KP_THEN_REMOVE}, KAMUPIN_E_CARD_REMOVED, true},
        {{.status = KAMUPIN_E_CARD_RESET}, KAMUPIN_E_CARD_RESET, true},
        {{.status = KAMUPIN_E_CARD_RESET, .unsent = true}, KAMUPIN_E_CARD_RESET, false},
        {{.status = KAMUPIN_E_CARD_RESET, .then = KP_THEN_REMOVE}, KAMUPIN_E_CARD_REMOVED, true},
        {{.status = KAMUPIN_E_CARD_REMOVED}, KAMUPIN_E_CARD_REMOVED, true},
        {{.status = KAMUPIN_E_NO_READER}, KAMUPIN_E_CARD_REMOVED, true},
        {{.status = KAMUPIN_E_READER_SERVICE_DOWN}, KAMUPIN_E_READER_SERVICE_DOWN, true},
        {{.status = KAMUPIN_E_READER_FAILED}, KAMUPIN_E_READER_FAILED, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (i > 0)
            assert_int_equal(setup(state), 0);
        fixture *f = *state;
        kp_script_step step = rows[i].step;
        step.expect = "0082008308 3132333435363738";
        kp_script_steps(&f->script, 0, &step, 1);
        assert_int_equal(send_bytes(f, 0, 0x82, 0, 0x83, true), rows[i].status);
        assert_int_equal(f->error.status, rows[i].status);
        assert_int_equal(f->channel.delivered, rows[i].delivered);
        assert_true(f->channel.stale);
        if (i + 1 < sizeof rows / sizeof rows[0])
            assert_int_equal(teardown(state), 0);
    }
}

static void test_begin_accepts_a_reset_once(void **state)
{
    fixture *f = *state;
    kp_channel_end(&f->channel);
    f->script.readers[0].next_begin = KAMUPIN_E_CARD_RESET;
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_OK);
    assert_int_equal(f->script.readers[0].reconnects, 1);
    assert_true(f->channel.stale);
    kp_channel_end(&f->channel);
    kp_script_remove(&f->script, 0);
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_E_CARD_REMOVED);
    kp_script_insert(&f->script, 0, KP_ATR_AKIS2);
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_OK);
    assert_true(f->channel.stale);
}

/* The other end of a wait for another program is the backend's: here it says that it was woken. */
static void test_a_cancel_ends_the_wait_for_another_program(void **state)
{
    fixture *f = *state;
    kamupin_cancel *cancel = NULL;
    assert_int_equal(kamupin_cancel_new(f->context, &cancel, NULL), KAMUPIN_OK);
    kp_channel_end(&f->channel);
    /* a wake that is left from an earlier pull is not taken for one of now */
    f->script.readers[0].next_begin = KAMUPIN_E_CANCELLED;
    assert_int_equal(kp_channel_begin(&f->channel, cancel, &f->error), KAMUPIN_OK);
    kp_channel_end(&f->channel);
    kamupin_cancel_pull(cancel);
    f->script.readers[0].next_begin = KAMUPIN_E_CANCELLED;
    assert_int_equal(kp_channel_begin(&f->channel, cancel, &f->error), KAMUPIN_E_CANCELLED);
    assert_int_equal(f->script.wakes, 1);
    assert_false(f->channel.held);
    /* one that got the card all the same lets it go */
    assert_int_equal(kp_channel_begin(&f->channel, cancel, &f->error), KAMUPIN_E_CANCELLED);
    assert_false(f->channel.held);
    assert_false(f->script.readers[0].held);
    kamupin_cancel_free(&cancel);
    assert_int_equal(kp_channel_begin(&f->channel, NULL, &f->error), KAMUPIN_OK);
}

static void test_no_command_outside_a_transaction(void **state)
{
    fixture *f = *state;
    kp_channel_end(&f->channel);
    const kp_command read = {.ins = 0xB0, .le = 0xF4};
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_E_WRONG_STATE);
    assert_int_equal(kp_script_sent(&f->script, 0), 0);
}

/* A backend that says that it gave more than it had room for. */
static kamupin_reader_answer claims_more(void *connection, const unsigned char *command,
                                         size_t command_length, unsigned char *reply,
                                         size_t *reply_length)
{
    (void)connection;
    (void)command;
    (void)command_length;
    memset(reply, 0x90, *reply_length);
    *reply_length += 1;
    return (kamupin_reader_answer){KAMUPIN_OK, 0, false};
}

static void test_an_answer_beyond_its_room_is_not_read(void **state)
{
    fixture *f = *state;
    const kp_command read = {.ins = 0xB0, .le = 0xF4};

    f->script.backend.transmit = claims_more;
    assert_int_equal(kp_channel_bench_send(f, &read), KAMUPIN_E_CARD_REPLY_MALFORMED);
    assert_int_equal(f->response.length, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_never_sent),
        TEST(test_an_answer_beyond_its_room_is_not_read),
        cmocka_unit_test(test_no_reset_that_carries_a_puk),
        TEST(test_what_passes),
        TEST(test_log_shows_no_secret),
        TEST(test_get_response),
        TEST(test_get_response_without_end),
        TEST(test_wrong_le_is_mended_once),
        TEST(test_secret_commands_are_never_repeated),
        TEST(test_long_data_goes_as_a_chain),
        TEST(test_a_chain_is_never_repeated),
        TEST(test_what_is_no_chain),
        TEST(test_stale_blocks_secrets),
        TEST(test_kinds_of_loss),
        TEST(test_begin_accepts_a_reset_once),
        TEST(test_a_cancel_ends_the_wait_for_another_program),
        TEST(test_no_command_outside_a_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
