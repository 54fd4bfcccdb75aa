/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   watch.c: card watch: a live table when standard output is a terminal, else one JSON object a
   line. An event loop over the watch's descriptor, the signals and standard output, whose reader
   may go away. Touches no card: what is shown is what the reader system knows by itself. */
#include "cli.h"
#include "width.h"
#include "wrap.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST_DRAWN ((size_t)200) /* readers; a table is for people */

typedef struct row {
    char reader[KAMUPIN_READER_NAME_MAX];
    bool card;
    kamupin_status status; /* of the card: ok, card-mute or card-unsupported */
    char profile[24];
    time_t since;
} row;

typedef struct table {
    const cli *program;
    kamupin_status service;
    row *rows;
    size_t count;
    int drawn; /* lines of the table that stand above the cursor */
} table;

/* ---- the table ---- */

static void draw_line(table *view, const char *text)
{
    char clean[400];
    cli_clean(text, clean, sizeof clean);
    printf("%.*s\n", (int)cli_clip(clean, cli_columns(STDOUT_FILENO) - 1), clean);
    view->drawn++;
}

static const char *card_text(const cli *program, const row *at, char *room, size_t size)
{
    if (!at->card)
        return cli_say(program, M_KIND_NONE);
    if (at->status == KAMUPIN_E_CARD_MUTE)
        return cli_say(program, M_WATCH_MUTE);
    if (at->status != KAMUPIN_OK)
        return cli_say(program, M_WATCH_UNSUPPORTED);
    return cli_fill(program->args.language, M_WATCH_CARD, at->profile, room, size);
}

static void draw_row(table *view, const char *when, const char *reader, const char *card, int wide)
{
    char line[400];
    int pad = wide - cli_width(reader);
    snprintf(line, sizeof line, "%-8.20s  %s%*s  %s", when, reader, pad > 0 ? pad : 0, "", card);
    draw_line(view, line);
}

/* How many readers the terminal has room for, beside header, hint, the line that counts the others,
 * and the cursor's. */
static size_t room_for(size_t readers)
{
    size_t lines = (size_t)cli_lines(STDOUT_FILENO);
    size_t most = readers;
    if (lines > 0 && readers + 3 > lines)
        most = lines > 5 ? lines - 4 : 1;
    return most < MOST_DRAWN ? most : MOST_DRAWN;
}

/* Whether a reader is among those that are drawn: those with cards go before the empty ones. */
static bool is_drawn(const table *view, size_t index, size_t room)
{
    size_t before = 0;
    for (size_t i = 0; i < view->count; i++)
        if (view->rows[i].card != view->rows[index].card)
            before += view->rows[i].card;
        else
            before += i < index;
    return before < room;
}

static void draw_rows(table *view)
{
    const size_t room = room_for(view->count);
    const cli *program = view->program;
    int wide = cli_width(cli_say(program, M_READER));
    for (size_t i = 0; i < view->count; i++)
        if (cli_width(view->rows[i].reader) > wide)
            wide = cli_width(view->rows[i].reader);
    draw_row(view, cli_say(program, M_TIME), cli_say(program, M_READER), cli_say(program, M_CARD),
             wide);
    for (size_t i = 0; i < view->count; i++) {
        char when[16] = "", card[100];
        if (!is_drawn(view, i, room))
            continue;
        struct tm parts;
        if (localtime_r(&view->rows[i].since, &parts) != NULL)
            strftime(when, sizeof when, "%H:%M:%S", &parts);
        draw_row(view, when, view->rows[i].reader,
                 card_text(program, &view->rows[i], card, sizeof card), wide);
    }
    if (view->count > room) {
        char line[100];
        draw_line(view, cli_fill_number(program->args.language, M_WATCH_MORE,
                                        (long)(view->count - room), line, sizeof line));
    }
}

/* Draws the table in place of the one that stands there. A log writes between: then below it. */
static void draw(table *view)
{
    const cli *program = view->program;
    if (view->drawn > 0 && program->args.log == 0 && !program->args.verbose && cli_tone_obeyed())
        printf("\033[%dA\r\033[J", view->drawn);
    view->drawn = 0;
    if (view->service != KAMUPIN_OK)
        draw_line(view, kamupin_status_cause(view->service, program->args.language));
    else if (view->count == 0)
        draw_line(view, cli_say(program, M_NO_READERS));
    else
        draw_rows(view);
    draw_line(view, cli_say(program, M_WATCH_HINT));
}

