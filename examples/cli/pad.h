/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.h: PIN work at the reader's keypad. */
#ifndef CLI_PAD_H
#define CLI_PAD_H

#include "cli.h"

/** Changes the PIN at the keypad of the card's reader. Fills `error`. */
kamupin_status cli_pad_change(cli *program, kamupin_card *card, kamupin_error *error);

#endif
