/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signals.h: SIGINT, SIGTERM, SIGHUP and SIGQUIT as a cancel. A thread waits for them and pulls the
   cancel handle; no handler runs anywhere, so card work ends in order and the terminal is put back
   on the ordinary way out. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <kamupin/cancel.h>

typedef struct cli_signals cli_signals;

/** Blocks the signals for this thread and those made after it; first thing of the program. SIGPIPE
 * is ignored: a closed pipe must not end the program in the middle of card work. */
void cli_signals_block(void);

/** Starts the thread. NULL when the system refuses. `cancel` must outlive it. */
cli_signals *cli_signals_start(kamupin_cancel *cancel);
void cli_signals_stop(cli_signals **signals);

/** A descriptor that becomes readable with the first signal and stays so: for poll in prompts. */
int cli_signals_wake(const cli_signals *signals);

#endif
