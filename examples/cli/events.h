/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   events.h: what an operation tells while it works, as lines on stderr. */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

#include "cli.h"

/** A kamupin_event_fn; `user` is the program's cli. */
void cli_event(void *user, const kamupin_event *event);

#endif
