/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   consent.c: consent show, status and give. What is signed is what was shown: the same bytes. */
#include "session.h"
#include "signer.h"
#include "wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct giving {
    cli *program;
    kamupin_session *session;
    kamupin_consent *consent;
    kamupin_consent_info info;
} giving;

static cli_message state_of(kamupin_consent_state state)
{
    switch (state) {
    case KAMUPIN_CONSENT_PENDING:
        return M_CONSENT_PENDING;
    case KAMUPIN_CONSENT_ACCEPTED:
        return M_CONSENT_ACCEPTED;
    case KAMUPIN_CONSENT_REFUSED:
        return M_CONSENT_REFUSED;
    case KAMUPIN_CONSENT_NONE:
        break;
    }
    return M_CONSENT_NONE;
}

static void say(cli *program, const kamupin_consent_info *info)
{
    char stamp[64];
    cli_json_add(program, "consent",
                 json_pack("{s:s, s:o}", "state", kamupin_consent_state_name(info->state), "at",
                           cli_json_utc(info->at)));
    if (program->args.json)
        return;
    printf("%s\n", cli_say(program, state_of(info->state)));
    if (info->at != 0)
        cli_show_row(program, M_TIME, cli_moment(program, (time_t)info->at, stamp, sizeof stamp));
}

kamupin_status cli_consent_status(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_consent_info info = KAMUPIN_CONSENT_INFO_INIT;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_consent_status(session, &info);
        kamupin_session_error(session, error);
    }
    if (status == KAMUPIN_OK)
        say(program, &info);
    cli_session_return(program, &session, status);
    return status;
}

/* The lines of a text without what a terminal would obey; the caller's to free. */
static char *clean_lines(const unsigned char *text, size_t length)
{
    char *copy = malloc(length + 1);
    char *clean = malloc(length + 1);
    size_t used = 0;
    if (copy != NULL && clean != NULL) {
        memcpy(copy, text, length);
        copy[length] = '\0';
        for (char *line = copy; line != NULL;) {
            char *next = strchr(line, '\n');
            if (next != NULL)
                *next++ = '\0';
            used += strlen(cli_clean(line, clean + used, length + 1 - used));
            if (next != NULL)
                clean[used++] = '\n';
            line = next;
        }
        clean[used] = '\0';
    } else {
        free(clean);
        clean = NULL;
    }
    free(copy);
    return clean;
}

static void print_text(FILE *stream, const unsigned char *text, size_t length)
{
    char *clean = clean_lines(text, length);
    if (clean != NULL) {
        cli_wrap(stream, clean, 0, cli_columns(fileno(stream)));
        fputc('\n', stream);
        fflush(stream);
    }
    free(clean);
}

/* The text that the service wants signed, shown on `stream` (NULL: nobody reads it here). */
static kamupin_status get_text(giving *self, FILE *stream, kamupin_error *error)
{
    cli *program = self->program;
    const unsigned char *text = NULL;
    size_t length = 0;
    kamupin_status status =
        kamupin_consent_new(self->session, program->args.language, &self->consent, error);
    if (status == KAMUPIN_OK)
        status = kamupin_consent_text(self->consent, &text, &length);
    if (status != KAMUPIN_OK)
        return status;
    cli_json_add(program, "consent_text", json_stringn((const char *)text, length));
    if (program->args.out != NULL)
        return cli_write_file(program, text, length, error);
    if (stream != NULL)
        print_text(stream, text, length);
    return status;
}

kamupin_status cli_consent_show(cli *program, kamupin_error *error)
{
    giving self = {.program = program};
    kamupin_status status = cli_session_borrow(program, &self.session, error);
    if (status == KAMUPIN_OK)
        status = get_text(&self, program->args.json ? NULL : stdout, error);
    kamupin_consent_free(&self.consent);
    cli_session_return(program, &self.session, status);
    return status;
}

static kamupin_status sign(void *user, cli_signer *signer, kamupin_error *error)
{
    giving *self = user;
    kamupin_status status = kamupin_consent_sign(self->consent, signer->card, signer->pin,
                                                 self->program->args.risk, &self->info);
    if (status != KAMUPIN_OK)
        kamupin_consent_error(self->consent, error);
    return status;
}

kamupin_status cli_consent_give(cli *program, kamupin_error *error)
{
    giving self = {.program = program, .info = KAMUPIN_CONSENT_INFO_INIT};
    cli_signer signer = {.program = program};
    kamupin_status status = cli_signer_ways(program, error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &self.session, error);
    if (status == KAMUPIN_OK)
        status = cli_signer_open(&signer, error);
    if (status == KAMUPIN_OK)
        status = get_text(&self, cli_asked_on(program), error);
    if (status == KAMUPIN_OK)
        status = cli_signer_document(&signer, M_ASK_CONSENT, sign, &self, error);
    cli_signer_close(&signer);
    if (status == KAMUPIN_OK)
        say(program, &self.info);
    kamupin_consent_free(&self.consent);
    cli_session_return(program, &self.session, status);
    return status;
}
