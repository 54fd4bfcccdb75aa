/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_revoke_means.c: what a revocation means: why it is made, what it takes, and that the person has
   read which certificate it is of. */
#include "cert_revoke.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>

#define TYPED 4 /* how much of the serial number is typed */

const kamupin_revocation_reason cli_revocation_reasons[CLI_REVOCATION_REASONS] = {
    KAMUPIN_REASON_KEY_COMPROMISE, KAMUPIN_REASON_AFFILIATION_CHANGED, KAMUPIN_REASON_SUPERSEDED,
    KAMUPIN_REASON_CESSATION_OF_OPERATION, KAMUPIN_REASON_UNSPECIFIED};

static kamupin_status ask_reason(cli_revoking *self, kamupin_revocation_reason *reason,
                                 kamupin_error *error)
{
    cli *program = self->program;
    size_t number = 0;
    char line[200];
    cli_screen_line(program->screen, "", cli_say(program, M_ASK_REASON));
    for (size_t i = 0; i < CLI_REVOCATION_REASONS; i++) {
        snprintf(line, sizeof line, "  %zu  %s", i + 1,
                 cli_cert_reason(program, cli_revocation_reasons[i]));
        cli_screen_line(program->screen, "", line);
    }
    kamupin_answer answer = cli_term_number(&self->dialogue.term, cli_say(program, M_CHOOSE_NUMBER),
                                            CLI_REVOCATION_REASONS, &number);
    if (answer != KAMUPIN_ANSWER_GIVEN)
        return cli_error(error, KAMUPIN_E_CANCELLED);
    *reason = cli_revocation_reasons[number - 1];
    return KAMUPIN_OK;
}

/* That of --reason; none when there is no such reason. */
static kamupin_revocation_reason given_reason(const cli *program)
{
    for (size_t i = 0; i < CLI_REVOCATION_REASONS; i++)
        if (cli_same(program->args.reason,
                     kamupin_revocation_reason_name(cli_revocation_reasons[i])))
            return cli_revocation_reasons[i];
    return KAMUPIN_REASON_NONE;
}

bool cli_revoke_reason_fits(const cli *program)
{
    return program->args.reason == NULL || given_reason(program) != KAMUPIN_REASON_NONE;
}

kamupin_status cli_revoke_reason(cli_revoking *self, kamupin_revocation_reason *reason,
                                 kamupin_error *error)
{
    if (self->program->args.reason == NULL)
        return ask_reason(self, reason, error);
    *reason = given_reason(self->program);
    return KAMUPIN_OK;
}

/* ---- what it means ---- */

json_t *cli_revoke_lost(const cli_revoking *self)
{
    json_t *lost = json_array();
    const char *one = NULL;
    for (size_t i = 0;
         (one = kamupin_revocation_loss(self->revocation, i, self->program->args.language)) != NULL;
         i++)
        json_array_append_new(lost, cli_json_text(one));
    return lost;
}

void cli_revoke_record(const cli_revoking *self, FILE *stream)
{
    const cli *program = self->program;
    const kamupin_certificate_record *record = &self->info.record;
    char line[200];
    cli_write_row(program, stream, M_HOLDER, record->holder);
    cli_write_row(program, stream, M_PRODUCT, cli_product(record->product));
    cli_write_row(program, stream, M_SERIAL, record->serial);
    cli_write_row(program, stream, M_STATE, cli_cert_standing(program, record, line, sizeof line));
}

void cli_revoke_show(const cli_revoking *self)
{
    cli *program = self->program;
    const kamupin_language language = program->args.language;
    const char *one = NULL;
    char line[KAMUPIN_TEXT_MAX], clean[sizeof line], amount[KAMUPIN_AMOUNT_MAX];
    FILE *stream = cli_asked_on(program);
    if (stream == NULL)
        return;
    fprintf(stream, "%s\n", cli_say(program, M_REVOKE_MEANS));
    cli_revoke_record(self, stream);
    cli_write_row(program, stream, M_REASON, cli_cert_reason(program, self->info.reason));
    if (self->info.price_kurus >= 0) {
        kamupin_amount_text(self->info.price_kurus, language, amount, sizeof amount);
        cli_write_row(program, stream, M_PRICE_OF_NEW, amount);
    }
    for (size_t i = 0; (one = kamupin_revocation_loss(self->revocation, i, language)) != NULL;
         i++) {
        snprintf(line, sizeof line, "• %s", one);
        cli_wrap(stream, cli_clean(line, clean, sizeof clean), 0, cli_columns(fileno(stream)));
        fputc('\n', stream);
    }
    if ((self->info.record.may & KAMUPIN_MAY_SUSPEND) != 0)
        fprintf(stream, "\n%s\n", cli_say(program, M_REVOKE_SUSPEND_INSTEAD));
    fflush(stream);
}

bool cli_revoke_is_meant(cli_revoking *self)
{
    const char *serial = self->info.record.serial;
    const size_t length = strlen(serial);
    return !self->program->interactive ||
           cli_term_word(&self->dialogue.term, M_ASK_REVOKE, M_REVOKE_OTHER_END,
                         serial + (length > TYPED ? length - TYPED : 0));
}
