/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Cards that answer nonsense: every kind of nonsense at every command of recognition, once and from
   there on. The list comes after a bounded number of commands, the card gets a clear status, never a
   wrong name, and is not usable unless it showed all that it has to. The other end is this file's
   own card; that nothing is read or kept beyond its bounds is for the sanitizers' runs to see. */
#include "script_cards.h"
#include "test_certificate.h"

#include <kamupin/kamupin.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REPLY_MAX    258
#define COMMANDS_MAX 1024 /* what recognising one card may take, whatever it answers */
#define LAST         0xFFFF

typedef struct nonsense {
    const char *name;
    /* Makes the answer from the right one: `reply` holds `length` bytes with the status word, and has
       room for REPLY_MAX; answers the new length. */
    size_t (*make)(unsigned char *reply, size_t length);
} nonsense;

/* A v2.x card, and where and how it begins to answer nonsense. */
typedef struct card {
    kamupin_reader_backend backend;
    unsigned char atr[KAMUPIN_ATR_MAX];
    size_t atr_length;
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    size_t length;
    const nonsense *kind;
    unsigned int from, to; /* commands that are answered with nonsense */
    unsigned int commands, connects, secrets;
    unsigned int file; /* selected */
    bool changed;      /* nonsense was another answer than the right one */
    bool substituted;  /* … and was given for bytes within the certificate: another certificate */
} card;

static const kamupin_reader_answer fine = {KAMUPIN_OK, 0, false};

static size_t put(unsigned char *reply, const char *hex)
{
    size_t length = strlen(hex) / 2;
    for (size_t i = 0; i < length; i++) {
        unsigned int byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        reply[i] = (unsigned char)byte;
    }
    return length;
}

/* ---- the right answers ---- */

static size_t select_file(card *it, const unsigned char *command, unsigned char *reply)
{
    char fcp[64];
    if (command[2] == 0x04)
        return put(reply, "6F1082013883023D008407504B43532D31359000");
    it->file = (unsigned int)command[5] << 8 | command[6];
    if (it->file == 0x3F00)
        return put(reply, "9000");
    if (it->file != 0x2F10)
        return put(reply, "6A82");
    snprintf(fcp, sizeof fcp, "6F0B8002%04X82010183022F109000", (unsigned int)it->length);
    return put(reply, fcp);
}

static size_t read_file(const card *it, const unsigned char *command, unsigned char *reply)
{
    size_t offset = (size_t)command[2] << 8 | command[3], wanted = command[4];
    if (it->file != 0x2F10)
        return put(reply, "6986");
    if (offset >= it->length)
        return put(reply, "6B00");
    if (wanted > it->length - offset)
        wanted = it->length - offset;
    memcpy(reply, it->der + offset, wanted);
    return wanted + put(reply + wanted, "9000");
}

static size_t right_answer(card *it, const unsigned char *command, unsigned char *reply)
{
    switch (command[1]) {
    case 0xA4:
        return select_file(it, command, reply);
    case 0xB0:
        return read_file(it, command, reply);
    case 0xCB:
        return put(reply, command[11] == 0x01 ? "700CBF810108A0069A01039B01039000"
                                              : "700CBF810208A0069A01039B01039000");
    case 0xC0:
        return put(reply, "9000");
    default:
        it->secrets++;
        return put(reply, "6D00");
    }
}

/* ---- the reader ---- */

static kamupin_reader_answer card_open(void *user, void **worker)
{
    *worker = user;
    return fine;
}

static void card_close(void *worker)
{
    (void)worker;
}

static kamupin_reader_answer card_list(void *worker, char *names, size_t *length)
{
    (void)worker;
    if (*length >= 3)
        memcpy(names, "R\0", 3);
    *length = 3;
    return fine;
}

static kamupin_reader_answer card_watch(void *worker, kamupin_reader_state *states, size_t count,
                                        long timeout_ms)
{
    const card *it = worker;
    (void)timeout_ms; /* nothing ever changes: as if the time were over */
    for (size_t i = 0; i < count; i++) {
        states[i].present = true;
        states[i].cookie = 1;
        memcpy(states[i].atr, it->atr, sizeof states[i].atr);
        states[i].atr_length = it->atr_length;
    }
    return fine;
}

