/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_index.h: what is kept of a CRL beside it: its times, its scope, and serial → (reason, time) of
   every entry, sorted, in a file of a format of its own. Later questions read this file alone; a
   digest in it tells damage. */
#ifndef KP_CERT_CRL_INDEX_H
#define KP_CERT_CRL_INDEX_H

#include <cert/crl.h>
#include <kamupin/cancel.h>

#define KP_DIGEST_SIZE 32 /* SHA-256 */

typedef struct kp_crl_index {
    int64_t this_update, next_update; /* as in kp_crl */
    int64_t fetched_at;               /* seconds since 1970 */
    bool users_only, authorities_only;
    bool weak_hash; /* the CRL is signed over SHA-1 or older */
    uint64_t count;
    uint32_t width;                       /* octets that a record has for a serial */
    unsigned char issuer[KP_DIGEST_SIZE]; /* of the issuer's certificate */
    unsigned char crl[KP_DIGEST_SIZE];    /* of the CRL's bytes */
    int file;                             /* a descriptor of its own; -1: none */
} kp_crl_index;

#define KP_CRL_INDEX_INIT ((kp_crl_index){.file = -1})

/** Writes the index of a CRL that was verified to `file`, which is empty. The issuer, digest and
 * moment of `index` go into it; all else is filled in. `cancel` may be NULL.
 * Errors: crl-malformed, crl-other (an entry that is not to be believed), state-folder, no-memory,
 * crypto, cancelled. */
kamupin_status kp_crl_index_write(const kp_crl *crl, kp_crl_index *index, int file,
                                  const kamupin_cancel *cancel, kamupin_error *error);

/** Opens what was written, `file` staying the caller's: false when this is no index of this version,
 * a damaged one, or one that cannot be read. */
bool kp_crl_index_open(int file, kp_crl_index *index);
void kp_crl_index_close(kp_crl_index *index);

/** Looks a serial up (kp_der_integer). `entry->serial` is not filled.
 * Errors: state-folder, when the file has become unreadable since it was opened. */
kamupin_status kp_crl_index_find(const kp_crl_index *index, kp_part serial, bool *found,
                                 kp_crl_entry *entry, kamupin_error *error);

#endif
