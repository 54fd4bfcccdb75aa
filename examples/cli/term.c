/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   term.c: see term.h. */
#include "term.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_GONE = -1, KEY_NONE = -2 };
enum { CTRL_D = 0x04, CTRL_H = 0x08, CTRL_U = 0x15, ESCAPE = 0x1B, DELETE = 0x7F };

void cli_term_begin(cli_term *term, cli *program)
{
    *term = (cli_term){.program = program};
    if (!program->interactive || tcgetattr(STDIN_FILENO, &term->before) != 0)
        return;
    struct termios quiet = term->before;
    quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
    quiet.c_lflag |= NOFLSH; /* or Ctrl+C would take away the key that read() is for */
    quiet.c_cc[VMIN] = 1;
    quiet.c_cc[VTIME] = 0;
    quiet.c_cc[VSUSP] = _POSIX_VDISABLE; /* a stopped program would leave the shell without echo */
    term->open = tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet) == 0;
}

void cli_term_end(cli_term *term)
{
    if (term->open)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &term->before);
    term->open = false;
}

/* One byte of input; KEY_NONE after a second without, KEY_GONE on a signal or the end of input. */
static int read_key(const cli_term *term)
{
    struct pollfd watched[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = cli_signals_wake(term->program->signals), .events = POLLIN}};
    int ready = poll(watched, 2, 1000);
    if (ready < 0 && errno != EINTR)
        return KEY_GONE;
    if (ready <= 0)
        return KEY_NONE;
    if (watched[1].revents != 0)
        return KEY_GONE;
    unsigned char byte = 0;
    ssize_t got = read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR)
        return KEY_NONE;
    int key = got == 1 && byte != CTRL_D ? (int)byte : KEY_GONE;
    *(volatile unsigned char *)&byte = 0;
    return key;
}

/* Whether a question has to be drawn again after a key: not every second, for a screen reader would
 * read it out each time, unless its seconds run or a log writes between. */
static bool has_changed(const cli_term *term, int key, int64_t deadline)
{
    return key != KEY_NONE || deadline >= 0 || term->program->args.log != 0 ||
           term->program->args.verbose;
}

/* Swallows what an arrow key or a pasting terminal sends after ESC (ECMA-48, 5.4). */
static void swallow_escape(const cli_term *term)
{
    if (read_key(term) != '[')
        return;
    for (int key = read_key(term); key >= 0 && (key < 0x40 || key > 0x7E); key = read_key(term))
        continue;
}

static void draw_question(const cli_term *term, const char *label, int64_t deadline, size_t dots)
{
    char line[512];
    char seconds[64] = "";
    kamupin_language language = term->program->args.language;
    if (deadline >= 0) {
        int64_t left = deadline - cli_now();
        char time[48];
        snprintf(seconds, sizeof seconds, " (%s)",
                 cli_time_left(language, left, time, sizeof time));
    }
    int used = snprintf(line, sizeof line, "%s%s: ", label, seconds);
    size_t at = used > 0 ? (size_t)used : 0;
    for (; dots > 0 && at + sizeof "•" < sizeof line; dots--)
        at += (size_t)snprintf(line + at, sizeof line - at, "•");
    cli_screen_draw(term->program->screen, line);
}

static bool is_lead(int key)
{
    return ((unsigned int)key & 0xC0U) != 0x80U;
}

/* Puts a key into the secret; counts characters, not bytes, for the dots. */
static void type_key(kamupin_secret *into, int key, size_t *dots)
{
    char byte = (char)key;
    if (kamupin_secret_append(into, &byte, 1) != KAMUPIN_OK)
        fputc('\a', stderr);
    else if (is_lead(key))
        ++*dots;
    *(volatile char *)&byte = 0;
}

/* The answer that a key is by itself, before anything is typed; GIVEN when it is none. */
static kamupin_answer answer_of(const cli_instead *instead, int key, size_t dots)
{
    if (instead == NULL || dots > 0 || key < 'A' || key > 'z')
        return KAMUPIN_ANSWER_GIVEN;
    int small = key | 0x20;
    if (instead->resend && small == 'r')
        return KAMUPIN_ANSWER_RESEND;
    if (instead->other != NULL && instead->other[1] == '\0' && small == instead->other[0])
        return KAMUPIN_ANSWER_OTHER_FACTOR;
    return KAMUPIN_ANSWER_GIVEN;
}

