/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   counted.h: what a piece of work cost, held against its row of docs/performance-calls.md. A test
   that counts another number than the page says fails, and prints the row as it should be: the page
   cannot say what no test has counted. */
#ifndef KP_TEST_COUNTED_H
#define KP_TEST_COUNTED_H

#include "script_backend.h"

typedef struct kp_counted {
    unsigned int workers, lists, states, connects, transactions, commands;
} kp_counted;

/** The counts of a script so far, over all its readers. */
kp_counted kp_counted_now(kp_script *script);

/** Fails the test unless the page's row `work` says what was counted since `before`. `blocks`: how
 * many of the commands were reads of certificates; the row has ⌈size/244⌉ for those of each of
 * `certificates`. */
void kp_counted_is(const char *work, kp_script *script, kp_counted before, unsigned int blocks,
                   unsigned int certificates);

#endif
