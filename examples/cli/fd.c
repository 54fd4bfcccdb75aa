/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fd.c: see fd.h. */
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

void cli_kept_wipe(cli_kept *kept)
{
    volatile char *at = kept->bytes;
    for (size_t i = 0; i < sizeof kept->bytes; i++)
        at[i] = 0;
    kept->length = 0;
}

void cli_fd_hold(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return;
}

bool cli_fd_wait(const cli *program, int fd)
{
    struct pollfd watched[2] = {{.fd = fd, .events = POLLIN},
                                {.fd = cli_signals_wake(program->signals), .events = POLLIN}};
    int ready = 0;
    do
        ready = poll(watched, 2, -1);
    while (ready < 0 && errno == EINTR);
    return ready > 0 && watched[1].revents == 0;
}

void cli_match_type(cli_match *match, char byte)
{
    if (match->word == NULL)
        return;
    if (match->wrong == 0 &&
        (match->typed >= strlen(match->word) || byte != match->word[match->typed]))
        match->wrong = match->typed + 1;
    match->typed++;
}

void cli_match_back(cli_match *match)
{
    match->typed -= match->typed > 0;
    if (match->wrong > match->typed)
        match->wrong = 0;
}

bool cli_match_whole(const cli_match *match)
{
    return match->word != NULL && match->wrong == 0 && match->typed == strlen(match->word);
}

kamupin_answer cli_fd_line(const cli *program, int fd, const cli_instead *instead,
                           kamupin_secret *into, cli_kept *kept)
{
    cli_match resend = {.word = instead != NULL && instead->resend ? "r" : NULL};
    cli_match other = {.word = instead != NULL ? instead->other : NULL};
    kamupin_answer answer = KAMUPIN_ANSWER_STOP;
    size_t count = 0;
    char byte = 0;
    if (kept != NULL)
        cli_kept_wipe(kept);
    for (;;) {
        if (!cli_fd_wait(program, fd)) {
            answer = KAMUPIN_ANSWER_CANCEL;
            break;
        }
        ssize_t got = read(fd, &byte, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || byte == '\n') {
            if (got > 0 || count > 0)
                answer = KAMUPIN_ANSWER_GIVEN;
            break;
        }
        if (byte == '\r')
            continue;
        cli_match_type(&resend, byte);
        cli_match_type(&other, byte);
        count++;
        /* A line that is too long keeps its beginning, and the library then finds it too long. */
        if (kamupin_secret_append(into, &byte, 1) == KAMUPIN_OK && kept != NULL &&
            kept->length < sizeof kept->bytes)
            kept->bytes[kept->length++] = byte;
    }
    *(volatile char *)&byte = 0;
    if (answer == KAMUPIN_ANSWER_GIVEN && (cli_match_whole(&resend) || cli_match_whole(&other))) {
        kamupin_secret_clear(into);
        answer = cli_match_whole(&resend) ? KAMUPIN_ANSWER_RESEND : KAMUPIN_ANSWER_OTHER_FACTOR;
    }
    return answer;
}
