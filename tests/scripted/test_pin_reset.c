/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   test_pin_reset.c: one attempt to set a PIN by an authority: the exact commands, what is made
   durable between which of them, and what the evidence says wherever it ends. Card, service and
   journal are this project's here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <core/fail.h>
#include <pin/reset.h>
#include <pin/work.h>

#include "pin_bench.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define CHALLENGE    "00 84 00 00 08"
#define CHALLENGED   "A1A2A3A4A5A6A7A8 9000"
#define AUTHENTICATE "00 82 00 83 10 C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF"
#define RESET        "00 2C 02 81 08 3938373635343332"
#define NEW_PIN      "98765432"
#define BEFORE_IT                                                                                  \
    6 /* commands before EXTERNAL AUTHENTICATE: 4 of identification, guard, challenge */

/* The authority's side, and what it saw: each mark with the commands that were sent before it. */
typedef struct desk {
    kp_bench *bench;
    /* what it answers */
    kamupin_status answers;
    int attempts_left;
    size_t cryptogram_length;
    int64_t takes_ms;
    bool pulls_cancel;
    unsigned int failing_mark; /* 1, 2, 3; 0: none */
    /* what it saw */
    unsigned int asked, asked_at, marks;
    int64_t deadline;
    unsigned char challenge[64];
    size_t challenge_length;
    struct {
        unsigned int sent;
        kp_authentication authentication;
        kamupin_outcome outcome;
        uint16_t status_word;
    } mark[4];
} desk;

static kamupin_status answer(void *user, const uint8_t *challenge, size_t challenge_length,
                             int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                             int *attempts_left, kamupin_error *error)
{
    desk *it = user;

    it->asked++;
    it->asked_at = kp_bench_sent(it->bench);
    it->deadline = deadline_ms;
    it->challenge_length = challenge_length;
    memcpy(it->challenge, challenge, challenge_length);
    it->bench->now += it->takes_ms;
    assert_true(*cryptogram_length >= 16);
    assert_true(it->bench->card.channel.held); /* no other program comes between */
    if (it->pulls_cancel)
        kamupin_cancel_pull(it->bench->card.cancel);
    for (size_t i = 0; i < 16; i++)
        cryptogram[i] = (uint8_t)(0xC0 + i);
    *cryptogram_length = it->cryptogram_length;
    *attempts_left = it->attempts_left;
    return it->answers == KAMUPIN_OK ? KAMUPIN_OK : kp_fail_local(error, it->answers);
}

static kamupin_status mark(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    desk *it = user;

    assert_true(it->marks < COUNT(it->mark));
    it->mark[it->marks].sent = kp_bench_sent(it->bench);
    it->mark[it->marks].authentication = evidence->authentication;
    it->mark[it->marks].outcome = evidence->outcome;
    it->mark[it->marks].status_word = evidence->status_word;
    it->marks++;
    if (it->marks == it->failing_mark)
        return kp_fail_local(error, KAMUPIN_E_STATE_FOLDER);
    return KAMUPIN_OK;
}

static desk desk_of(kp_bench *bench)
{
    return (desk){.bench = bench, .attempts_left = 3, .cryptogram_length = 16};
}

/* One attempt with the new PIN "98765432". */
static kamupin_status reset_with(desk *it, unsigned int risk, unsigned int vouched,
                                 kp_evidence *evidence)
{
    const kp_authority authority = {it, answer, mark};
    kamupin_secret *pin = kp_bench_secret(it->bench, KAMUPIN_SECRET_PIN, NEW_PIN);

    memset(evidence, 0xEE, sizeof *evidence);
    kamupin_status status =
        kp_pin_reset(&it->bench->card, &authority, pin, risk, vouched, evidence);
    kamupin_secret_free(&pin);
    assert_int_equal(it->bench->card.error.status, status);
    assert_false(it->bench->card.channel.held);
    return status;
}

static kamupin_status reset(desk *it, kp_evidence *evidence)
{
    return reset_with(it, KAMUPIN_RISK_NONE, KP_OP_RESET_BY_CRYPTOGRAM, evidence);
}

