/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   counted.c: see counted.h. Reads docs/performance-calls.md and writes nothing. */
#include "counted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define PAGE KP_TEST_DOCS "/performance-calls.md"

kp_counted kp_counted_now(kp_script *script)
{
    kp_counted now = {0};
    pthread_mutex_lock(&script->lock);
    now.workers = script->opens;
    now.lists = script->lists;
    now.states = script->watches;
    for (size_t i = 0; i < script->reader_count; i++) {
        now.connects += script->readers[i].connects;
        now.transactions += script->readers[i].begins;
        now.commands += script->readers[i].transmits;
    }
    pthread_mutex_unlock(&script->lock);
    return now;
}

/* The line of the page that begins with that work; fails the test when there is none. */
static void find_row(const char *work, char *line, int room)
{
    char begin[160];
    snprintf(begin, sizeof begin, "| %s |", work);
    FILE *page = fopen(PAGE, "r");
    assert_non_null(page);
    do
        if (fgets(line, room, page) == NULL)
            line[0] = '\0';
    while (line[0] != '\0' && strncmp(line, begin, strlen(begin)) != 0);
    fclose(page);
}

void kp_counted_is(const char *work, kp_script *script, kp_counted before, unsigned int blocks,
                   unsigned int certificates)
{
    char commands[64], row[320], line[512];
    kp_counted now = kp_counted_now(script);
    unsigned int sent = now.commands - before.commands;
    assert_true(sent >= blocks);
    if (certificates == 0)
        snprintf(commands, sizeof commands, "%u", sent - blocks);
    else if (certificates == 1)
        snprintf(commands, sizeof commands, "%u + ⌈size/244⌉", sent - blocks);
    else
        snprintf(commands, sizeof commands, "%u + %u × ⌈size/244⌉", sent - blocks, certificates);
    snprintf(row, sizeof row, "| %s | %u | %u | %u | %u | %u | %s |", work,
             now.workers - before.workers, now.lists - before.lists, now.states - before.states,
             now.connects - before.connects, now.transactions - before.transactions, commands);
    find_row(work, line, sizeof line);
    if (strncmp(line, row, strlen(row)) != 0)
        fail_msg("%s\n   says    %s\n   counted %s", PAGE, line, row);
}
