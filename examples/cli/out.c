/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   out.c: how the command says that something went wrong. */
#include "cli.h"

#include <stdio.h>

const char *cli_say(const cli *program, cli_message message)
{
    return cli_text(program->args.language, message);
}

kamupin_status cli_error(kamupin_error *error, kamupin_status status)
{
    const kamupin_error fresh = KAMUPIN_ERROR_INIT;
    *error = fresh;
    error->status = status;
    return status;
}

kamupin_status cli_needs(cli *program, const char *option, kamupin_error *error)
{
    char line[200];
    cli_screen_line(program->screen, "kamupin: ",
                    cli_fill(program->args.language, M_NEEDS_TERMINAL, option, line, sizeof line));
    return cli_error(error, KAMUPIN_E_INVALID_ARGUMENT);
}

void cli_problem(cli *program, const kamupin_error *error)
{
    char text[KAMUPIN_TEXT_MAX];
    kamupin_error_text(error, program->args.language, text, sizeof text);
    cli_screen_settle(program->screen);
    cli_screen_line(program->screen, "! ", text);
}
