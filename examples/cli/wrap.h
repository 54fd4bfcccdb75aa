/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   wrap.h: text in a terminal's columns. Writes to the stream it is given and knows nothing else. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include <stdio.h>

/** The columns of the terminal behind a descriptor; 80 when it does not say. */
int cli_columns(int fd);

/** Its lines; 0 when it does not say. */
int cli_lines(int fd);

/** Writes a text whose first line begins at column `margin`; all others are indented to it. A
 *  paragraph (lines up to the next "•" or empty line) is written as it stands when all its lines
 *  fit into `columns`; otherwise its lines are broken anew, those of a "•" indented by two more. */
void cli_wrap(FILE *stream, const char *text, int margin, int columns);

/** The same on standard output, and the line's end: broken where that is a terminal, else as it stands. */
void cli_wrap_out(const char *text, int margin);

#endif
