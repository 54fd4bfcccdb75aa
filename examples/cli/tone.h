/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tone.h: colours, where they help and are wanted: errors, warnings, what went well, what may be passed over.
   None where the stream is no terminal, NO_COLOR is set, or TERM is dumb or missing. */
#ifndef CLI_TONE_H
#define CLI_TONE_H

#include <stdbool.h>

typedef enum cli_tone {
    CLI_PLAIN,
    CLI_ERROR,   /* red */
    CLI_WARNING, /* yellow */
    CLI_GOOD,    /* green */
    CLI_FAINT
} cli_tone;

/** What a terminal has to be sent before text of that tone; "" where there are no colours. */
const char *cli_tone_on(int descriptor, cli_tone tone);
/** And behind it. */
const char *cli_tone_off(int descriptor, cli_tone tone);

/** Whether the terminal obeys the usual sequences (ECMA-48): TERM says something else than dumb. */
bool cli_tone_obeyed(void);

#endif