static void expect_mark(const desk *it, unsigned int index, unsigned int sent,
                        kp_authentication authentication, kamupin_outcome outcome, unsigned int sw)
{
    assert_true(index < it->marks);
    assert_int_equal(it->mark[index].sent, sent);
    assert_int_equal(it->mark[index].authentication, authentication);
    assert_int_equal(it->mark[index].outcome, outcome);
    assert_int_equal(it->mark[index].status_word, sw);
}

static void expect_evidence(const kp_evidence *evidence, kp_authentication authentication,
                            kamupin_outcome outcome, unsigned int sw)
{
    assert_int_equal(evidence->authentication, authentication);
    assert_int_equal(evidence->outcome, outcome);
    assert_int_equal(evidence->status_word, sw);
    bool done = outcome == KAMUPIN_OUTCOME_DONE;
    assert_int_equal(evidence->state_after, done ? KAMUPIN_PIN_USABLE : KAMUPIN_PIN_UNKNOWN);
    assert_int_equal(evidence->tries_after, -1);
}

/* A blocked card, up to the challenge. */
static void open_blocked(kp_bench *bench, desk *it)
{
    kp_bench_open(bench, "akis-2", 3);
    *it = desk_of(bench);
    assert_int_equal(kp_bench_confirm(bench) + kp_bench_tries(bench, 0), BEFORE_IT - 1);
    kp_bench_expect(bench, CHALLENGE, CHALLENGED);
}

/* ---- the whole way ---- */

static void test_done(void **state)
{
    (void)state;
    static const unsigned char challenge[] = {0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8};
    kp_bench bench;
    desk it;
    kp_evidence evidence;
    open_blocked(&bench, &it);
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(reset(&it, &evidence), KAMUPIN_OK);
    assert_int_equal(kp_bench_sent(&bench), 4 + 1 + 3 + 2);
    assert_int_equal(it.asked, 1);
    assert_int_equal(it.asked_at, BEFORE_IT);
    assert_int_equal(it.deadline, bench.now + KP_HOLD_MS);
    assert_int_equal(it.challenge_length, sizeof challenge);
    assert_memory_equal(it.challenge, challenge, sizeof challenge);
    assert_int_equal(it.marks, 3);
    expect_mark(&it, 0, BEFORE_IT, KP_AUTHENTICATION_UNKNOWN, KAMUPIN_OUTCOME_NONE, 0);
    expect_mark(&it, 1, BEFORE_IT + 1, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_UNKNOWN, 0);
    expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    assert_int_equal(evidence.state_before, KAMUPIN_PIN_BLOCKED);
    assert_int_equal(evidence.tries_before, 0);
    kp_bench_close(&bench);
}

