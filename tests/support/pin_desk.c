/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin_desk.c: the desk of pin_desk.h. Touches nothing but its bench. */
#include "pin_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <core/fail.h>
#include <pin/work.h>

static kamupin_status answer(void *user, const uint8_t *challenge, size_t challenge_length,
                             int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                             int *attempts_left, kamupin_error *error)
{
    kp_desk *it = user;

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

static size_t write_puk(void *user, unsigned char *room, size_t size)
{
    assert_true(strlen(user) <= size);
    memcpy(room, user, strlen(user));
    return strlen(user);
}

static kamupin_status disclose(void *user, kamupin_secret **puk, int *uses_left,
                               kamupin_error *error)
{
    kp_desk *it = user;
    char digits[] = PUK_TEXT;

    it->asked++;
    it->asked_at = kp_bench_sent(it->bench);
    assert_false(it->bench->card.channel.held); /* nothing binds the PUK to a moment of the card */
    if (it->pulls_cancel)
        kamupin_cancel_pull(it->bench->card.cancel);
    *uses_left = it->attempts_left;
    if (it->answers != KAMUPIN_OK)
        return kp_fail_local(error, it->answers);
    return kp_secret_written(it->bench->context, KP_SECRET_PUK, write_puk, digits, puk, error);
}

/* Gives the test's commands one after another, and says then that the right is there. */
static kamupin_status relay(void *user, const uint8_t *told, size_t told_length,
                            int64_t deadline_ms, kp_relay_step *step, kamupin_error *error)
{
    kp_desk *it = user;
    unsigned int byte = 0;

    (void)told;
    assert_int_equal(told_length == 0, it->relay_at == 0);
    assert_true(it->bench->card.channel.held);
    it->asked++;
    it->deadline = deadline_ms;
    it->bench->now += it->takes_ms;
    if (it->pulls_cancel && it->asked > it->pulls_after)
        kamupin_cancel_pull(it->bench->card.cancel);
    step->attempts_left = it->attempts_left;
    const char *text = it->relayed[it->relay_at];
    if (text != NULL)
        it->relay_at++;
    for (; text != NULL && sscanf(text, "%2x", &byte) == 1; text += 2)
        step->command[step->length++] = (uint8_t)byte;
    return it->answers == KAMUPIN_OK ? KAMUPIN_OK : kp_fail_local(error, it->answers);
}

static kamupin_status mark(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    kp_desk *it = user;

    assert_true(it->marks < sizeof it->mark / sizeof it->mark[0]);
    it->mark[it->marks].sent = kp_bench_sent(it->bench);
    it->mark[it->marks].authentication = evidence->authentication;
    it->mark[it->marks].outcome = evidence->outcome;
    it->mark[it->marks].status_word = evidence->status_word;
    it->marks++;
    if (it->marks == it->failing_mark)
        return kp_fail_local(error, KAMUPIN_E_STATE_FOLDER);
    return KAMUPIN_OK;
}

kp_authority kp_desk_authority(kp_desk *it)
{
    return (kp_authority){.user = it,
                          .answer = answer,
                          .mark = mark,
                          .form = it->form,
                          .puk = disclose,
                          .relay = relay};
}

kp_desk kp_desk_of(kp_bench *bench)
{
    return (kp_desk){.bench = bench, .attempts_left = 3, .cryptogram_length = 16};
}

/* One attempt with the new PIN "98765432". */
kamupin_status kp_desk_reset_with(kp_desk *it, unsigned int risk, unsigned int vouched,
                                  kp_evidence *evidence)
{
    const kp_authority authority = kp_desk_authority(it);
    kamupin_secret *pin = kp_bench_secret(it->bench, KAMUPIN_SECRET_PIN, NEW_PIN);

    memset(evidence, 0xEE, sizeof *evidence);
    kamupin_status status =
        kp_pin_reset(&it->bench->card, &authority, pin, risk, vouched, evidence);
    kamupin_secret_free(&pin);
    assert_int_equal(it->bench->card.error.status, status);
    assert_false(it->bench->card.channel.held);
    return status;
}

void kp_desk_open_place(kp_desk_place *place, kp_authority_form form)
{
    kp_bench_open(&place->bench, "akis-2", 3);
    place->desk = kp_desk_of(&place->bench);
    place->desk.form = form;
    place->row = *place->bench.card.identity.profile;
    place->bench.card.identity.profile = &place->row;
    place->bench.card.identity.info.pin_state = KAMUPIN_PIN_BLOCKED;
}

kamupin_status kp_desk_reset(kp_desk *it, kp_evidence *evidence)
{
    return kp_desk_reset_with(it, KAMUPIN_RISK_NONE, KP_OP_RESET_BY_CRYPTOGRAM, evidence);
}

void kp_desk_expect_mark(const kp_desk *it, unsigned int index, unsigned int sent,
                         kp_authentication authentication, kamupin_outcome outcome, unsigned int sw)
{
    assert_true(index < it->marks);
    assert_int_equal(it->mark[index].sent, sent);
    assert_int_equal(it->mark[index].authentication, authentication);
    assert_int_equal(it->mark[index].outcome, outcome);
    assert_int_equal(it->mark[index].status_word, sw);
}

void kp_desk_expect_evidence(const kp_evidence *evidence, kp_authentication authentication,
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
void kp_desk_open_blocked(kp_bench *bench, kp_desk *it)
{
    kp_bench_open(bench, "akis-2", 3);
    *it = kp_desk_of(bench);
    assert_int_equal(kp_bench_confirm(bench) + kp_bench_tries(bench, 0), BEFORE_IT - 1);
    kp_bench_expect(bench, CHALLENGE, CHALLENGED);
}
