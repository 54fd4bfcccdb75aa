/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   screen.h: stderr as the person sees it: whole lines, and at most one live line at the bottom
   whose seconds tick down while the library works. Without a terminal a live line is a plain line,
   said once. Any thread may write. Secrets never pass here. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include "text.h"

typedef struct cli_screen cli_screen;

/** Opens the screen; `terminal`: stderr is one. NULL when the system has no memory or thread. */
cli_screen *cli_screen_new(bool terminal, kamupin_language language);
void cli_screen_free(cli_screen **screen);

/** Writes lines above the live line. `mark` stands in front ("" for none); "kamupin: " has the colour of errors,
 * "! " that of warnings. */
void cli_screen_line(cli_screen *screen, const char *mark, const char *text);

/** The same of what may be passed over. */
void cli_screen_aside(cli_screen *screen, const char *mark, const char *text);

/** Starts a live line; the one before is settled. seconds_left -1: nothing ticks. */
void cli_screen_live(cli_screen *screen, const char *text, int seconds_left);

/** Makes the live line an ordinary one, without its seconds. */
void cli_screen_settle(cli_screen *screen);

/** The same of one that tells of an end that is good. */
void cli_screen_settle_good(cli_screen *screen);

/** Writes `text` on the bottom line in place of what is there, cut to the terminal's width; for
 * prompts, which are drawn by their reader. No line end. A dumb terminal gets it without sequences. */
void cli_screen_draw(cli_screen *screen, const char *text);

/** The same text without what a terminal would obey: control characters become '?'. For text that
 * came from readers, cards and the service. Returns `room`. */
const char *cli_clean(const char *text, char *room, size_t size);

/** Milliseconds of a clock that runs on. */
int64_t cli_now(void);

#endif
