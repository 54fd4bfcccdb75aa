/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   term.h: questions at the terminal. From the first question to the last the terminal does not
   echo, also between questions, so that a PIN typed too early is not shown; what was typed and not
   used is thrown away at the end, so that it reaches no shell. Secrets go byte by byte into their
   kamupin_secret and are shown as dots. */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include "fd.h"

#include <termios.h>

typedef struct cli_term {
    cli *program;
    bool open;
    struct termios before;
} cli_term;

/** Takes the terminal when the program is interactive; harmless otherwise. */
void cli_term_begin(cli_term *term, cli *program);
/** Puts the terminal back as it was. */
void cli_term_end(cli_term *term);

/** Asks for a secret. seconds_left -1: no countdown. `instead` (NULL: nothing): the key r, or another
 * word, which answers at once when it is a single letter, else with Enter. */
kamupin_answer cli_term_secret(cli_term *term, const char *label, int seconds_left,
                               const cli_instead *instead, kamupin_secret *into);

/** A secret that is wanted, of a descriptor or of a person. */
typedef struct cli_wanted {
    cli_message label;
    int fd;             /* -1: a person is asked */
    const char *option; /* the one that names the descriptor */
    cli_instead instead;
} cli_wanted;

/** Takes it into `into`, anew. `answer` (NULL: nothing but the secret is allowed): what was answered.
 * Errors: invalid-argument (the descriptor has no line; said), cancelled. */
kamupin_status cli_term_take(cli_term *term, const cli_wanted *wanted, kamupin_secret *into,
                             kamupin_answer *answer, kamupin_error *error);

/** Asks for a number from 1 to `most`; GIVEN or CANCEL. */
kamupin_answer cli_term_number(cli_term *term, const char *label, size_t most, size_t *number);

/** Has `word` typed (letters and digits, any case) and Enter; `otherwise` is said of another one, and it
 * is asked for again. false when the person gave up. */
bool cli_term_word(cli_term *term, cli_message label, cli_message otherwise, const char *word);

/** Waits for Enter; false when the person gave up. */
bool cli_term_enter(cli_term *term, const char *label);

#endif