static kamupin_reader_answer card_connect(void *worker, const char *reader, void **connection)
{
    card *it = worker;
    (void)reader;
    it->connects++;
    *connection = it;
    return fine;
}

static kamupin_reader_answer card_do(void *connection)
{
    (void)connection;
    return fine;
}

static kamupin_reader_answer card_transmit(void *connection, const unsigned char *command,
                                           size_t command_length, unsigned char *reply,
                                           size_t *reply_length)
{
    card *it = connection;
    unsigned char made[REPLY_MAX] = {0};
    (void)command_length;
    assert_true(*reply_length >= REPLY_MAX);
    unsigned char right[REPLY_MAX] = {0};
    size_t length = right_answer(it, command, right), before = length;
    memcpy(made, right, sizeof made);
    if (it->commands >= it->from && it->commands <= it->to)
        length = it->kind->make(made, length);
    bool changed = length != before || memcmp(made, right, sizeof made) != 0;
    bool within = command[1] == 0xB0 && (command[2] != 0 || command[3] != 0);
    it->changed |= changed;
    it->substituted |= changed && within;
    it->commands++;
    memcpy(reply, made, length < REPLY_MAX ? length : REPLY_MAX);
    *reply_length = length; /* also when that is a lie */
    return fine;
}

/* ---- nonsense ---- */

static size_t nothing(unsigned char *reply, size_t length)
{
    (void)reply;
    (void)length;
    return 0;
}

static size_t one_byte(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "90");
}

static size_t no_data(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "9000");
}

static size_t no_status_word(unsigned char *reply, size_t length)
{
    (void)reply;
    return length > 4 ? length - 2 : length;
}

static size_t status_word_first(unsigned char *reply, size_t length)
{
    memmove(reply + 2, reply, length - 2);
    put(reply, "9000");
    return length;
}

static size_t status_word_twice(unsigned char *reply, size_t length)
{
    if (length > REPLY_MAX - 2)
        length = REPLY_MAX - 2;
    return length + put(reply + length, "9000");
}

static size_t half(unsigned char *reply, size_t length)
{
    size_t data = (length - 2) / 2;
    return data + put(reply + data, "9000");
}

static size_t one_byte_of_data(unsigned char *reply, size_t length)
{
    return length > 3 ? 1 + put(reply + 1, "9000") : length;
}

static size_t filled_up(unsigned char *reply, size_t length)
{
    memset(reply + length - 2, 0xFF, REPLY_MAX - length);
    return REPLY_MAX - 2 + put(reply + REPLY_MAX - 2, "9000");
}

static size_t all_zero(unsigned char *reply, size_t length)
{
    (void)length;
    memset(reply, 0, REPLY_MAX);
    return REPLY_MAX;
}

static size_t said_to_be_longer(unsigned char *reply, size_t length)
{
    (void)reply;
    (void)length;
    return REPLY_MAX + 1;
}

static size_t said_to_be_huge(unsigned char *reply, size_t length)
{
    (void)reply;
    (void)length;
    return SIZE_MAX;
}

static size_t lying_length(unsigned char *reply, size_t length)
{
    if (length > 4)
        reply[1] = 0x7F;
    return length;
}

static size_t length_of_four_bytes(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F84FFFFFFFF800100309000");
}

static size_t endless_length(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F8080020100820101000000009000");
}

static size_t endless_tag(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F0CBFFFFFFFFFFFFFFFFFFFFFFF9000");
}

static size_t size_of_four_gigabytes(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F068004FFFFFFFF9000");
}

static size_t size_zero(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F04800200009000");
}

/* Templates in templates, as deep as an answer has room. */
static size_t nested(unsigned char *reply, size_t length)
{
    static const unsigned char tags[] = {0x6F, 0x62, 0x70, 0xA0, 0x30};
    (void)length;
    for (size_t i = 0; i < 126; i++) {
        reply[2 * i] = tags[i % sizeof tags];
        reply[2 * i + 1] = (unsigned char)(i < 63 ? 0x7F : 2 * (125 - i));
    }
    return 252 + put(reply + 252, "9000");
}

static size_t long_certificate(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "3082FFFF300100009000");
}

static size_t endless_certificate(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "30803080308030803080308030803080308030809000");
}

static size_t huge_certificate(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "30847FFFFFFF308200009000");
}

