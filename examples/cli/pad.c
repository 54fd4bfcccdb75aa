/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.c: pin change --pinpad: the PINs are typed at the reader's keypad, and this program never sees
   them. It says what to type there, and when. */
#include "pad.h"

#include <stdio.h>

/* On the library's word that the keypad asks now. */
static void say_what_to_type(void *user)
{
    const cli *program = user;
    cli_screen_line(program->screen, "", cli_say(program, M_TYPE_AT_PAD));
}

kamupin_status cli_pad_ready(cli *program, kamupin_card *card, kamupin_error *error)
{
    kamupin_pad_options options = KAMUPIN_PAD_OPTIONS_INIT;
    kamupin_pad_info pad = KAMUPIN_PAD_INFO_INIT;
    options.digits = program->args.pin_digits;
    kamupin_status status = kamupin_pad_read(card, &options, &pad);
    if (status == KAMUPIN_OK && (!pad.change || (pad.wants_digits && options.digits == 0)))
        return cli_error(error, KAMUPIN_E_PIN_PAD_UNSUPPORTED);
    if (status != KAMUPIN_OK)
        kamupin_card_error(card, error);
    return status;
}

kamupin_status cli_pad_change(cli *program, kamupin_card *card, kamupin_error *error)
{
    kamupin_pad_options options = KAMUPIN_PAD_OPTIONS_INIT;
    options.digits = program->args.pin_digits;
    options.language = program->args.language == KAMUPIN_ENGLISH ? 0x0409 : 0x041F;
    options.typing = say_what_to_type;
    options.user = program;
    kamupin_status status = kamupin_pad_change(card, &options, program->args.risk);
    if (status != KAMUPIN_OK) {
        kamupin_card_error(card, error);
        error->status = status;
    }
    return status;
}
