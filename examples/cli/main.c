/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   main.c: the command kamupin: puts the parts together and ends with the status as exit code. It is
   a program like any other that uses libkamupin: public headers only. */
#include "cli.h"
#include "fd.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define OUTPUT_LOST 125 /* exit code, and no status: all went well, but for telling so */

static void write_log(void *user, kamupin_log_level level, const char *room, const char *line)
{
    static const char *const names[] = {"", "error", "warning", "info", "debug", "trace"};
    char text[2048];
    char clean[2048];
    snprintf(text, sizeof text, "[%s %s] %s", room, names[level], line);
    cli_screen_line(user, "", cli_clean(text, clean, sizeof clean));
}

/* --verbose: what was sent where and how it was answered; the phases of an operation are told anyway. */
static void write_step(void *user, kamupin_log_level level, const char *room, const char *line)
{
    char clean[2048];
    (void)level;
    if (strcmp(room, "unblock") != 0)
        cli_screen_aside(user, "· ", cli_clean(line, clean, sizeof clean));
}

static kamupin_status open_program(cli *program, kamupin_error *error)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    options.ca_file = program->args.ca_file;
    options.state_folder = program->args.state_dir;
    options.pins = program->args.server_key;
    options.proxy = program->args.proxy;
    options.log_user = program->screen;
    if (program->args.log != 0) {
        options.log = write_log;
        options.log_level = program->args.log;
    } else if (program->args.verbose) {
        options.log = write_step;
        options.log_level = KAMUPIN_LOG_DEBUG;
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
    static kamupin_status (*const commands[COMMAND_COUNT])(cli *, kamupin_error *) = {
        [COMMAND_CARD_LIST] = cli_card_list,
        [COMMAND_CARD_SHOW] = cli_card_show,
        [COMMAND_CARD_WATCH] = cli_card_watch,
        [COMMAND_CARD_SIGN] = cli_card_sign,
        [COMMAND_CARD_PROBE] = cli_card_probe,
        [COMMAND_CARD_PROFILE_CHECK] = cli_profile_check,
        [COMMAND_PIN_STATUS] = cli_pin_status,
        [COMMAND_PIN_CHANGE] = cli_pin_change,
        [COMMAND_PIN_UNBLOCK] = cli_pin_unblock,
        [COMMAND_PIN_CREATE] = cli_pin_unblock,
        [COMMAND_PIN_RESUME] = cli_pin_resume,
        [COMMAND_CERT_LIST] = cli_cert_list,
        [COMMAND_CERT_SHOW] = cli_cert_show,
        [COMMAND_CERT_STATUS] = cli_cert_status,
        [COMMAND_CERT_WATCH] = cli_cert_watch,
        [COMMAND_CERT_SUSPEND] = cli_cert_suspend,
        [COMMAND_CERT_UNSUSPEND] = cli_cert_unsuspend,
        [COMMAND_CERT_ACTIVATE] = cli_cert_activate,
        [COMMAND_CERT_REVOKE] = cli_cert_revoke,
        [COMMAND_CONSENT_SHOW] = cli_consent_show,
        [COMMAND_CONSENT_STATUS] = cli_consent_status,
        [COMMAND_CONSENT_GIVE] = cli_consent_give,
        [COMMAND_APPLICATION_LIST] = cli_application_list,
        [COMMAND_APPLICATION_SHOW] = cli_application_show,
        [COMMAND_APPLICATION_SUBMIT] = cli_application_submit,
        [COMMAND_AUTHORISED_LIST] = cli_authorised_list,
        [COMMAND_AUTHORISED_SHOW] = cli_authorised_show,
        [COMMAND_AUTHORISED_SIGN] = cli_authorised_sign,
        [COMMAND_INQUIRE_SEAL_AUTHORITY] = cli_inquire_seal_authority,
        [COMMAND_INQUIRE_DEBT] = cli_inquire_debt,
        [COMMAND_INQUIRE_SHIPMENT] = cli_inquire_shipment,
        [COMMAND_ORDER_NEW] = cli_order_new,
        [COMMAND_ORDER_CODE] = cli_order_code,
        [COMMAND_ORDER_LIST] = cli_order_list,
        [COMMAND_ORDER_SHOW] = cli_order_show,
        [COMMAND_ORDER_CANCEL] = cli_order_cancel,
        [COMMAND_ISSUED_LIST] = cli_issued_list,
        [COMMAND_ISSUED_SHOW] = cli_issued_show,
        [COMMAND_ISSUED_DELETE] = cli_issued_delete,
        [COMMAND_DOCTOR] = cli_doctor,
        [COMMAND_INFO] = cli_info,
        [COMMAND_LOGIN] = cli_login,
        [COMMAND_LOGOUT] = cli_logout,
        [COMMAND_WORD_RESET] = cli_word_reset,
    };
    const cli_command command = program->args.command;
    if (command >= COMMAND_COUNT || commands[command] == NULL)
        return cli_error(error, KAMUPIN_E_INVALID_ARGUMENT);
    return commands[command](program, error);
}

/* The exit code, which tells when standard output did not take all of what was told. */
static int told(const cli *program, int code)
{
    const bool lost = fflush(stdout) != 0 || ferror(stdout) != 0;
    if (!lost || code != 0)
        return code;
    cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_OUTPUT_LOST));
    return OUTPUT_LOST;
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
        cli_json_add(program, "error",
                     cli_json_error(error, program->args.language, program->detail));
    }
    if (program->json != NULL) {
        json_dumpf(program->json, stdout, JSON_INDENT(2));
        putchar('\n');
    }
    return told(program, (int)status);
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
    cli_fd_hold();
    if (argc > 1 && strcmp(argv[1], "__complete") == 0) {
        cli_complete(argc - 2, argv + 2);
        return 0;
    }
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
        cli_version(&program);
        code = finish(&program, KAMUPIN_OK, &error);
    } else if (program.args.help && good) {
        cli_help(&program.args);
        code = told(&program, 0);
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
