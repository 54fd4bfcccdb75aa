/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certfile.h: the bytes of a file of certificates, whole; one way for those that are named and those
   that a folder has. */
#ifndef KP_CERT_CERTFILE_H
#define KP_CERT_CERTFILE_H

#include <stdbool.h>
#include <stddef.h>

/* How it went. */
typedef enum kp_certfile_end {
    KP_CERTFILE_READ,
    KP_CERTFILE_NONE,   /* of a folder: it is no regular file */
    KP_CERTFILE_CLOSED, /* it cannot be opened, or read; errno says why */
    KP_CERTFILE_LARGE,  /* more than was allowed */
    KP_CERTFILE_NO_MEMORY
} kp_certfile_end;

typedef struct kp_certfile {
    unsigned char *bytes; /* malloc, the caller's, in every case; NULL: none */
    size_t length;
} kp_certfile;

/** Reads at most `most` bytes. `of_folder`: nobody named it, so that only a regular file is read, and
 * nothing that it is instead (a pipe, a device) is ever waited for. */
kp_certfile_end kp_certfile_read(const char *path, bool of_folder, size_t most, kp_certfile *file);

#endif
