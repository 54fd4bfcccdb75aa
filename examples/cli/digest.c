/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   digest.c: see digest.h. */
#include "digest.h"
#include "fd.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <unistd.h>

static const EVP_MD *kind(kamupin_hash hash)
{
    if (hash == KAMUPIN_SHA256)
        return EVP_sha256();
    return hash == KAMUPIN_SHA384 ? EVP_sha384() : EVP_sha512();
}

/* The next bytes; 0 at the end, -1 when there are none to be had, -2 when the person cancels. */
static ssize_t next(const cli *program, int fd, unsigned char *block, size_t size)
{
    ssize_t got = 0;
    do {
        if (!cli_fd_wait(program, fd))
            return -2;
        got = read(fd, block, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Hashes to the end of the input. `first` keeps its beginning, `length` how long it is. */
static kamupin_status digest_of(cli *program, int fd, kamupin_sign_request *request,
                                unsigned char *first, size_t *length, kamupin_error *error)
{
    unsigned char block[16384];
    unsigned int made = 0;
    ssize_t got = 1;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context != NULL && EVP_DigestInit_ex(context, kind(request->hash), NULL) == 1;
    *length = 0;
    while (good && (got = next(program, fd, block, sizeof block)) > 0) {
        size_t count = (size_t)got;
        if (*length < KAMUPIN_DIGEST_MAX) {
            size_t room = KAMUPIN_DIGEST_MAX - *length;
            memcpy(first + *length, block, count < room ? count : room);
        }
        *length += count;
        good = EVP_DigestUpdate(context, block, count) == 1;
    }
    good = good && EVP_DigestFinal_ex(context, request->digest, &made) == 1;
    request->digest_length = made;
    EVP_MD_CTX_free(context);
    if (got == -2)
        return cli_error(error, KAMUPIN_E_CANCELLED);
    if (got < 0)
        return cli_refuse(program, M_CANNOT_READ, program->args.in != NULL ? program->args.in : "-",
                          error);
    return good ? KAMUPIN_OK : cli_error(error, KAMUPIN_E_CRYPTO);
}

kamupin_status cli_digest(cli *program, kamupin_sign_request *request, kamupin_error *error)
{
    const char *path = program->args.in;
    unsigned char first[KAMUPIN_DIGEST_MAX];
    size_t length = 0;
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (fd < 0)
        return cli_refuse(program, M_CANNOT_READ, path, error);
    kamupin_status status = digest_of(program, fd, request, first, &length, error);
    if (path != NULL)
        close(fd);
    if (status != KAMUPIN_OK || !program->args.hashed)
        return status;
    if (length != request->digest_length) {
        const char *const wanted[] = {"32", "48", "64"};
        return cli_refuse(program, M_WRONG_HASH_LENGTH, wanted[request->hash - KAMUPIN_SHA256],
                          error);
    }
    memcpy(request->digest, first, length);
    return KAMUPIN_OK;
}
