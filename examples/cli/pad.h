/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.h: PIN work at the reader's keypad. */
#ifndef CLI_PAD_H
#define CLI_PAD_H

#include "cli.h"

/** Whether it can be done at the keypad of the card's reader, before a person is told anything. Fills `error`. */
kamupin_status cli_pad_ready(cli *program, kamupin_card *card, kamupin_error *error);

/** Changes the PIN at the keypad of the card's reader. Fills `error`. */
kamupin_status cli_pad_change(cli *program, kamupin_card *card, kamupin_error *error);

#endif
