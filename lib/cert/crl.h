/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl.h: a CRL (RFC 5280, 5) read where it lies, without an object for each of its entries: head,
   signature, what it speaks for, and the entries one after another. */
#ifndef KP_CERT_CRL_H
#define KP_CERT_CRL_H

#include <card/tlv.h>
#include <kamupin/cancel.h>
#include <kamupin/certificate.h>
#include <kamupin/error.h>
#include <kamupin/lifecycle.h>

#include <openssl/x509v3.h>

/* A part of the CRL's bytes. */
typedef struct kp_part {
    const uint8_t *at;
    size_t length;
} kp_part;

typedef struct kp_crl {
    kp_part tbs;       /* the whole element that is signed */
    kp_part algorithm; /* the whole AlgorithmIdentifier behind it */
    kp_part inner;     /* … and within it: the same, or it is no CRL */
    kp_part signature; /* without the octet of unused bits */
    kp_part issuer;    /* the whole Name */
    kp_part entries;   /* the inside of revokedCertificates; length 0: there are none */
    kp_part extensions;
    int64_t this_update, next_update;  /* seconds since 1970; next_update 0: not said */
    bool users_only, authorities_only; /* by its IssuingDistributionPoint */
} kp_crl;

/* An entry of it. */
typedef struct kp_crl_entry {
    kp_part serial; /* contents octets of the INTEGER, without octets that say nothing */
    int64_t at;     /* seconds since 1970 */
    int reason;     /* kamupin_revocation_reason */
} kp_crl_entry;

/** Reads the head. `bytes` stays the caller's and has to stay as long as `crl`.
 * Errors: crl-malformed. */
kamupin_status kp_crl_read(kp_part bytes, kp_crl *crl, kamupin_error *error);

/** Whether `issuer` has made it: its name and its key, which may sign CRLs. `cancel` may be NULL.
 * Errors: crl-other (another name), crl-signature, cancelled. */
kamupin_status kp_crl_verify(const kp_crl *crl, X509 *issuer, const kamupin_cancel *cancel,
                             kamupin_error *error);

/** Whether it speaks for certificates that name it by `point`; fills users_only and
 * authorities_only. Refused: delta and indirect CRLs, those of some reasons or of attribute
 * certificates only, and critical extensions that are unknown here.
 * Errors: crl-other, crl-malformed. */
kamupin_status kp_crl_scope(kp_crl *crl, const DIST_POINT *point, kamupin_error *error);

/** Begins over the entries. */
kp_tlv kp_crl_entries(const kp_crl *crl);

/** The next entry: true; false at the end. `status` is crl-malformed or crl-other (a critical entry
 * extension that is unknown) when that was no entry to be believed. */
bool kp_crl_next(kp_tlv *entries, kp_crl_entry *entry, kamupin_status *status);

/** A UTCTime or GeneralizedTime as RFC 5280 has it (YYMMDDHHMMSSZ, YYYYMMDDHHMMSSZ). */
bool kp_der_time(const kp_tlv *at, int64_t *time);

/** An INTEGER's contents without leading octets that say nothing. */
kp_part kp_der_integer(const uint8_t *contents, size_t length);

#endif
