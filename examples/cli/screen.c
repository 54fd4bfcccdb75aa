/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   screen.c: see screen.h. One mutex guards the screen; a ticker thread redraws the live line. */
#include "screen.h"
#include "tone.h"
#include "width.h"
#include "wrap.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LIVE_MAX 400

struct cli_screen {
    bool terminal; /* with a line at the bottom that is written over */
    bool dumb;     /* a terminal that obeys no sequences */
    kamupin_language language;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t ticker;
    bool closing;
    bool live;        /* a live line is at the bottom */
    int64_t deadline; /* of its countdown in cli_now() time, -1 for none */
    char text[LIVE_MAX];
};

int64_t cli_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *cli_clean(const char *text, char *room, size_t size)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < size; text++) {
        unsigned char byte = (unsigned char)*text;
        bool c1 = byte == 0xC2U && ((unsigned char)text[1] & 0xE0U) == 0x80U; /* U+0080..U+009F */
        room[used++] = byte < 0x20U || byte == 0x7FU || c1 ? '?' : *text;
        if (c1)
            text++;
    }
    room[used] = '\0';
    return room;
}

static int columns(void)
{
    return cli_columns(STDERR_FILENO);
}

static void draw(const char *text, bool dumb)
{
    fputs(dumb ? "\r" : "\r\033[K", stderr);
    fwrite(text, 1, cli_clip(text, columns() - 1), stderr);
    fflush(stderr);
}

/* "→ what it does (12 s left)" in at most `width` characters: the time stays, the text gives way.
 */
static void compose(const cli_screen *screen, bool seconds, int width, char *room, size_t size)
{
    char left[48] = "";
    if (seconds && screen->deadline >= 0) {
        char time[48];
        snprintf(left, sizeof left, " (%.40s)",
                 cli_time_left(screen->language, screen->deadline - cli_now(), time, sizeof time));
    }
    int most = width - cli_width("→ ") - cli_width(left);
    bool fits = cli_width(screen->text) <= most;
    size_t length = fits ? strlen(screen->text) : cli_clip(screen->text, most - 1);
    snprintf(room, size, "→ %.*s%s%s", (int)length, screen->text, fits ? "" : "…", left);
}

static void draw_live(const cli_screen *screen)
{
    char line[LIVE_MAX + 64];
    compose(screen, true, columns() - 1, line, sizeof line);
    draw(line, false);
}

static void settle(cli_screen *screen, cli_tone tone)
{
    if (!screen->live)
        return;
    screen->live = false;
    if (!screen->terminal)
        return;
    char line[LIVE_MAX + 64];
    compose(screen, false, columns() - 1, line, sizeof line);
    fprintf(stderr, "\r\033[K%s%s%s\n", cli_tone_on(STDERR_FILENO, tone), line,
            cli_tone_off(STDERR_FILENO, tone));
}

static void *tick(void *user)
{
    cli_screen *screen = user;
    pthread_mutex_lock(&screen->lock);
    while (!screen->closing) {
        if (!screen->live || screen->deadline < 0) {
            pthread_cond_wait(&screen->changed, &screen->lock);
            continue;
        }
        draw_live(screen);
        struct timespec next;
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_sec += cli_time_changes(screen->deadline - cli_now());
        pthread_cond_timedwait(&screen->changed, &screen->lock, &next);
    }
    pthread_mutex_unlock(&screen->lock);
    return NULL;
}

cli_screen *cli_screen_new(bool terminal, kamupin_language language)
{
    cli_screen *screen = calloc(1, sizeof *screen);
    if (screen == NULL)
        return NULL;
    screen->dumb = terminal && !cli_tone_obeyed();
    screen->terminal = terminal && !screen->dumb;
    screen->language = language;
    pthread_mutex_init(&screen->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&screen->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (screen->terminal && pthread_create(&screen->ticker, NULL, tick, screen) != 0) {
        free(screen);
        screen = NULL;
    }
    return screen;
}

void cli_screen_free(cli_screen **screen)
{
    if (*screen == NULL)
        return;
    cli_screen_settle(*screen);
    pthread_mutex_lock(&(*screen)->lock);
    (*screen)->closing = true;
    pthread_cond_signal(&(*screen)->changed);
    pthread_mutex_unlock(&(*screen)->lock);
    if ((*screen)->terminal)
        pthread_join((*screen)->ticker, NULL);
    pthread_cond_destroy(&(*screen)->changed);
    pthread_mutex_destroy(&(*screen)->lock);
    free(*screen);
    *screen = NULL;
}

/* A mark, with the colour of its tone but for the line ends before it. */
static void write_mark(const char *mark, cli_tone tone)
{
    const size_t before = strspn(mark, "\n");
    fprintf(stderr, "%.*s%s%s%s", (int)before, mark, cli_tone_on(STDERR_FILENO, tone),
            mark + before, cli_tone_off(STDERR_FILENO, tone));
}

/* `whole`: the text has the tone, too. */
static void write_line(cli_screen *screen, const char *mark, const char *text, cli_tone tone,
                       bool whole)
{
    pthread_mutex_lock(&screen->lock);
    bool again = screen->live && screen->terminal;
    if (again)
        fputs("\r\033[K", stderr);
    write_mark(mark, tone);
    if (whole)
        fputs(cli_tone_on(STDERR_FILENO, tone), stderr);
    if (screen->terminal || screen->dumb) {
        const char *line = strrchr(mark, '\n');
        cli_wrap(stderr, text, cli_width(line != NULL ? line + 1 : mark), columns());
    } else {
        fputs(text, stderr);
    }
    fprintf(stderr, "%s\n", whole ? cli_tone_off(STDERR_FILENO, tone) : "");
    if (again)
        draw_live(screen);
    fflush(stderr);
    pthread_mutex_unlock(&screen->lock);
}

void cli_screen_line(cli_screen *screen, const char *mark, const char *text)
{
    const cli_tone tone = strcmp(mark, "kamupin: ") == 0 ? CLI_ERROR
                          : strcmp(mark, "! ") == 0      ? CLI_WARNING
                                                         : CLI_PLAIN;
    write_line(screen, mark, text, tone, false);
}

void cli_screen_aside(cli_screen *screen, const char *mark, const char *text)
{
    write_line(screen, mark, text, CLI_FAINT, true);
}

void cli_screen_live(cli_screen *screen, const char *text, int seconds_left)
{
    pthread_mutex_lock(&screen->lock);
    settle(screen, CLI_PLAIN);
    snprintf(screen->text, sizeof screen->text, "%s", text);
    screen->deadline = seconds_left >= 0 ? cli_now() + (int64_t)seconds_left * 1000 : -1;
    screen->live = true;
    if (screen->terminal) {
        draw_live(screen);
    } else {
        char line[LIVE_MAX + 64];
        compose(screen, true, LIVE_MAX, line, sizeof line);
        fprintf(stderr, "%s\n", line);
    }
    pthread_cond_signal(&screen->changed);
    pthread_mutex_unlock(&screen->lock);
}

void cli_screen_settle(cli_screen *screen)
{
    pthread_mutex_lock(&screen->lock);
    settle(screen, CLI_PLAIN);
    pthread_mutex_unlock(&screen->lock);
}

void cli_screen_settle_good(cli_screen *screen)
{
    pthread_mutex_lock(&screen->lock);
    settle(screen, CLI_GOOD);
    pthread_mutex_unlock(&screen->lock);
}

void cli_screen_draw(cli_screen *screen, const char *text)
{
    pthread_mutex_lock(&screen->lock);
    draw(text, screen->dumb);
    pthread_mutex_unlock(&screen->lock);
}
