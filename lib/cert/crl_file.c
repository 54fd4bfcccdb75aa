/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_file.c: see crl_file.h. Touches the files that it is given. */
#include <cert/crl_file.h>

#include <core/cancel.h>
#include <core/fail.h>

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define WINDOW ((size_t)1 << 20) /* bytes between two looks at the cancel handle */

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

bool kp_file_read(int file, uint64_t at, void *to, size_t length)
{
    unsigned char *next = to;

    while (length > 0) {
        const ssize_t got = pread(file, next, length, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            errno = ENODATA;
        if (got <= 0)
            return false;
        next += got;
        at += (uint64_t)got;
        length -= (size_t)got;
    }
    return true;
}

static bool write_all(int file, uint64_t at, const unsigned char *from, size_t length)
{
    while (length > 0) {
        const ssize_t put = pwrite(file, from, length, (off_t)at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put == 0)
            errno = ENOSPC;
        if (put <= 0)
            return false;
        from += put;
        at += (uint64_t)put;
        length -= (size_t)put;
    }
    return true;
}

kamupin_status kp_file_fill(int file, const unsigned char *bytes, size_t length,
                            const kamupin_cancel *cancel, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;

    for (size_t at = 0; at < length && status == KAMUPIN_OK; at += WINDOW) {
        status = kp_cancel_check(cancel, error);
        if (status == KAMUPIN_OK && !write_all(file, at, bytes + at, least(WINDOW, length - at)))
            status = kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno,
                                      "the index of a CRL cannot be written");
    }
    return status;
}

/* Fills bytes->at, whose length is known, and hashes what comes. */
static kamupin_status read_windows(int file, const kamupin_cancel *cancel, EVP_MD_CTX *context,
                                   kp_crl_bytes *bytes, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;

    if (EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
        return kp_fail_local(error, KAMUPIN_E_CRYPTO);
    for (size_t at = 0; at < bytes->length && status == KAMUPIN_OK; at += WINDOW) {
        const size_t size = least(WINDOW, bytes->length - at);
        status = kp_cancel_check(cancel, error);
        if (status == KAMUPIN_OK && !kp_file_read(file, at, bytes->at + at, size))
            status = kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno,
                                      "a CRL cannot be read");
        if (status == KAMUPIN_OK && EVP_DigestUpdate(context, bytes->at + at, size) != 1)
            status = kp_fail_local(error, KAMUPIN_E_CRYPTO);
    }
    if (status == KAMUPIN_OK && EVP_DigestFinal_ex(context, bytes->digest, NULL) != 1)
        status = kp_fail_local(error, KAMUPIN_E_CRYPTO);
    return status;
}

kamupin_status kp_crl_bytes_read(int file, const kamupin_cancel *cancel, kp_crl_bytes *bytes,
                                 kamupin_error *error)
{
    EVP_MD_CTX *context = NULL;
    struct stat found;

    *bytes = (kp_crl_bytes){.at = NULL};
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size <= 0 ||
        found.st_size > (off_t)KP_CRL_SIZE_MAX)
        return kp_fail(error, KAMUPIN_E_CRL_MALFORMED, KAMUPIN_FROM_LOCAL,
                       "an empty file, or one that is too large");
    bytes->length = (size_t)found.st_size;
    bytes->at = malloc(bytes->length);
    context = EVP_MD_CTX_new();
    const kamupin_status status = bytes->at == NULL || context == NULL
                                      ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY)
                                      : read_windows(file, cancel, context, bytes, error);
    EVP_MD_CTX_free(context);
    return status;
}

void kp_crl_bytes_free(kp_crl_bytes *bytes)
{
    free(bytes->at);
    *bytes = (kp_crl_bytes){.at = NULL};
}