static size_t more_and_none(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6100");
}

static size_t more_byte_by_byte(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "306101");
}

static size_t more_in_full(unsigned char *reply, size_t length)
{
    (void)length;
    memset(reply, 0x30, 256);
    return 256 + put(reply + 256, "61FF");
}

static size_t wrong_length(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6C00");
}

static size_t blocked(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6983");
}

static size_t broken(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "6F00");
}

static size_t end_reached(unsigned char *reply, size_t length)
{
    size_t data = length - 2;
    return data + put(reply + data, "6282");
}

static size_t no_status_at_all(unsigned char *reply, size_t length)
{
    (void)length;
    return put(reply, "0000");
}

#define KIND(function)                                                                             \
    {                                                                                              \
#function, function                                                                        \
    }
static const nonsense kinds[] = {
    KIND(nothing),
    KIND(one_byte),
    KIND(no_data),
    KIND(no_status_word),
    KIND(status_word_first),
    KIND(status_word_twice),
    KIND(half),
    KIND(one_byte_of_data),
    KIND(filled_up),
    KIND(all_zero),
    KIND(said_to_be_longer),
    KIND(said_to_be_huge),
    KIND(lying_length),
    KIND(nested),
    KIND(length_of_four_bytes),
    KIND(endless_length),
    KIND(endless_tag),
    KIND(size_of_four_gigabytes),
    KIND(size_zero),
    KIND(long_certificate),
    KIND(endless_certificate),
    KIND(huge_certificate),
    KIND(more_and_none),
    KIND(more_byte_by_byte),
    KIND(more_in_full),
    KIND(wrong_length),
    KIND(blocked),
    KIND(broken),
    KIND(end_reached),
    KIND(no_status_at_all),
};

/* ---- the tests ---- */

static card *make_card(size_t padding)
{
    kp_test_certificate wanted = kp_test_signature;
    card *it = calloc(1, sizeof *it);
    assert_non_null(it);
    wanted.padding = padding;
    kp_test_certificate_make(&wanted, it->der, &it->length);
    it->atr_length = put(it->atr, KP_ATR_AKIS2);
    it->from = LAST;
    it->backend = (kamupin_reader_backend){.size = sizeof it->backend,
                                           .name = "nonsense",
                                           .user = it,
                                           .open = card_open,
                                           .close = card_close,
                                           .list = card_list,
                                           .watch = card_watch,
                                           .wake = card_close,
                                           .connect = card_connect,
                                           .disconnect = card_close,
                                           .reconnect = card_do,
                                           .begin = card_do,
                                           .end = card_do,
                                           .transmit = card_transmit};
    return it;
}

/* What a list of a context of its own says of the card. */
static kamupin_card_info listed(card *it)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    options.backend = &it->backend;
    it->commands = it->connects = it->secrets = 0;
    it->changed = it->substituted = false;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_new(context, NULL, &list, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_reader_list_get(list, 0, &info), KAMUPIN_OK);
    kamupin_reader_list_free(&list);
    kamupin_context_free(&context);
    return info;
}

static bool is_clear(kamupin_status status)
{
    static const kamupin_status clear[] = {
        KAMUPIN_OK,
        KAMUPIN_E_CARD_IDENTITY_CARD,
        KAMUPIN_E_CARD_NO_CERTIFICATE,
        KAMUPIN_E_CARD_UNRECOGNISED,
        KAMUPIN_E_CARD_REPLY_MALFORMED,
        KAMUPIN_E_CARD_RESET, /* no answer at all */
    };
    for (size_t i = 0; i < sizeof clear / sizeof clear[0]; i++)
        if (clear[i] == status)
            return true;
    return false;
}

