/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   main.c: the command kamupin: puts the parts together and ends with the status as exit code. It is
   a program like any other that uses libkamupin: public headers only. */
#include "cli.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static void write_log(void *user, kamupin_log_level level, const char *room, const char *line)
{
    static const char *const names[] = {"", "error", "warning", "info", "debug", "trace"};
    char text[2048];
    char clean[2048];
    snprintf(text, sizeof text, "[%s %s] %s", room, names[level], line);
    cli_screen_line(user, "", cli_clean(text, clean, sizeof clean));
}

static kamupin_status open_program(cli *program, kamupin_error *error)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.ca_file = program->args.ca_file;
    options.state_folder = program->args.state_dir;
    options.pins = program->args.server_key;
    options.proxy = program->args.proxy;
    if (program->args.log != 0) {
        options.log = write_log;
        options.log_user = program->screen;
        options.log_level = program->args.log;
    }
    kamupin_status status = kamupin_context_new(&options, &program->context, error);
    if (status == KAMUPIN_E_INVALID_ARGUMENT)
        return cli_network_refuse(program, error);
    if (status == KAMUPIN_OK)
        status = kamupin_cancel_new(program->context, &program->cancel, error);
    if (status == KAMUPIN_OK) {
        program->signals = cli_signals_start(program->cancel);
        if (program->signals == NULL)
            status = cli_error(error, KAMUPIN_E_NO_MEMORY);
    }
    return status;
}

static kamupin_status run(cli *program, kamupin_error *error)
{
    switch (program->args.command) {
    case COMMAND_CARD_LIST:
        return cli_card_list(program, error);
    case COMMAND_CARD_SHOW:
        return cli_card_show(program, error);
    case COMMAND_CARD_WATCH:
        return cli_card_watch(program, error);
    case COMMAND_CARD_SIGN:
        return cli_card_sign(program, error);
    case COMMAND_CARD_PROBE:
        return cli_card_probe(program, error);
    case COMMAND_CARD_PROFILE_CHECK:
        return cli_profile_check(program, error);
    case COMMAND_PIN_STATUS:
        return cli_pin_status(program, error);
    case COMMAND_PIN_CHANGE:
        return cli_pin_change(program, error);
    case COMMAND_PIN_UNBLOCK:
    case COMMAND_PIN_CREATE:
        return cli_pin_unblock(program, error);
    case COMMAND_PIN_RESUME:
        return cli_pin_resume(program, error);
    case COMMAND_INQUIRE_SEAL_AUTHORITY:
        return cli_inquire_seal_authority(program, error);
    case COMMAND_INQUIRE_DEBT:
        return cli_inquire_debt(program, error);
    case COMMAND_INQUIRE_SHIPMENT:
        return cli_inquire_shipment(program, error);
    case COMMAND_ORDER_NEW:
        return cli_order_new(program, error);
    case COMMAND_ORDER_CODE:
        return cli_order_code(program, error);
    case COMMAND_ORDER_LIST:
        return cli_order_list(program, error);
    case COMMAND_ORDER_SHOW:
        return cli_order_show(program, error);
    case COMMAND_ORDER_CANCEL:
        return cli_order_cancel(program, error);
    case COMMAND_ISSUED_LIST:
        return cli_issued_list(program, error);
    case COMMAND_ISSUED_SHOW:
        return cli_issued_show(program, error);
    case COMMAND_ISSUED_DELETE:
        return cli_issued_delete(program, error);
    case COMMAND_DOCTOR:
        return cli_doctor(program, error);
    case COMMAND_INFO:
        return cli_info(program, error);
    case COMMAND_LOGIN:
        return cli_login(program, error);
    case COMMAND_LOGOUT:
        return cli_logout(program, error);
    case COMMAND_WORD_RESET:
        return cli_word_reset(program, error);
    case COMMAND_NONE:
        break;
    }
    return cli_error(error, KAMUPIN_E_INVALID_ARGUMENT);
}

/* One sentence text on stderr, and with --json one object on stdout; the exit code. */
static int finish(cli *program, kamupin_status status, kamupin_error *error)
{
    if (status != KAMUPIN_OK) {
        char text[KAMUPIN_TEXT_MAX];
        error->status = status;
        kamupin_error_text(error, program->args.language, text, sizeof text);
        if (!program->said)
            cli_screen_line(program->screen, "kamupin: ", text);
        cli_json_add(program, "error", cli_json_error(error, program->args.language));
    }
    if (program->json != NULL) {
        json_dumpf(program->json, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    if (fflush(stdout) != 0 && status == KAMUPIN_OK)
        return 1;
    return (int)status;
}

static kamupin_status usage_error(cli *program, kamupin_error *error)
{
    const cli_args *args = &program->args;
    kamupin_status status =
        cli_refuse(program, args->wrong, args->wrong_value != NULL ? args->wrong_value : "", error);
    cli_help_hint(program);
    return status;
}

int main(int argc, char **argv)
{
    cli program = {.context = NULL};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = KAMUPIN_OK;
    cli_signals_block();
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0}); /* a core dump would hold what was typed */
    bool good = cli_args_read(argc, argv, &program.args);
    program.interactive = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
    program.screen = cli_screen_new(isatty(STDERR_FILENO) != 0, program.args.language);
    if (program.screen == NULL)
        return KAMUPIN_E_NO_MEMORY;
    if (program.args.json) {
        program.json = json_object();
        cli_json_add(&program, "format", json_integer(1));
    }
    int code = 0;
    if (program.args.version) {
        printf("kamupin %s\n", kamupin_version());
    } else if (program.args.help && good) {
        cli_help(&program.args);
    } else {
        status = good ? open_program(&program, &error) : usage_error(&program, &error);
        if (status == KAMUPIN_OK)
            status = cli_profile_load(&program, &error);
        if (status == KAMUPIN_OK)
            status = cli_network_login(&program, &error);
        if (status == KAMUPIN_OK)
            status = run(&program, &error);
        code = finish(&program, status, &error);
    }
    cli_signals_stop(&program.signals);
    kamupin_cancel_free(&program.cancel);
    kamupin_context_free(&program.context);
    cli_screen_free(&program.screen);
    json_decref(program.json);
    return code;
}
