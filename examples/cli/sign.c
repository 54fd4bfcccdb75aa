/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.c: card sign. What the card would refuse anyway is said before anything is read or asked for,
   and a wrong PIN is asked for again at a terminal only, where a person decides about each try. */
#include "digest.h"
#include "fd.h"
#include "term.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

#define BASE64_MAX (KAMUPIN_SIGNATURE_MAX / 3 * 4 + 8)

typedef struct signing {
    cli *program;
    cli_term term;
    kamupin_card *card;
    kamupin_secret *pin;
    kamupin_sign_request request;
    kamupin_signature signature;
    kamupin_card_kind kind;
} signing;

/* One PIN; at a terminal until it can be one. From a descriptor it is the library's to judge. */
static kamupin_status take_pin(signing *self, kamupin_error *error)
{
    cli *program = self->program;
    int fd = program->args.pin_fd;
    for (;;) {
        kamupin_secret_clear(self->pin);
        kamupin_answer answer = fd >= 0 ? cli_fd_line(program, fd, NULL, self->pin, NULL)
                                        : cli_term_secret(&self->term, cli_say(program, M_ASK_PIN),
                                                          -1, NULL, self->pin);
        if (answer == KAMUPIN_ANSWER_CANCEL)
            return cli_error(error, KAMUPIN_E_CANCELLED);
        if (answer == KAMUPIN_ANSWER_STOP)
            return cli_refuse(program, M_NO_LINE, "--pin-fd", error);
        if (fd >= 0)
            return KAMUPIN_OK;
        kamupin_status status = cli_check_pin(self->kind, self->pin, NULL, error);
        if (status == KAMUPIN_OK)
            return status;
        cli_problem(program, error);
    }
}

static kamupin_status sign_once(signing *self, kamupin_error *error)
{
    for (;;) {
        kamupin_status status = take_pin(self, error);
        if (status != KAMUPIN_OK)
            return status;
        status = kamupin_card_sign(self->card, &self->request, self->pin, &self->signature);
        kamupin_card_error(self->card, error);
        if (status != KAMUPIN_E_PIN_WRONG || self->program->args.pin_fd >= 0 ||
            error->tries_left < 2)
            return status;
        cli_problem(self->program, error);
    }
}

/* Whether the card has the certificate that was asked for by number. */
static bool has_certificate(const signing *self)
{
    const unsigned char *der = NULL;
    size_t length = 0;
    return self->request.certificate == KAMUPIN_CERTIFICATE_ANY ||
           kamupin_card_certificate(self->card, self->request.certificate, &der, &length) ==
               KAMUPIN_OK;
}

static kamupin_status no_certificate(const signing *self, kamupin_error *error)
{
    char number[24];
    snprintf(number, sizeof number, "%zu", self->request.certificate + 1);
    return cli_refuse(self->program, M_NO_SUCH_CERTIFICATE, number, error);
}

/* The card, and whether it would sign. */
static kamupin_status open_card(signing *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_card_open(program->context, program->args.card, program->cancel,
                                              &self->card, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!has_certificate(self))
        return no_certificate(self, error);
    status = kamupin_card_sign_ready(self->card, &self->request, NULL);
    if (status == KAMUPIN_OK && program->args.pin_fd < 0)
        status = kamupin_card_read(self->card, &info);
    kamupin_card_error(self->card, error);
    self->kind = info.kind;
    if (status == KAMUPIN_OK && program->args.pin_fd < 0) {
        char line[200];
        cli_screen_line(program->screen, "", info.card_id);
        cli_screen_line(program->screen, "PIN: ", cli_pin_text(program, &info, line, sizeof line));
    }
    return status;
}

/* To the file that is named; what cannot be written there is not lost. */
static bool write_file(const signing *self)
{
    const char *path = self->program->args.out;
    FILE *file = fopen(path, "wb");
    bool good = file != NULL && fwrite(self->signature.bytes, 1, self->signature.length, file) ==
                                    self->signature.length;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    return good;
}

/* A signature is of use only with the certificate that it is to be verified with. */
static kamupin_status write_certificate(const signing *self, kamupin_error *error)
{
    const char *path = self->program->args.cert_out;
    const unsigned char *der = NULL;
    size_t length = 0;
    if (path == NULL)
        return KAMUPIN_OK;
    FILE *file = fopen(path, "w");
    bool good = file != NULL &&
                kamupin_card_certificate(self->card, self->signature.certificate, &der, &length) ==
                    KAMUPIN_OK &&
                PEM_write(file, "CERTIFICATE", "", der, (long)length) > 0;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    return good ? KAMUPIN_OK : cli_refuse(self->program, M_CANNOT_WRITE_CERTIFICATE, path, error);
}

static kamupin_status show(signing *self, kamupin_error *error)
{
    cli *program = self->program;
    unsigned char base64[BASE64_MAX];
    EVP_EncodeBlock(base64, self->signature.bytes, (int)self->signature.length);
    cli_json_add(program, "signature", cli_json_signature(&self->signature, (char *)base64));
    bool written = program->args.out != NULL && write_file(self);
    kamupin_status status = KAMUPIN_OK;
    if (program->args.out != NULL && !written)
        status = cli_refuse(program, M_CANNOT_WRITE, program->args.out, error);
    if (!written && !program->args.json)
        printf("%s\n", (const char *)base64);
    kamupin_status kept = write_certificate(self, error);
    return status != KAMUPIN_OK ? status : kept;
}

/* A PIN is asked for only where the data does not come the same way. */
static kamupin_status check_ways(cli *program, kamupin_error *error)
{
    if (program->args.pin_fd >= 0)
        return KAMUPIN_OK;
    if (!program->interactive && program->args.in != NULL)
        return cli_needs(program, "--pin-fd", error);
    if (program->args.in != NULL)
        return KAMUPIN_OK;
    kamupin_status status = cli_refuse(program, M_NEEDS_INPUT, "", error);
    cli_help_hint(program);
    return status;
}

kamupin_status cli_card_sign(cli *program, kamupin_error *error)
{
    signing self = {.program = program,
                    .request = KAMUPIN_SIGN_REQUEST_INIT,
                    .signature = KAMUPIN_SIGNATURE_INIT};
    self.request.hash = program->args.hash;
    self.request.form = program->args.form;
    self.request.certificate = program->args.certificate;
    self.request.risk = program->args.risk;
    kamupin_status status = check_ways(program, error);
    if (status == KAMUPIN_OK)
        status = open_card(&self, error);
    if (status == KAMUPIN_OK)
        status = cli_digest(program, &self.request, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(program->context, KAMUPIN_SECRET_PIN, &self.pin, error);
    cli_term_begin(&self.term, program);
    if (status == KAMUPIN_OK)
        status = sign_once(&self, error);
    cli_term_end(&self.term);
    if (status == KAMUPIN_OK)
        status = show(&self, error);
    kamupin_secret_free(&self.pin);
    kamupin_card_free(&self.card);
    return status;
}
