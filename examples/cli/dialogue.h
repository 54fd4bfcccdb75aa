/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   dialogue.h: the questions of an operation, answered at the terminal or from descriptors. */
#ifndef CLI_DIALOGUE_H
#define CLI_DIALOGUE_H

#include "fd.h"
#include "term.h"

typedef struct cli_dialogue {
    cli *program;
    cli_term term;
    cli_kept kept;        /* the new PIN's line, between its two questions */
    kamupin_secret *copy; /* receives a new PIN that came from a descriptor; may be NULL */
    bool asked;           /* which card; or it need not be said */
} cli_dialogue;

/** The library's prompts, which play the dialogue. */
kamupin_prompts cli_dialogue_prompts(cli_dialogue *self);

/** The second factor that was asked for, else the one that an answer was prepared for. */
kamupin_factor_type cli_factor_wanted(const cli *program);

/** The operation's notices; false when the one that needs it was not acknowledged. */
bool cli_dialogue_acknowledge(void *user, kamupin_notice notice);

#endif