static row *row_of(table *view, const char *reader)
{
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->rows[i].reader, reader) == 0)
            return &view->rows[i];
    return NULL;
}

static bool add_row(table *view, const char *reader)
{
    row *grown = realloc(view->rows, (view->count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    view->rows = grown;
    row *made = &view->rows[view->count++];
    *made = (row){.since = time(NULL)};
    snprintf(made->reader, sizeof made->reader, "%s", reader);
    return true;
}

/* Takes an event over; false when there is no memory. */
static bool take(table *view, const kamupin_watch_event *event)
{
    row *at = row_of(view, event->reader);
    switch (event->kind) {
    case KAMUPIN_WATCH_SERVICE_UP:
    case KAMUPIN_WATCH_SERVICE_DOWN:
        view->service = event->status;
        break;
    case KAMUPIN_WATCH_READER_IN:
        return at != NULL || add_row(view, event->reader);
    case KAMUPIN_WATCH_READER_OUT:
        if (at != NULL) {
            size_t behind = (size_t)(&view->rows[view->count] - at) - 1;
            memmove(at, at + 1, behind * sizeof *at);
            view->count--;
        }
        break;
    case KAMUPIN_WATCH_CARD_IN:
    case KAMUPIN_WATCH_CARD_OUT:
        if (at != NULL) {
            at->card = event->kind == KAMUPIN_WATCH_CARD_IN;
            at->status = event->status;
            at->since = time(NULL);
            memcpy(at->profile, event->profile, sizeof at->profile);
        }
        break;
    }
    return true;
}

/* ---- the loop ---- */

/* Takes all events that there are, and shows them. */
static kamupin_status show_events(kamupin_watch *watch, table *view, bool json,
                                  kamupin_error *error)
{
    kamupin_watch_event event = KAMUPIN_WATCH_EVENT_INIT;
    bool news = false;
    kamupin_status status = KAMUPIN_OK;
    while ((status = kamupin_watch_next(watch, 0, NULL, &event, error)) == KAMUPIN_OK) {
        news = true;
        if (json)
            cli_json_line(cli_json_watch(&event, (int64_t)time(NULL)));
        else if (!take(view, &event))
            return cli_error(error, KAMUPIN_E_NO_MEMORY);
    }
    if (news && !json)
        draw(view);
    return status == KAMUPIN_E_TIMED_OUT ? KAMUPIN_OK : status;
}

/* Until a signal comes, or nobody reads any more. */
static kamupin_status follow(cli *program, kamupin_watch *watch, bool json, kamupin_error *error)
{
    table view = {.program = program, .service = KAMUPIN_OK};
    kamupin_status status = KAMUPIN_OK;
    struct pollfd waits[] = {{.fd = kamupin_watch_fd(watch), .events = POLLIN},
                             {.fd = cli_signals_wake(program->signals), .events = POLLIN},
                             {.fd = STDOUT_FILENO, .events = 0}};
    while (status == KAMUPIN_OK && fflush(stdout) == 0 && poll(waits, 3, -1) >= 0 &&
           waits[1].revents == 0 && waits[2].revents == 0)
        status = show_events(watch, &view, json, error);
    free(view.rows);
    return status;
}

kamupin_status cli_card_watch(cli *program, kamupin_error *error)
{
    kamupin_watch *watch = NULL;
    bool json = program->args.json || isatty(STDOUT_FILENO) == 0;
    cli_json_lines(program);
    kamupin_status status = kamupin_watch_new(program->context, NULL, NULL, &watch, error);
    if (status == KAMUPIN_OK)
        status = follow(program, watch, json, error);
    if (status != KAMUPIN_OK && json)
        cli_json_line(json_pack("{s:o}", "error",
                                cli_json_error(error, program->args.language, program->detail)));
    kamupin_watch_free(&watch);
    return status;
}