/* Whatever state the PIN is in, a reset is for it. */
static void test_states_before(void **state)
{
    (void)state;
    static const struct {
        const char *counter;
        int puk_left;
        kamupin_pin_state before;
        int tries;
    } cases[] = {
        {"700CBF810108A0069A01039B01039000", 3, KAMUPIN_PIN_USABLE, 3},
        {"700CBF810108A0069A01039B01019000", 2, KAMUPIN_PIN_USABLE, 1},
        {"700CBF810108A0069A01039B01009000", -1, KAMUPIN_PIN_BLOCKED, 0},
        {"6A88", 3, KAMUPIN_PIN_NOT_SET, -1},
        {"6D00", 3, KAMUPIN_PIN_UNKNOWN, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", cases[i].puk_left);
        desk it = desk_of(&bench);
        it.attempts_left = 2;
        kp_bench_confirm(&bench);
        kp_bench_tries_reply(&bench, cases[i].counter);
        kp_bench_expect(&bench, CHALLENGE, CHALLENGED);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        kp_bench_expect(&bench, RESET, "9000");
        kp_bench_logout(&bench);
        assert_int_equal(reset_with(&it, KAMUPIN_RISK_UNPROVEN, 0, &evidence), KAMUPIN_OK);
        assert_int_equal(evidence.state_before, cases[i].before);
        assert_int_equal(evidence.tries_before, cases[i].tries);
        kp_bench_close(&bench);
    }
}

/* ---- refused before anything is spent ---- */

static void test_dead(void **state)
{
    (void)state;
    static const struct {
        int puk_left, pin_left;
        kamupin_status status;
        kamupin_pin_state before;
    } cases[] = {
        {0, 0, KAMUPIN_E_CARD_DEAD, KAMUPIN_PIN_DEAD},
        {0, 3, KAMUPIN_E_CARD_DEAD, KAMUPIN_PIN_USABLE},
        {1, 0, KAMUPIN_E_PUK_LAST_TRY, KAMUPIN_PIN_BLOCKED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", cases[i].puk_left);
        desk it = desk_of(&bench);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, cases[i].pin_left);
        kp_bench_logout(&bench);
        assert_int_equal(reset(&it, &evidence), cases[i].status);
        assert_int_equal(bench.card.error.tries_left, cases[i].puk_left);
        expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(evidence.state_before, cases[i].before);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

static void test_refused_before_the_card(void **state)
{
    (void)state;
    static const struct {
        kamupin_secret_kind kind;
        const char *text;
        kamupin_status status;
    } cases[] = {
        {KAMUPIN_SECRET_PIN, "12345", KAMUPIN_E_PIN_TOO_SHORT},
        {KAMUPIN_SECRET_PIN, "1234567890123", KAMUPIN_E_PIN_TOO_LONG},
        {KAMUPIN_SECRET_VERIFICATION_CODE, "123456789012345", KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_VERIFICATION_CODE, "123456", KAMUPIN_E_SECRET_KIND},
        {KAMUPIN_SECRET_REPORT_TICKET, "123456", KAMUPIN_E_SECRET_KIND},
    };
    kp_bench bench;
    kp_evidence evidence;
    kp_bench_open(&bench, "akis-2", 3);
    desk it = desk_of(&bench);
    const kp_authority authority = {&it, answer, mark};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kamupin_secret *pin = kp_bench_secret(&bench, cases[i].kind, cases[i].text);
        assert_int_equal(
            kp_pin_reset(&bench.card, &authority, pin, KAMUPIN_RISK_UNPROVEN, 0, &evidence),
            cases[i].status);
        expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        kamupin_secret_free(&pin);
    }
    unsigned int others = KP_OP_VERIFY | KP_OP_CHANGE;
    assert_int_equal(reset_with(&it, 1 | 4, others, &evidence), KAMUPIN_E_COMMAND_UNPROVEN);
    bench.card.identity.info.usable = KAMUPIN_E_CARD_IDENTITY_CARD;
    assert_int_equal(reset(&it, &evidence), KAMUPIN_E_CARD_IDENTITY_CARD);
    assert_int_equal(it.asked + it.marks + kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

/* Nothing public says how v1.0 is unblocked: no option makes it try. */
static void test_unknown_form(void **state)
{
    (void)state;
    kp_bench bench;
    kp_evidence evidence;
    kp_bench_open(&bench, "akis-1", -1);
    desk it = desk_of(&bench);
    assert_int_equal(reset_with(&it, 1 | 2 | 4, KP_OP_RESET_BY_CRYPTOGRAM, &evidence),
                     KAMUPIN_E_COMMAND_UNKNOWN);
    assert_int_equal(kp_bench_sent(&bench), 0);
    kp_bench_close(&bench);
}

static void test_bad_challenge(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        kamupin_status status;
        unsigned int sw;
    } cases[] = {
        {"A1A2A3A4 9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"A1A2A3A4A5A6A7A8A9 9000", KAMUPIN_E_CARD_REPLY_MALFORMED, 0},
        {"A1A2A3A4A5A6A7A8 6282", KAMUPIN_E_CARD_REFUSED, 0x6282},
        {"6D00", KAMUPIN_E_CARD_REFUSED, 0x6D00},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        kp_evidence evidence;
        kp_bench_open(&bench, "akis-2", 3);
        desk it = desk_of(&bench);
        kp_bench_confirm(&bench);
        kp_bench_tries(&bench, 0);
        kp_bench_expect(&bench, CHALLENGE, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(reset(&it, &evidence), cases[i].status);
        expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, cases[i].sw);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

/* ---- the authority ---- */

/* Everything after which the cryptogram is thrown away unsent, and no mark is written. */
static void test_unsent(void **state)
{
    (void)state;
    static const struct {
        kamupin_status answers;
        int attempts_left;
        size_t cryptogram_length;
        int64_t takes_ms;
        bool cancel;
        kamupin_status status;
        int tries_left;
    } cases[] = {
        {KAMUPIN_E_NETWORK_TIMEOUT, 3, 16, 0, false, KAMUPIN_E_NETWORK_TIMEOUT, -1},
        {KAMUPIN_E_AUTHORITY_LIMIT, 3, 16, 0, false, KAMUPIN_E_AUTHORITY_LIMIT, -1},
        {KAMUPIN_OK, 1, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, 1},
        {KAMUPIN_OK, 0, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, 0},
        {KAMUPIN_OK, -1, 16, 0, false, KAMUPIN_E_AUTHORITY_EXHAUSTED, -1},
        {KAMUPIN_OK, 3, 0, 0, false, KAMUPIN_E_SERVICE_REPLY_MALFORMED, -1},
        {KAMUPIN_OK, 3, 256, 0, false, KAMUPIN_E_SERVICE_REPLY_MALFORMED, -1},
        {KAMUPIN_OK, 3, 16, KP_HOLD_MS + 1, false, KAMUPIN_E_NETWORK_TIMEOUT, -1},
        {KAMUPIN_OK, 3, 16, 0, true, KAMUPIN_E_CANCELLED, -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        it.answers = cases[i].answers;
        it.attempts_left = cases[i].attempts_left;
        it.cryptogram_length = cases[i].cryptogram_length;
        it.takes_ms = cases[i].takes_ms;
        it.pulls_cancel = cases[i].cancel;
        assert_int_equal(kamupin_cancel_new(bench.context, &bench.card.cancel, NULL), KAMUPIN_OK);
        kp_bench_logout(&bench);
        assert_int_equal(reset(&it, &evidence), cases[i].status);
        assert_int_equal(bench.card.error.tries_left, cases[i].tries_left);
        expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(it.asked, 1);
        assert_int_equal(it.marks, 0);
        kamupin_cancel_free(&bench.card.cancel);
        kp_bench_close(&bench);
    }
}

/* The whole of the time may be used. */
static void test_just_in_time(void **state)
{
    (void)state;
    kp_bench bench;
    desk it;
    kp_evidence evidence;
    open_blocked(&bench, &it);
    it.takes_ms = KP_HOLD_MS;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(reset(&it, &evidence), KAMUPIN_OK);
    kp_bench_close(&bench);
}

/* ---- the journal ---- */

static void test_first_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    desk it;
    kp_evidence evidence;
    open_blocked(&bench, &it);
    it.failing_mark = 1;
    kp_bench_logout(&bench);
    assert_int_equal(reset(&it, &evidence), KAMUPIN_E_STATE_FOLDER);
    expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
    assert_int_equal(it.marks, 1);
    kp_bench_close(&bench);
}

static void test_second_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    desk it;
    kp_evidence evidence;
    open_blocked(&bench, &it);
    it.failing_mark = 2;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_logout(&bench); /* and no new PIN */
    assert_int_equal(reset(&it, &evidence), KAMUPIN_E_STATE_FOLDER);
    expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_NONE, 0);
    assert_int_equal(it.marks, 2);
    kp_bench_close(&bench);
}

/* What the card has decided stays so, on disk or not. */
static void test_last_mark_fails(void **state)
{
    (void)state;
    kp_bench bench;
    desk it;
    kp_evidence evidence;
    open_blocked(&bench, &it);
    it.failing_mark = 3;
    kp_bench_expect(&bench, AUTHENTICATE, "9000");
    kp_bench_expect(&bench, RESET, "9000");
    kp_bench_logout(&bench);
    assert_int_equal(reset(&it, &evidence), KAMUPIN_OK);
    expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, KAMUPIN_OUTCOME_DONE, 0);
    kp_bench_close(&bench);

    open_blocked(&bench, &it);
    it.failing_mark = 2;
    kp_bench_expect(&bench, AUTHENTICATE, "6982");
    kp_bench_logout(&bench);
    assert_int_equal(reset(&it, &evidence), KAMUPIN_E_AUTHENTICATION_REFUSED);
    kp_bench_close(&bench);
}

/* ---- the card's answers ---- */

static void test_authentication_refused(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned int sw;
    } cases[] = {{"6982", 0x6982}, {"63C2", 0x63C2}, {"6300", 0x6300},
                 {"6983", 0x6983}, {"6984", 0x6984}, {"6985", 0x6985},
                 {"6A88", 0x6A88}, {"6F00", 0x6F00}, {"6C10", 0x6C10}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(reset(&it, &evidence), KAMUPIN_E_AUTHENTICATION_REFUSED);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        assert_int_equal(bench.card.error.origin, KAMUPIN_FROM_CARD);
        expect_evidence(&evidence, KP_AUTHENTICATION_REFUSED, KAMUPIN_OUTCOME_NONE, cases[i].sw);
        assert_int_equal(it.marks, 2);
        expect_mark(&it, 1, BEFORE_IT + 1, KP_AUTHENTICATION_REFUSED, KAMUPIN_OUTCOME_NONE,
                    cases[i].sw);
        kp_bench_close(&bench);
    }
}

static void test_new_pin_refused(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        unsigned int sw;
        kamupin_outcome outcome;
    } cases[] = {
        {"6982", 0x6982, KAMUPIN_OUTCOME_NOT_DONE}, {"6983", 0x6983, KAMUPIN_OUTCOME_NOT_DONE},
        {"6984", 0x6984, KAMUPIN_OUTCOME_NOT_DONE}, {"6A80", 0x6A80, KAMUPIN_OUTCOME_NOT_DONE},
        {"6400", 0x6400, KAMUPIN_OUTCOME_NOT_DONE}, {"6700", 0x6700, KAMUPIN_OUTCOME_NOT_DONE},
        {"6E00", 0x6E00, KAMUPIN_OUTCOME_NOT_DONE}, {"6581", 0x6581, KAMUPIN_OUTCOME_UNKNOWN},
        {"6F00", 0x6F00, KAMUPIN_OUTCOME_UNKNOWN},  {"63C0", 0x63C0, KAMUPIN_OUTCOME_UNKNOWN},
        {"6200", 0x6200, KAMUPIN_OUTCOME_UNKNOWN},  {"9001", 0x9001, KAMUPIN_OUTCOME_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        kp_bench_expect(&bench, RESET, cases[i].reply);
        kp_bench_logout(&bench);
        assert_int_equal(reset(&it, &evidence), KAMUPIN_E_CARD_REFUSED);
        assert_int_equal(bench.card.error.status_word, cases[i].sw);
        expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, cases[i].outcome, cases[i].sw);
        expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, cases[i].outcome,
                    cases[i].sw);
        kp_bench_close(&bench);
    }
}

