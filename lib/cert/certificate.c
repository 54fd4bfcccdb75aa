/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificate.c: a certificate's handle. It is taken apart when it is made, and does not change. */
#include <cert/certificate.h>

#include <core/context.h>
#include <core/fail.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

X509 *kp_certificate_x509(const kamupin_certificate *certificate)
{
    return certificate->x509;
}

/* ---- texts ---- */

void kp_certificate_keep(kamupin_certificate *certificate, kamupin_certificate_field field,
                         const char *text)
{
    const size_t length = strlen(text) + 1;

    if (certificate->failed || certificate->kept[field] == KP_TEXTS_MAX)
        return;
    if (certificate->count == certificate->room) {
        const size_t room = certificate->room == 0 ? 32 : 2 * certificate->room;
        kp_certificate_text *texts = realloc(certificate->texts, room * sizeof *texts);
        if (texts == NULL) {
            certificate->failed = true;
            return;
        }
        certificate->texts = texts;
        certificate->room = room;
    }
    char *copy = malloc(length);
    if (copy == NULL) {
        certificate->failed = true;
        return;
    }
    memcpy(copy, text, length);
    certificate->kept[field]++;
    certificate->texts[certificate->count++] = (kp_certificate_text){field, copy};
}

void kp_certificate_keep_buffer(kamupin_certificate *certificate, kamupin_certificate_field field,
                                kp_buffer *buffer)
{
    certificate->failed |= buffer->failed;
    kp_certificate_keep(certificate, field, buffer->data == NULL ? "" : (const char *)buffer->data);
    kp_buffer_wipe(buffer);
}

const char *kamupin_certificate_text(const kamupin_certificate *certificate,
                                     kamupin_certificate_field field, size_t index)
{
    for (size_t i = 0; certificate != NULL && i < certificate->count; i++)
        if (certificate->texts[i].field == field && index-- == 0)
            return certificate->texts[i].text;
    return NULL;
}

/* ---- the handle ---- */

kamupin_status kp_certificate_from(kamupin_context *context, kp_block *block,
                                   kamupin_certificate **certificate, kamupin_error *error)
{
    kamupin_certificate *made = calloc(1, sizeof *made);
    bool failed = made == NULL;

    if (made == NULL) {
        X509_free(block->x509);
        free(block->der);
    } else {
        made->context = context;
        made->x509 = block->x509;
        made->der = block->der;
        made->length = block->length;
        made->info = (kamupin_certificate_info)KAMUPIN_CERTIFICATE_INFO_INIT;
        made->identity = (kamupin_identity)KAMUPIN_IDENTITY_INIT;
        ERR_set_mark();
        kp_certificate_fill_fields(made);
        kp_certificate_fill_holder(made);
        ERR_pop_to_mark();
        failed = made->failed;
    }
    if (failed)
        kamupin_certificate_free(&made);
    *certificate = made;
    return failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}

kamupin_status kamupin_certificate_new(kamupin_context *context, const unsigned char *bytes,
                                       size_t length, kamupin_certificate **certificate,
                                       kamupin_error *error)
{
    kamupin_status status = kp_context_check(context, error);
    kp_blocks blocks;
    kp_block block;

    if (certificate != NULL)
        *certificate = NULL;
    if (status != KAMUPIN_OK)
        return status;
    if (certificate == NULL || bytes == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_blocks_open(&blocks, bytes, length, error);
    if (status == KAMUPIN_OK)
        status = kp_blocks_next(&blocks, &block, error);
    if (status == KAMUPIN_OK)
        status = kp_certificate_from(context, &block, certificate, error);
    if (status == KAMUPIN_OK)
        kp_error_clear(error);
    kp_blocks_close(&blocks);
    return status;
}

void kamupin_certificate_free(kamupin_certificate **certificate)
{
    if (certificate == NULL || *certificate == NULL)
        return;
    for (size_t i = 0; i < (*certificate)->count; i++)
        free((*certificate)->texts[i].text);
    free((*certificate)->texts);
    X509_free((*certificate)->x509);
    free((*certificate)->der);
    free(*certificate);
    *certificate = NULL;
}

/* ---- what it says ---- */

kamupin_status kamupin_certificate_read(const kamupin_certificate *certificate,
                                        kamupin_certificate_info *info)
{
    if (certificate == NULL || info == NULL || info->size != sizeof *info)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = certificate->info;
    const int64_t now = kp_calendar_now(certificate->context);
    if (!certificate->dated)
        info->validity = KAMUPIN_VALIDITY_UNKNOWN;
    else if (now < info->not_before)
        info->validity = KAMUPIN_NOT_YET_VALID;
    else
        info->validity = now > info->not_after ? KAMUPIN_EXPIRED : KAMUPIN_VALID_NOW;
    return KAMUPIN_OK;
}

kamupin_status kamupin_certificate_identity(const kamupin_certificate *certificate,
                                            kamupin_identity *identity)
{
    if (certificate == NULL || identity == NULL || identity->size != sizeof *identity ||
        certificate->identity.type == 0)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *identity = certificate->identity;
    return KAMUPIN_OK;
}

kamupin_status kamupin_certificate_der(const kamupin_certificate *certificate,
                                       const unsigned char **der, size_t *length)
{
    if (certificate == NULL || der == NULL || length == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *der = certificate->der;
    *length = certificate->length;
    return KAMUPIN_OK;
}

const char *kamupin_certificate_class_name(kamupin_certificate_class kind)
{
    static const char *const NAMES[] = {"other",      "signature",  "seal",       "qualified-seal",
                                        "mali-muhur", "encryption", "time-stamp", "authority"};

    return kind >= 0 && (size_t)kind < sizeof NAMES / sizeof NAMES[0] ? NAMES[kind] : NAMES[0];
}
