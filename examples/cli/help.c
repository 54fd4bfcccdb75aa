/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   help.c: --help, made from the same tables that the parser reads. */
#include "options.h"
#include "width.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LEFT 25 /* columns of the names */

static void print_row(const char *name, const char *summary)
{
    int pad = LEFT - 2 - cli_width(name);
    printf("  %s%*s", name, pad > 1 ? pad : 1, "");
    cli_wrap_out(summary, LEFT);
}

/* What stands behind the verb. */
static const char *argument_name(kamupin_language language, int takes)
{
    if (takes == TAKES_NOTHING)
        return "";
    return cli_text(language, takes == TAKES_CARD              ? M_USAGE_CARD
                              : takes == TAKES_FILE            ? M_ARG_FILE
                              : takes == TAKES_ID              ? M_USAGE_ID
                              : takes == TAKES_FILED           ? M_USAGE_ID
                              : takes == TAKES_ORDER           ? M_USAGE_ORDER
                              : takes == TAKES_SOURCES         ? M_USAGE_SOURCES
                              : takes == TAKES_CERTIFICATE     ? M_USAGE_CERTIFICATE
                              : takes == TAKES_ONE_CERTIFICATE ? M_USAGE_ONE_CERTIFICATE
                                                               : M_USAGE_NUMBER);
}

static void print_usage(const cli_args *args)
{
    kamupin_language language = args->language;
    int takes = args->command == COMMAND_NONE ? TAKES_NOTHING : cli_commands[args->command].takes;
    printf("%s kamupin ", cli_text(language, M_USAGE));
    if (args->command == COMMAND_NONE)
        printf("%s%s%s %s\n", args->noun != NULL ? args->noun : "", args->noun != NULL ? " " : "",
               cli_text(language, M_USAGE_COMMAND), cli_text(language, M_USAGE_OPTIONS));
    else
        printf("%s%s%s %s%s%s\n", cli_commands[args->command].noun,
               cli_commands[args->command].verb[0] != '\0' ? " " : "",
               cli_commands[args->command].verb, cli_text(language, M_USAGE_OPTIONS),
               takes != TAKES_NOTHING ? " " : "", argument_name(language, takes));
}

static void print_commands(const cli_args *args)
{
    size_t column = args->language == KAMUPIN_TURKISH ? 0 : 1;
    printf("\n%s\n", cli_text(args->language, M_COMMANDS));
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (args->noun != NULL && strcmp(args->noun, cli_commands[i].noun) != 0)
            continue;
        char name[32];
        snprintf(name, sizeof name, "%s %s", cli_commands[i].noun, cli_commands[i].verb);
        print_row(name, cli_commands[i].summary[column]);
    }
}

static void print_options(const cli_args *args)
{
    size_t column = args->language == KAMUPIN_TURKISH ? 0 : 1;
    uint64_t commands = args->command == COMMAND_NONE ? C_ALL : UINT64_C(1) << args->command;
    printf("\n%s\n", cli_text(args->language, M_OPTIONS));
    for (int i = 0; i < OPTION_COUNT; i++) {
        const cli_option_row *row = &cli_options[i];
        if (args->command == COMMAND_NONE ? row->mask != C_ALL : (row->mask & commands) == 0)
            continue;
        char name[64];
        bool plain = row->argument == A_NONE;
        cli_message value = (cli_message)row->argument;
        if (i == OPTION_CARD && args->command == COMMAND_LOGIN)
            value = M_USAGE_CARD; /* which card may be left unsaid */
        snprintf(name, sizeof name, "--%s%s%s", row->name, plain ? "" : " ",
                 plain ? "" : cli_text(args->language, value));
        if (row->letter != 0) {
            size_t length = strlen(name);
            snprintf(name + length, sizeof name - length, ", -%c", row->letter);
        }
        print_row(name, row->summary[column]);
    }
}

/* Which reasons there are, of a command that takes one: too many words for the option's own line. */
static void print_reasons(const cli_args *args)
{
    if (args->command != COMMAND_CERT_REVOKE && args->command != COMMAND_CERT_SUSPEND)
        return;
    putchar('\n');
    cli_wrap(stdout,
             cli_text(args->language,
                      args->command == COMMAND_CERT_REVOKE ? M_REVOKE_REASONS : M_SUSPEND_REASONS),
             0, cli_columns(STDOUT_FILENO));
    putchar('\n');
}

/* Which man page the command has: its words, joined. */
static void print_page(const cli_args *args)
{
    const cli_command_row *row = &cli_commands[args->command];
    char name[64], line[128];
    snprintf(name, sizeof name, "%s%s%s", row->noun, row->verb[0] != '\0' ? "-" : "", row->verb);
    for (char *at = name; *at != '\0'; at++)
        if (*at == ' ')
            *at = '-';
    printf("%s\n", cli_fill(args->language, M_HELP_PAGE, name, line, sizeof line));
}

void cli_help(const cli_args *args)
{
    size_t column = args->language == KAMUPIN_TURKISH ? 0 : 1;
    print_usage(args);
    if (args->command == COMMAND_NONE) {
        putchar('\n');
        cli_wrap_out(cli_text(args->language, M_ABOUT), 0);
        print_commands(args);
    } else {
        char line[200];
        snprintf(line, sizeof line, "%s%s%s: %s", cli_commands[args->command].noun,
                 cli_commands[args->command].verb[0] != '\0' ? " " : "",
                 cli_commands[args->command].verb, cli_commands[args->command].summary[column]);
        putchar('\n');
        cli_wrap_out(line, 0);
    }
    print_options(args);
    print_reasons(args);
    putchar('\n');
    cli_wrap_out(cli_text(args->language, M_HELP_SECRETS), 0);
    if (args->command == COMMAND_NONE)
        printf("%s\n", cli_text(args->language, M_HELP_MORE));
    else
        print_page(args);
}
