/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signer.c: see signer.h. */
#include "signer.h"

#include "fd.h"

#include <stdio.h>

void cli_signer_begin(cli_signer *signer)
{
    cli_term_begin(&signer->term, signer->program);
}

void cli_signer_close(cli_signer *signer)
{
    cli_term_end(&signer->term);
    kamupin_secret_free(&signer->pin);
    kamupin_card_free(&signer->card);
}

kamupin_status cli_signer_open(cli_signer *signer, kamupin_error *error)
{
    cli *program = signer->program;
    return kamupin_card_open(program->context, program->args.card, program->cancel, &signer->card,
                             error);
}

kamupin_status cli_signer_ready(cli_signer *signer, const kamupin_sign_request *request,
                                kamupin_error *error)
{
    cli *program = signer->program;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_card_sign_ready(signer->card, request, NULL);
    if (status == KAMUPIN_OK && program->args.pin_fd < 0)
        status = kamupin_card_read(signer->card, &info);
    kamupin_card_error(signer->card, error);
    signer->kind = info.kind;
    if (status == KAMUPIN_OK && program->args.pin_fd < 0) {
        char line[200];
        cli_screen_line(program->screen, "", info.card_id);
        cli_screen_line(program->screen, "PIN: ", cli_pin_text(program, &info, line, sizeof line));
    }
    return status;
}

/* One PIN; at a terminal until it can be one. From a descriptor it is the library's to judge. */
static kamupin_status take_pin(cli_signer *signer, kamupin_error *error)
{
    cli *program = signer->program;
    const cli_wanted wanted = {
        .label = M_ASK_PIN, .fd = program->args.pin_fd, .option = "--pin-fd"};
    for (;;) {
        kamupin_status status = cli_term_take(&signer->term, &wanted, signer->pin, NULL, error);
        if (status != KAMUPIN_OK || wanted.fd >= 0)
            return status;
        status = cli_check_pin(signer->kind, signer->pin, NULL, error);
        if (status == KAMUPIN_OK)
            return status;
        cli_problem(program, error);
    }
}

kamupin_status cli_signer_run(cli_signer *signer, cli_sign_fn *sign, void *user,
                              kamupin_error *error)
{
    cli *program = signer->program;
    kamupin_status status =
        kamupin_secret_new(program->context, KAMUPIN_SECRET_PIN, &signer->pin, error);
    while (status == KAMUPIN_OK) {
        status = take_pin(signer, error);
        if (status != KAMUPIN_OK)
            break;
        status = sign(user, signer, error);
        if (status != KAMUPIN_E_PIN_WRONG || program->args.pin_fd >= 0 || error->tries_left < 2)
            break;
        cli_problem(program, error);
        status = KAMUPIN_OK;
    }
    return status;
}

kamupin_status cli_signer_ways(cli *program, kamupin_error *error)
{
    if (program->interactive)
        return KAMUPIN_OK;
    if (program->args.pin_fd < 0)
        return cli_needs(program, "--pin-fd", error);
    return program->args.acknowledge ? KAMUPIN_OK : cli_needs(program, "--acknowledge", error);
}

/* --acknowledge, or a word that is typed. */
static bool is_meant(cli_signer *signer, cli_message question)
{
    cli *program = signer->program;
    return program->args.acknowledge ||
           cli_term_word(&signer->term, question, M_OTHER_WORD, cli_say(program, M_YES));
}

kamupin_status cli_signer_document(cli_signer *signer, cli_message question, cli_sign_fn *sign,
                                   void *user, kamupin_error *error)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    request.hash = KAMUPIN_SHA256;
    request.risk = signer->program->args.risk;
    kamupin_status status = cli_signer_ready(signer, &request, error);
    if (status != KAMUPIN_OK)
        return status;
    cli_signer_begin(signer);
    if (!is_meant(signer, question))
        return cli_error(error, KAMUPIN_E_CANCELLED);
    return cli_signer_run(signer, sign, user, error);
}
