/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin_bench.h: a card handle on a scripted reader, for tests of the PIN room: a card that was
   recognised before, a clock that the test moves, and a state folder of its own. The test scripts
   only what the PIN room is about; the steps around it (identification, counter, logout) have one
   call each. */
#ifndef KP_TEST_PIN_BENCH_H
#define KP_TEST_PIN_BENCH_H

#include <card/card.h>
#include <core/journal.h>
#include <core/secret.h>

#include "script_backend.h"

#define KP_BENCH_CERTIFICATE 300 /* bytes: two blocks */

typedef struct kp_bench {
    kp_script script;
    size_t reader;
    kamupin_context *context;
    kamupin_card card;
    int64_t now; /* the context's clock, in milliseconds */
    char folder[64];
    unsigned char certificate[KP_BENCH_CERTIFICATE];
} kp_bench;

/** Makes a bench with a card of that row ("akis-1", "akis-2"): usable, PUK tries `puk_left` of 3
 * (-1: not known). */
void kp_bench_open(kp_bench *bench, const char *row, int puk_left);
/** Fails the test when the script was not followed to its end, a connection or transaction is left,
 * or the card's lock is still held; frees. */
void kp_bench_close(kp_bench *bench);

/** Removes a state folder and the files in it. */
void kp_bench_remove_folder(const char *folder);

/** Appends the steps of identification; answers how many. */
unsigned int kp_bench_confirm(kp_bench *bench);
/** Appends the steps of reading the PIN's counter (0..3 of 3). */
unsigned int kp_bench_tries(kp_bench *bench, int left);
/** … and of reading it with another answer to the last of them. */
unsigned int kp_bench_tries_reply(kp_bench *bench, const char *reply);
/** Appends the steps of logging out. */
unsigned int kp_bench_logout(kp_bench *bench);

/** Appends any step. */
void kp_bench_expect(kp_bench *bench, const char *command, const char *reply);
void kp_bench_step(kp_bench *bench, kp_script_step step);

kamupin_secret *kp_bench_secret(kp_bench *bench, kamupin_secret_kind kind, const char *text);

/** Commands sent so far. */
unsigned int kp_bench_sent(kp_bench *bench);

/** Runs `work` on a stack of its own and fails the test when `text` is anywhere on it afterwards.
 */
void kp_bench_leaves_no_trace(void (*work)(void *user), void *user, const char *const *texts,
                              size_t count);

#endif
