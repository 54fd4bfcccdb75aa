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
    const cli_wanted wanted = {.label = M_ASK_PROXY_PASSWORD,
                               .fd = program->args.proxy_password_fd,
                               .option = "--proxy-password-fd"};
    cli_term term;
    if (wanted.fd < 0 && !program->interactive)
        return cli_needs(program, wanted.option, error);
    cli_term_begin(&term, program);
    kamupin_status status = cli_term_take(&term, &wanted, password, NULL, error);
    cli_term_end(&term);
    return status;
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
