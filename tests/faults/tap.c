/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tap.c: a preload library that writes down what passes TLS, in clear, both ways, to the file
   KAMUPIN_TAP names: a test reads there what really went over the network. Stands between libcurl
   and OpenSSL's libssl. */
#define _GNU_SOURCE
#include "libssl.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <unistd.h>

typedef int write_fn(SSL *, const void *, int);
typedef int read_fn(SSL *, void *, int);

static void tap(const void *bytes, int length)
{
    const char *path = getenv("KAMUPIN_TAP");

    if (path == NULL || length <= 0)
        return;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, bytes, (size_t)length) != length)
        abort();
    close(fd);
}

int SSL_write(SSL *ssl, const void *bytes, int length)
{
    write_fn *next = (write_fn *)next_in_libssl("SSL_write");

    tap(bytes, length);
    return next(ssl, bytes, length);
}

int SSL_read(SSL *ssl, void *bytes, int length)
{
    read_fn *next = (read_fn *)next_in_libssl("SSL_read");
    int got = next(ssl, bytes, length);

    tap(bytes, got);
    return got;
}
