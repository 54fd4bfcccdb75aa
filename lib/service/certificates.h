/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificates.h: the calls of a session that are about certificates: lists, details, suspending and
   its like, and preparing a revocation. Neither reader nor card is touched. */
#ifndef KP_SERVICE_CERTIFICATES_H
#define KP_SERVICE_CERTIFICATES_H

#include <service/session.h>

#define KP_CERTIFICATES_MAX    64 /* in one answer */
#define KP_EVENTS_MAX          32
#define KP_CERTIFICATE_DER_MAX 12288

/** The certificates that the service has for the person. What was in `found` goes, also when it
 * fails. Errors: role-refused, those of kp_session_call. */
kamupin_status kp_certificate_all(kamupin_session *session, kamupin_role role,
                                  kp_known_certificates *found, kamupin_error *error);

/** The id of the certificate that is meant, 64 bytes. A text that is no serial number is an id, and
 * nobody is asked; else the person's own are listed, and if it is not among them those of the
 * organisations that they may act for.
 *  @param which  an id; a serial number in hex (colons allowed), or in decimal behind "decimal:";
 *                NULL: the only one of them that may what `may` says; organisations' come into
 *                question only where the person has none
 * Errors: certificate-unknown, choice-needed, those of kp_session_call. */
kamupin_status kp_certificate_find(kamupin_session *session, const char *which,
                                   kamupin_certificate_may may, char *id, kamupin_error *error);

/** Whether a serial number of the profile (hex of DER's octets) is the same number as another text in
 * hex; leading zeros, colons and case do not count. */
bool kp_serial_same(const char *one, const char *other);

/** Details; `der` receives the certificate's bytes, and may be NULL. */
kamupin_status kp_certificate_look(kamupin_session *session, const char *id,
                                   kp_known_certificate *known, kp_events *events, kp_buffer *der,
                                   kamupin_error *error);

/** What a holder does to a certificate at once. */
typedef enum kp_move { KP_SUSPEND, KP_UNSUSPEND, KP_ACTIVATE } kp_move;

/** Does it. After a lost answer the certificate is looked at first: what was stored for the earlier
 * request may have been undone since. */
kamupin_status kp_certificate_move(kamupin_session *session, const char *id, kp_move move,
                                   kamupin_suspend_reason reason,
                                   kamupin_certificate_record *record, kamupin_error *error);

/** Reads a certificate; the name of its issuer into `issuer` (KP_ISSUER_MAX bytes), which may be
 * NULL. */
void kp_read_certificate(kp_fields fields, kamupin_certificate_record *record,
                         unsigned char *issuer, size_t *issuer_length);

/* ---- a revocation ---- */

#define KP_LOSSES_MAX 16
#define KP_LOSS_MAX   1201 /* 300 characters of UTF-8, and the NUL */

/** A revocation that was prepared. */
typedef struct kp_revoking {
    char revocation_id[64];
    kamupin_secret *confirmation; /* kind CONFIRMATION */
    kamupin_certificate_record record;
    kamupin_revocation_reason reason;
    int64_t deadline_ms; /* to confirm it, on the context's clock */
    kp_factors factors;
    char loss[2][KP_LOSSES_MAX][KP_LOSS_MAX]; /* by kamupin_language */
    size_t losses[2];
    int64_t price_kurus; /* -1: not said */
} kp_revoking;

/** Prepares one; `revoking` is emptied first. Errors: certificate-unknown, certificate-revoked,
 * certificate-expired, factor-unsupported, those of kp_session_call. */
kamupin_status kp_revocation_prepare(kamupin_session *session, const char *id,
                                     kamupin_revocation_reason reason, kp_revoking *revoking,
                                     kamupin_error *error);

/** Gives it up: asked once, at most `timeout_ms`, also with a pulled cancel handle. After an ok no
 * confirmation that is still under way is taken any more.
 * Errors: certificate-revoked (it was confirmed), revocation-expired (nobody can confirm it any more),
 * login-required, session-*, network-*, tls-*, service-*. */
kamupin_status kp_revocation_give_up(kamupin_session *session, const kp_revoking *revoking,
                                     long timeout_ms, kamupin_error *error);

/** How its certificate stands: bounded in the same way. Errors: as kp_certificate_look. */
kamupin_status kp_revocation_look(kamupin_session *session, const kp_revoking *revoking,
                                  long timeout_ms, kamupin_certificate_record *record,
                                  kamupin_error *error);

/** Reads what a confirmation has made of the certificate: it has to be this one, and revoked. */
void kp_read_revoked(kp_answer *answer, const kp_revoking *revoking,
                     kamupin_certificate_record *record);

#endif
