/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fd.h: secrets from file descriptors (--…-fd), one line each, byte by byte into the secret. Reads
   only up to the end of the line, so that the next line is there for the next question. */
#ifndef CLI_FD_H
#define CLI_FD_H

#include "cli.h"

/** A line that is needed twice: a new PIN is typed twice by people, but given once by programs. */
typedef struct cli_kept {
    char bytes[KAMUPIN_SECRET_MAX];
    size_t length;
} cli_kept;

/** Wipes what is kept. */
void cli_kept_wipe(cli_kept *kept);

/** What a person may answer in place of a secret. */
typedef struct cli_instead {
    bool resend;       /* "r": RESEND */
    const char *other; /* this word: OTHER_FACTOR; NULL for none */
} cli_instead;

/** Whether what is typed is a word, without a copy of what is typed. */
typedef struct cli_match {
    const char *word; /* NULL: none */
    size_t typed;     /* characters */
    size_t wrong;     /* 1 + the place of the first that is not the word's; 0: none */
} cli_match;
void cli_match_type(cli_match *match, char byte);
void cli_match_back(cli_match *match);
bool cli_match_whole(const cli_match *match);

/** Takes the standard descriptors that the command was started without, so that no file and no
 * connection gets their numbers; reading and writing them fails. */
void cli_fd_hold(void);

/** Waits until the descriptor has something to say; false when the person cancels. */
bool cli_fd_wait(const cli *program, int fd);

/** Reads a line into `into` and, when `kept` is not NULL, also there.
 *  GIVEN; what `instead` (NULL: nothing) allows; STOP when there is no line; CANCEL on a signal. */
kamupin_answer cli_fd_line(const cli *program, int fd, const cli_instead *instead,
                           kamupin_secret *into, cli_kept *kept);

#endif
