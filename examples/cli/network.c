/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   network.c: the way to the service, as the command line names it: a proxy, its login, the server's
   key. The proxy's password comes from a descriptor or the terminal, before anything else is asked. */
#include "fd.h"
#include "term.h"

/* The library says that one of the two is not written as it has to be; which one, it says of each alone.
 * Neither is repeated: a password may stand in it. */
kamupin_status cli_network_refuse(cli *program, kamupin_error *error)
{
    kamupin_context_options options = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *made = NULL;
    options.pins = program->args.server_key;
    kamupin_status status = kamupin_context_new(&options, &made, NULL);
    kamupin_context_free(&made);
    cli_refuse(program, status == KAMUPIN_OK ? M_BAD_PROXY : M_BAD_SERVER_KEY, "", error);
    cli_help_hint(program);
    return KAMUPIN_E_INVALID_ARGUMENT;
}

static kamupin_status take_password(cli *program, kamupin_secret *password, kamupin_error *error)
{
    const int fd = program->args.proxy_password_fd;
    kamupin_answer answer = KAMUPIN_ANSWER_CANCEL;
    cli_term term;
    if (fd < 0 && !program->interactive)
        return cli_needs(program, "--proxy-password-fd", error);
    cli_term_begin(&term, program);
    answer = fd >= 0 ? cli_fd_line(program, fd, NULL, password, NULL)
                     : cli_term_secret(&term, cli_say(program, M_ASK_PROXY_PASSWORD), -1, NULL,
                                       password);
    cli_term_end(&term);
    if (answer == KAMUPIN_ANSWER_STOP)
        return cli_refuse(program, M_NO_LINE, "--proxy-password-fd", error);
    return answer == KAMUPIN_ANSWER_GIVEN ? KAMUPIN_OK : cli_error(error, KAMUPIN_E_CANCELLED);
}

kamupin_status cli_network_login(cli *program, kamupin_error *error)
{
    kamupin_secret *password = NULL;
    if (program->args.proxy_user == NULL)
        return KAMUPIN_OK;
    kamupin_status status =
        kamupin_secret_new(program->context, KAMUPIN_SECRET_PROXY_PASSWORD, &password, error);
    if (status == KAMUPIN_OK)
        status = take_password(program, password, error);
    if (status == KAMUPIN_OK)
        status = kamupin_context_proxy_login(program->context, program->args.proxy_user, password,
                                             error);
    kamupin_secret_free(&password);
    return status;
}
