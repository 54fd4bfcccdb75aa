/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   channel_bench.c: see channel_bench.h. Touches memory only. */
#include "channel_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void keep_log(void *user, kamupin_log_level level, const char *room, const char *line)
{
    kp_channel_bench *bench = user;
    size_t used = strlen(bench->log);
    (void)level;
    (void)room;
    snprintf(bench->log + used, sizeof bench->log - used, "%s\n", line);
}

void kp_channel_bench_open(kp_channel_bench *bench)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    memset(bench, 0, sizeof *bench);
    kp_script_init(&bench->script);
    kp_script_add(&bench->script, "R", KP_ATR_AKIS2);
    options.backend = &bench->script.backend;
    options.log = keep_log;
    options.log_user = bench;
    options.log_level = KAMUPIN_LOG_TRACE;
    assert_int_equal(kamupin_context_new(&options, &bench->context, NULL), KAMUPIN_OK);
    assert_int_equal(kp_channel_open(bench->context, "R", &bench->channel, &bench->error),
                     KAMUPIN_OK);
    assert_int_equal(kp_channel_begin(&bench->channel, NULL, &bench->error), KAMUPIN_OK);
    bench->channel.stale = false;
}

int kp_channel_bench_close(kp_channel_bench *bench)
{
    kp_channel_close(&bench->channel);
    const char *problem = kp_script_problem(&bench->script);
    kp_sm_close(&bench->session);
    kp_script_free(&bench->script);
    kamupin_context_free(&bench->context);
    return problem == NULL ? 0 : -1;
}

kamupin_status kp_channel_bench_send(kp_channel_bench *bench, const kp_command *command)
{
    return kp_channel_send(&bench->channel, command, &bench->response, &bench->error);
}