/* ---- the card is lost ---- */

/* What happens at a command, and what that says of it. */
typedef struct loss {
    const char *reply; /* "": a success without a byte */
    kamupin_status status;
    bool unsent;
    kp_script_then then;
    kamupin_status becomes;
    bool maybe; /* the card may have had the command */
} loss;

static const loss losses[] = {
    {NULL, KAMUPIN_E_CARD_RESET, true, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, false},
    {NULL, KAMUPIN_E_CARD_RESET, false, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, true},
    {NULL, KAMUPIN_E_CARD_REMOVED, false, KP_THEN_REMOVE, KAMUPIN_E_CARD_REMOVED, true},
    {NULL, KAMUPIN_E_READER_FAILED, false, KP_THEN_STAY, KAMUPIN_E_READER_FAILED, true},
    {"", KAMUPIN_OK, false, KP_THEN_STAY, KAMUPIN_E_CARD_RESET, true},
    {"", KAMUPIN_OK, false, KP_THEN_REMOVE, KAMUPIN_E_CARD_REMOVED, true},
};

static void lose(kp_bench *bench, const char *command, const loss *how)
{
    kp_bench_step(bench, (kp_script_step){.expect = command,
                                          .reply = how->reply,
                                          .status = how->status,
                                          .then = how->then,
                                          .unsent = how->unsent});
}

