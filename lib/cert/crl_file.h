/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_file.h: files of the CRL cache, read into memory piece by piece and never mapped: where a disk
   fails, or somebody makes a file shorter, a read has an answer, and a mapped page has a signal that
   ends the host program. */
#ifndef KP_CERT_CRL_FILE_H
#define KP_CERT_CRL_FILE_H

#include <cert/crl_index.h>

#define KP_CRL_SIZE_MAX (256U << 20) /* bytes of a CRL */

/* A CRL's bytes, and the SHA-256 of them. */
typedef struct kp_crl_bytes {
    unsigned char *at; /* malloc */
    size_t length;
    unsigned char digest[KP_DIGEST_SIZE];
} kp_crl_bytes;

/** Reads the whole of a CRL's file; `bytes` is freed with kp_crl_bytes_free in every case.
 * Errors: crl-malformed (empty, too large, no file), state-folder (it cannot be read, or it became
 * shorter), no-memory, crypto, cancelled. */
kamupin_status kp_crl_bytes_read(int file, const kamupin_cancel *cancel, kp_crl_bytes *bytes,
                                 kamupin_error *error);
void kp_crl_bytes_free(kp_crl_bytes *bytes);

/** Reads exactly so many bytes; false with errno set, ENODATA when the file ends before. */
bool kp_file_read(int file, uint64_t at, void *to, size_t length);

/** Writes all of them at the file's beginning, hearing a cancel on the way.
 * Errors: state-folder, cancelled. */
kamupin_status kp_file_fill(int file, const unsigned char *bytes, size_t length,
                            const kamupin_cancel *cancel, kamupin_error *error);

#endif
