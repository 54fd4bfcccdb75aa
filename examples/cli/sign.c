/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.c: card sign. What the card would refuse anyway is said before anything is read or asked for. */
#include "digest.h"
#include "file.h"
#include "signer.h"

#include <openssl/evp.h>
#include <stdio.h>

#define BASE64_MAX (KAMUPIN_SIGNATURE_MAX / 3 * 4 + 8)

typedef struct signing {
    cli *program;
    cli_signer signer;
    kamupin_sign_request request;
    kamupin_signature signature;
} signing;

static kamupin_status sign_once(void *user, cli_signer *signer, kamupin_error *error)
{
    signing *self = user;
    kamupin_status status =
        kamupin_card_sign(signer->card, &self->request, signer->pin, &self->signature);
    kamupin_card_error(signer->card, error);
    return status;
}

/* Whether the card has the certificate that was asked for by number. */
static bool has_certificate(const signing *self)
{
    const unsigned char *der = NULL;
    size_t length = 0;
    return self->request.certificate == KAMUPIN_CERTIFICATE_ANY ||
           kamupin_card_certificate(self->signer.card, self->request.certificate, &der, &length) ==
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
    kamupin_status status = cli_signer_open(&self->signer, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!has_certificate(self))
        return no_certificate(self, error);
    return cli_signer_ready(&self->signer, &self->request, error);
}

/* A signature is of use only with the certificate that it is to be verified with. */
static kamupin_status write_certificate(const signing *self, kamupin_error *error)
{
    const char *path = self->program->args.cert_out;
    const unsigned char *der = NULL;
    size_t length = 0;
    if (path == NULL)
        return KAMUPIN_OK;
    bool good = kamupin_card_certificate(self->signer.card, self->signature.certificate, &der,
                                         &length) == KAMUPIN_OK &&
                cli_file_write_pem(path, der, length);
    return good ? KAMUPIN_OK : cli_refuse(self->program, M_CANNOT_WRITE_CERTIFICATE, path, error);
}

/* What cannot be written to the file that is named is not lost: it is printed. */
static kamupin_status show(signing *self, kamupin_error *error)
{
    cli *program = self->program;
    unsigned char base64[BASE64_MAX];
    EVP_EncodeBlock(base64, self->signature.bytes, (int)self->signature.length);
    cli_json_add(program, "signature", cli_json_signature(&self->signature, (char *)base64));
    bool written = program->args.out != NULL &&
                   cli_file_write(program->args.out, self->signature.bytes, self->signature.length);
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
    if (status != KAMUPIN_OK)
        return status;
    self.signer.program = program;
    status = open_card(&self, error);
    if (status == KAMUPIN_OK)
        status = cli_digest(program, &self.request, error);
    cli_signer_begin(&self.signer);
    if (status == KAMUPIN_OK)
        status = cli_signer_run(&self.signer, sign_once, &self, error);
    cli_term_end(&self.signer.term);
    if (status == KAMUPIN_OK)
        status = show(&self, error);
    cli_signer_close(&self.signer);
    return status;
}
