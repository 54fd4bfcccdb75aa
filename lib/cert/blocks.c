/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   blocks.c: see blocks.h. */
#include <cert/blocks.h>

#include <cert/certificate.h>
#include <core/fail.h>

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static kamupin_status malformed(kamupin_error *error, const char *what)
{
    return kp_fail(error, KAMUPIN_E_CERTIFICATE_MALFORMED, KAMUPIN_FROM_LOCAL, "%s", what);
}

kamupin_status kp_blocks_open(kp_blocks *blocks, const unsigned char *bytes, size_t length,
                              kamupin_error *error)
{
    const size_t mark = length >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    *blocks = (kp_blocks){.bytes = bytes + mark, .length = length - mark}; /* an editor's mark */
    if (length > INT_MAX)
        return malformed(error, "too long");
    return KAMUPIN_OK;
}

/* Whether bytes are a certificate, with nothing behind it unless that is allowed (OpenSSL's "TRUSTED
 * CERTIFICATE" has its own notes there). */
static kamupin_status parse(const unsigned char *bytes, size_t length, bool more, kp_block *block,
                            kamupin_error *error)
{
    const unsigned char *next = bytes;

    X509 *x509 = length <= KP_CERTIFICATE_MAX ? d2i_X509(NULL, &next, (long)length) : NULL;
    const size_t used = (size_t)(next - bytes);
    if (x509 == NULL || (used != length && !more)) {
        X509_free(x509);
        return malformed(error,
                         x509 != NULL ? "bytes behind the certificate" : "not a certificate");
    }
    unsigned char *der = malloc(used);
    if (der == NULL) {
        X509_free(x509);
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    memcpy(der, bytes, used);
    *block = (kp_block){.x509 = x509, .der = der, .length = used};
    return KAMUPIN_OK;
}

static kamupin_status parse_pem(const char *name, const unsigned char *bytes, long length,
                                kp_block *block, kamupin_error *error)
{
    const bool trusted = strcmp(name, PEM_STRING_X509_TRUSTED) == 0;

    if (!trusted && strcmp(name, PEM_STRING_X509) != 0 && strcmp(name, PEM_STRING_X509_OLD) != 0)
        return malformed(error, "another PEM block");
    return parse(bytes, (size_t)length, trusted, block, error);
}

/* The next PEM block that is a certificate. OpenSSL says "no start line" at the end of the text, and
 * has gone on by a line at least wherever it says anything else. */
static kamupin_status next_pem(kp_blocks *blocks, kp_block *block, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_E_CERTIFICATE_MALFORMED;
    bool over = false;

    while (status == KAMUPIN_E_CERTIFICATE_MALFORMED && !over) {
        char *name = NULL, *header = NULL;
        unsigned char *data = NULL;
        long length = 0;
        ERR_set_mark();
        if (PEM_read_bio(blocks->pem, &name, &header, &data, &length) == 1)
            status = parse_pem(name, data, length, block, error);
        else
            over = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ||
                   BIO_eof(blocks->pem);
        ERR_pop_to_mark();
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(data, (size_t)length); /* it may be a private key's */
    }
    return over ? malformed(error, "no certificate") : status;
}

kamupin_status kp_blocks_next(kp_blocks *blocks, kp_block *block, kamupin_error *error)
{
    if (blocks->pem == NULL) {
        kamupin_status status = KAMUPIN_E_CERTIFICATE_MALFORMED;
        if (blocks->length == 0)
            return malformed(error, "no certificate");
        ERR_set_mark();
        status = parse(blocks->bytes, blocks->length, false, block, error);
        ERR_pop_to_mark();
        if (status == KAMUPIN_OK)
            blocks->length = 0; /* DER bytes are one */
        if (status != KAMUPIN_E_CERTIFICATE_MALFORMED)
            return status;
        blocks->pem = BIO_new_mem_buf(blocks->bytes, (int)blocks->length);
        if (blocks->pem == NULL)
            return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    return next_pem(blocks, block, error);
}

void kp_blocks_close(kp_blocks *blocks)
{
    BIO_free(blocks->pem);
    blocks->pem = NULL;
}
