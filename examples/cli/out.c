/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   out.c: how the command says that something went wrong. */
#include "file.h"
#include "options.h"

#include <stdio.h>
#include <unistd.h>

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

void cli_help_hint(cli *program)
{
    const cli_args *args = &program->args;
    char words[64] = "";
    char line[200];
    if (args->command != COMMAND_NONE)
        snprintf(words, sizeof words, "%s%s%s ", cli_commands[args->command].noun,
                 cli_commands[args->command].verb[0] != '\0' ? " " : "",
                 cli_commands[args->command].verb);
    else if (args->noun != NULL)
        snprintf(words, sizeof words, "%s ", args->noun);
    cli_screen_line(program->screen, "",
                    cli_fill(args->language, M_HELP_HINT, words, line, sizeof line));
}

const char *cli_detail(cli *program, cli_message message, const char *value)
{
    char line[sizeof program->detail];
    cli_fill(program->args.language, message, value, line, sizeof line);
    return cli_clean(line, program->detail, sizeof program->detail);
}

kamupin_status cli_refuse(cli *program, cli_message message, const char *value,
                          kamupin_error *error)
{
    cli_screen_line(program->screen, "kamupin: ", cli_detail(program, message, value));
    program->said = true;
    return cli_error(error, KAMUPIN_E_INVALID_ARGUMENT);
}

kamupin_status cli_needs(cli *program, const char *option, kamupin_error *error)
{
    kamupin_status status = cli_refuse(program, M_NEEDS_TERMINAL, option, error);
    cli_help_hint(program);
    return status;
}

kamupin_status cli_write_file(cli *program, const unsigned char *bytes, size_t length,
                              kamupin_error *error)
{
    return cli_file_write(program->args.out, bytes, length)
               ? KAMUPIN_OK
               : cli_refuse(program, M_CANNOT_WRITE_FILE, program->args.out, error);
}

void cli_tell(const cli *program, cli_tone tone, cli_message message)
{
    printf("%s%s%s\n", cli_tone_on(STDOUT_FILENO, tone), cli_say(program, message),
           cli_tone_off(STDOUT_FILENO, tone));
}

void cli_problem(cli *program, const kamupin_error *error)
{
    char text[KAMUPIN_TEXT_MAX];
    kamupin_error_text(error, program->args.language, text, sizeof text);
    cli_screen_settle(program->screen);
    cli_screen_line(program->screen, "! ", text);
}

void cli_say_wrong_phone(cli *program)
{
    char line[200];
    kamupin_language language = program->args.language;
    cli_screen_line(program->screen, "",
                    cli_fill(language, M_NOT_MY_PHONE,
                             kamupin_info(KAMUPIN_INFO_CALL_CENTRE, language), line, sizeof line));
}