static void test_lost_at_authentication(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(losses); i++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        lose(&bench, AUTHENTICATE, &losses[i]);
        assert_int_equal(reset(&it, &evidence), losses[i].becomes);
        kp_authentication said =
            losses[i].maybe ? KP_AUTHENTICATION_UNKNOWN : KP_AUTHENTICATION_NOT_SENT;
        expect_evidence(&evidence, said, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(it.marks, 2);
        expect_mark(&it, 1, BEFORE_IT + 1, said, KAMUPIN_OUTCOME_NONE, 0);
        kp_bench_close(&bench);
    }
}

static void test_lost_at_new_pin(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(losses); i++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        kp_bench_expect(&bench, AUTHENTICATE, "9000");
        lose(&bench, RESET, &losses[i]);
        assert_int_equal(reset(&it, &evidence), losses[i].becomes);
        kamupin_outcome said = losses[i].maybe ? KAMUPIN_OUTCOME_UNKNOWN : KAMUPIN_OUTCOME_NONE;
        expect_evidence(&evidence, KP_AUTHENTICATION_ACCEPTED, said, 0);
        expect_mark(&it, 2, BEFORE_IT + 2, KP_AUTHENTICATION_ACCEPTED, said, 0);
        kp_bench_close(&bench);
    }
}