/* One kind of nonsense in commands `from` to `to`; `whole`: commands of a card without. */
static void judge(card *it, const nonsense *kind, unsigned int from, unsigned int to,
                  const char *name)
{
    it->kind = kind;
    it->from = from;
    it->to = to;
    kamupin_card_info info = listed(it);
    const char *said = kamupin_status_name(info.usable);
    if (!is_clear(info.usable))
        fail_msg("%s at %u: %s", kind->name, from, said);
    /* a card that was reset is read a second time */
    if (it->commands > 2 * COMMANDS_MAX || it->connects != 1)
        fail_msg("%s at %u: %u commands", kind->name, from, it->commands);
    if (info.usable == KAMUPIN_OK && !it->substituted && strcmp(info.card_id, name) != 0)
        fail_msg("%s at %u: usable, and called %s", kind->name, from, info.card_id);
    /* Commands 1 and 2 ask for an identity card's application: only 6A82 will do. A card that gave no
       answer at all was reset, and is asked again; so is one that wants another length. */
    bool asked_again =
        kind->make == nothing || kind->make == one_byte || kind->make == wrong_length;
    if ((from == 1 || from == 2) && it->changed && !(asked_again && to == from) &&
        info.usable == KAMUPIN_OK)
        fail_msg("%s at %u: usable without the right answer", kind->name, from);
    assert_int_equal(it->secrets, 0);
}

static void test_nonsense_everywhere(void **state)
{
    (void)state;
    card *it = make_card(400);
    kamupin_card_info whole = listed(it);
    assert_int_equal(whole.usable, KAMUPIN_OK);
    unsigned int commands = it->commands;
    assert_true(commands > 12);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        for (unsigned int at = 0; at < commands; at++) {
            judge(it, &kinds[i], at, at, whole.card_id);
            judge(it, &kinds[i], at, LAST, whole.card_id);
        }
    free(it);
}

/* A certificate that is SEQUENCE in SEQUENCE to its end, 2000 deep. */
static void test_nested_certificate(void **state)
{
    (void)state;
    card *it = make_card(0);
    it->length = 8000;
    for (size_t at = 0; at < it->length; at += 4) {
        size_t left = it->length - at - 4;
        it->der[at] = 0x30;
        it->der[at + 1] = 0x82;
        it->der[at + 2] = (unsigned char)(left >> 8);
        it->der[at + 3] = (unsigned char)left;
    }
    assert_int_equal(listed(it).usable, KAMUPIN_E_CARD_NO_CERTIFICATE);
    assert_true(it->commands < 64);
    free(it);
}

/* Files without end, each with a certificate that comes byte by byte. */
static void test_slow_certificates(void **state)
{
    (void)state;
    card *it = make_card(6000);
    const nonsense kind = KIND(one_byte_of_data);
    assert_true(it->length > COMMANDS_MAX);
    it->kind = &kind;
    it->from = 6; /* from the certificate's second block on */
    it->to = LAST;
    assert_int_equal(listed(it).usable, KAMUPIN_E_CARD_REPLY_MALFORMED);
    assert_int_equal(it->commands, COMMANDS_MAX);
    free(it);
}

/* The same to a probe, which lists the card first. */
static void test_slow_certificates_under_a_probe(void **state)
{
    (void)state;
    card *it = make_card(6000);
    const nonsense kind = KIND(one_byte_of_data);
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *context = NULL;
    kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
    static char draft[KAMUPIN_PROBE_DRAFT_MAX];
    assert_int_equal(listed(it).usable, KAMUPIN_OK);
    const unsigned int list = it->commands;
    it->kind = &kind;
    it->from = list + 8; /* MF, 3D10 three times, application, 2F10 twice, its first block */
    it->to = LAST;
    it->commands = 0;
    options.backend = &it->backend;
    assert_int_equal(kamupin_context_new(&options, &context, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_card_probe(context, &request, draft, sizeof draft, NULL),
                     KAMUPIN_E_CARD_REPLY_MALFORMED);
    assert_int_equal(it->commands, list + COMMANDS_MAX);
    kamupin_context_free(&context);
    free(it);
}

/* A block with more bytes than were asked for: none of them is taken for the file's. */
static void test_more_than_was_asked_for(void **state)
{
    (void)state;
    card *it = make_card(400);
    const nonsense kind = KIND(status_word_twice);
    it->kind = &kind;
    for (it->from = it->to = 5; it->from < 8; it->from = ++it->to)
        assert_int_equal(listed(it).usable, KAMUPIN_E_CARD_REPLY_MALFORMED);
    free(it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonsense_everywhere),
        cmocka_unit_test(test_nested_certificate),
        cmocka_unit_test(test_slow_certificates),
        cmocka_unit_test(test_slow_certificates_under_a_probe),
        cmocka_unit_test(test_more_than_was_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