kamupin_answer cli_term_secret(cli_term *term, const char *label, int seconds_left,
                               const cli_instead *instead, kamupin_secret *into)
{
    cli_screen_settle(term->program->screen);
    int64_t deadline = seconds_left >= 0 ? cli_now() + (int64_t)seconds_left * 1000 : -1;
    size_t dots = 0;
    cli_match other = {.word = instead != NULL ? instead->other : NULL};
    kamupin_answer answer = KAMUPIN_ANSWER_CANCEL;
    for (bool draw = true;;) {
        if (draw)
            draw_question(term, label, deadline, dots);
        int key = read_key(term);
        draw = has_changed(term, key, deadline);
        if (key == KEY_GONE)
            break;
        if (key == '\n' && dots > 0) {
            answer = cli_match_whole(&other) ? KAMUPIN_ANSWER_OTHER_FACTOR : KAMUPIN_ANSWER_GIVEN;
            break;
        }
        if (answer_of(instead, key, dots) != KAMUPIN_ANSWER_GIVEN) {
            answer = answer_of(instead, key, dots);
            break;
        }
        if (key == ESCAPE) {
            swallow_escape(term);
        } else if (key == DELETE || key == CTRL_H) {
            kamupin_secret_backspace(into);
            cli_match_back(&other);
            dots -= dots > 0;
        } else if (key == CTRL_U) {
            kamupin_secret_clear(into);
            other = (cli_match){.word = other.word};
            dots = 0;
        } else if (key >= ' ' || key == '\t') {
            type_key(into, key, &dots);
            if (is_lead(key))
                cli_match_type(&other, (char)key);
        }
        *(volatile int *)&key = 0;
    }
    if (answer != KAMUPIN_ANSWER_GIVEN)
        kamupin_secret_clear(into);
    fputc('\n', stderr);
    return answer;
}

kamupin_status cli_term_take(cli_term *term, const cli_wanted *wanted, kamupin_secret *into,
                             kamupin_answer *answer, kamupin_error *error)
{
    cli *program = term->program;
    kamupin_secret_clear(into);
    kamupin_answer given =
        wanted->fd >= 0
            ? cli_fd_line(program, wanted->fd, &wanted->instead, into, NULL)
            : cli_term_secret(term, cli_say(program, wanted->label), -1, &wanted->instead, into);
    if (answer != NULL)
        *answer = given;
    if (given == KAMUPIN_ANSWER_STOP)
        return cli_refuse(program, M_NO_LINE, wanted->option, error);
    return given == KAMUPIN_ANSWER_CANCEL ? cli_error(error, KAMUPIN_E_CANCELLED) : KAMUPIN_OK;
}

kamupin_answer cli_term_number(cli_term *term, const char *label, size_t most, size_t *number)
{
    cli_screen_settle(term->program->screen);
    size_t typed = 0;
    for (;;) {
        char line[160];
        if (typed > 0)
            snprintf(line, sizeof line, "%s (1-%zu): %zu", label, most, typed);
        else
            snprintf(line, sizeof line, "%s (1-%zu): ", label, most);
        cli_screen_draw(term->program->screen, line);
        int key = read_key(term);
        if (key == KEY_GONE)
            break;
        if (key >= '0' && key <= '9' && typed < 1000)
            typed = typed * 10 + (size_t)(key - '0');
        else if (key == DELETE || key == CTRL_H)
            typed /= 10;
        else if (key == CTRL_U)
            typed = 0;
        else if (key == ESCAPE)
            swallow_escape(term);
        if (key != '\n' || typed == 0)
            continue;
        fputc('\n', stderr);
        if (typed <= most) {
            *number = typed;
            return KAMUPIN_ANSWER_GIVEN;
        }
        cli_screen_line(term->program->screen, "! ", cli_say(term->program, M_CHOOSE_AGAIN));
        typed = 0;
    }
    fputc('\n', stderr);
    return KAMUPIN_ANSWER_CANCEL;
}

static bool is_letter_or_digit(int key)
{
    return (key >= 'a' && key <= 'z') || (key >= 'A' && key <= 'Z') || (key >= '0' && key <= '9');
}

bool cli_term_word(cli_term *term, cli_message label, cli_message otherwise, const char *word)
{
    cli *program = term->program;
    char typed[32] = "";
    size_t length = 0;
    int key = KEY_NONE;
    cli_screen_settle(program->screen);
    for (;;) {
        char line[200];
        typed[length] = '\0';
        snprintf(line, sizeof line, "%s: %s", cli_say(program, label), typed);
        cli_screen_draw(program->screen, line);
        key = read_key(term);
        if (key == KEY_GONE || (key == '\n' && cli_same(typed, word)))
            break;
        if (key == '\n') {
            cli_screen_settle(program->screen);
            cli_screen_line(program->screen, "! ", cli_say(program, otherwise));
        }
        if (is_letter_or_digit(key) && length + 1 < sizeof typed)
            typed[length++] = (char)key;
        else if (key == CTRL_U || key == '\n')
            length = 0;
        else if (key == DELETE || key == CTRL_H)
            length -= length > 0;
        else if (key == ESCAPE)
            swallow_escape(term);
    }
    fputc('\n', stderr);
    return key != KEY_GONE;
}

bool cli_term_enter(cli_term *term, const char *label)
{
    cli_screen_settle(term->program->screen);
    cli_screen_draw(term->program->screen, label);
    int key = KEY_NONE;
    while (key != '\n' && key != KEY_GONE)
        key = read_key(term);
    fputc('\n', stderr);
    return key == '\n';
}