/* Pulled at each command before EXTERNAL AUTHENTICATE: nothing is asked for, nothing is spent. */
static void test_removed_before(void **state)
{
    (void)state;
    for (size_t last = 0; last < BEFORE_IT; last++) {
        kp_bench bench;
        desk it;
        kp_evidence evidence;
        open_blocked(&bench, &it);
        kp_script_cut(&bench.script, bench.reader, last, KAMUPIN_E_CARD_REMOVED, KP_THEN_REMOVE);
        assert_int_equal(reset(&it, &evidence), KAMUPIN_E_CARD_REMOVED);
        expect_evidence(&evidence, KP_AUTHENTICATION_NOT_SENT, KAMUPIN_OUTCOME_NONE, 0);
        assert_int_equal(evidence.state_before,
                         last < 5 ? KAMUPIN_PIN_UNKNOWN : KAMUPIN_PIN_BLOCKED);
        assert_int_equal(it.asked + it.marks, 0);
        kp_bench_close(&bench);
    }
}

/* ---- nothing stays behind ---- */

typedef struct errand {
    kp_bench bench;
    desk it;
    kamupin_secret *pin;
    kp_evidence evidence;
    kamupin_status status;
} errand;

/* The desk's cryptogram is its own to wipe; here it is written straight into the library's. */
static void reset_alone(void *user)
{
    errand *given = user;
    const kp_authority authority = {&given->it, answer, mark};

    given->status = kp_pin_reset(&given->bench.card, &authority, given->pin, KAMUPIN_RISK_UNPROVEN,
                                 0, &given->evidence);
}

static void test_no_trace(void **state)
{
    (void)state;
    static const char *const texts[] = {NEW_PIN, "\xC3\xC4\xC5\xC6\xC7\xC8\xC9\xCA"};
    static const char *const replies[] = {"9000", "6982", ""};
    for (size_t i = 0; i < 2 * COUNT(replies); i++) {
        errand given;
        bool late = i >= COUNT(replies); /* the answer is thrown away */
        open_blocked(&given.bench, &given.it);
        given.it.takes_ms = late ? KP_HOLD_MS + 1 : 0;
        if (!late) {
            kp_bench_expect(&given.bench, AUTHENTICATE, "9000");
            kp_bench_expect(&given.bench, RESET, replies[i]);
        }
        if (late || replies[i][0] != '\0')
            kp_bench_logout(&given.bench);
        given.pin = kp_bench_secret(&given.bench, KAMUPIN_SECRET_PIN, NEW_PIN);
        kp_bench_leaves_no_trace(reset_alone, &given, texts, COUNT(texts));
        assert_int_equal(given.status == KAMUPIN_OK, i == 0);
        kamupin_secret_free(&given.pin);
        kp_bench_close(&given.bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_done),
        cmocka_unit_test(test_states_before),
        cmocka_unit_test(test_dead),
        cmocka_unit_test(test_refused_before_the_card),
        cmocka_unit_test(test_unknown_form),
        cmocka_unit_test(test_bad_challenge),
        cmocka_unit_test(test_unsent),
        cmocka_unit_test(test_just_in_time),
        cmocka_unit_test(test_first_mark_fails),
        cmocka_unit_test(test_second_mark_fails),
        cmocka_unit_test(test_last_mark_fails),
        cmocka_unit_test(test_authentication_refused),
        cmocka_unit_test(test_new_pin_refused),
        cmocka_unit_test(test_lost_at_authentication),
        cmocka_unit_test(test_lost_at_new_pin),
        cmocka_unit_test(test_removed_before),
        cmocka_unit_test(test_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
