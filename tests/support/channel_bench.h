/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   channel_bench.h: an open channel to a held card, which is a script, and what its log says. */
#ifndef KP_TEST_CHANNEL_BENCH_H
#define KP_TEST_CHANNEL_BENCH_H

#include "script_cards.h"

#include <card/channel.h>

typedef struct kp_channel_bench {
    kp_script script;
    kamupin_context *context;
    kp_channel channel;
    kp_sm *session; /* the test's own, NULL: none; closed with the bench */
    kp_response response;
    kamupin_error error;
    char log[8000]; /* every line, at the level of traces */
} kp_channel_bench;

/** A v2.x card in reader "R", as if it had been identified. */
void kp_channel_bench_open(kp_channel_bench *bench);
/** Frees; answers 0, or -1 when the script was not followed to its end: what a teardown answers. */
int kp_channel_bench_close(kp_channel_bench *bench);

/** Sends one command; the answer is in bench->response. */
kamupin_status kp_channel_bench_send(kp_channel_bench *bench, const kp_command *command);

#endif
