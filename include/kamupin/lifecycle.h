/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   lifecycle.h: what the authority says of a person's certificates, and changing it: suspend, reopen,
   open for use, revoke. Needs a session (session.h) and neither reader nor card, because a card that
   is lost is what one suspends for.

       kamupin_certificate_record record = KAMUPIN_CERTIFICATE_RECORD_INIT;
       status = kamupin_certificate_suspend(session, NULL, KAMUPIN_SUSPEND_LOST, &record);
       if (status == KAMUPIN_E_CHOICE_NEEDED)   // there are several: name one, or go through them
           … */
#ifndef KAMUPIN_LIFECYCLE_H
#define KAMUPIN_LIFECYCLE_H

#include <kamupin/certificate.h>
#include <kamupin/operation.h>

KAMUPIN_BEGIN

typedef struct kamupin_revocation kamupin_revocation;

/** In which capacity a person asks (the portal's "Bireysel İşlemler" and "Yetkili İşlemleri"). */
typedef enum kamupin_role {
    KAMUPIN_ROLE_INDIVIDUAL = 1, /**< their own certificates */
    KAMUPIN_ROLE_AUTHORISED = 2  /**< those of the organisations that they may act for */
} kamupin_role;

/** Where a certificate stands with its authority. */
typedef enum kamupin_certificate_state {
    KAMUPIN_STATE_ISSUED = 1, /**< produced, and not opened for use */
    KAMUPIN_STATE_NOT_YET_VALID = 2,
    KAMUPIN_STATE_ACTIVE = 3,
    KAMUPIN_STATE_SUSPENDED = 4,
    KAMUPIN_STATE_REVOKED = 5,
    KAMUPIN_STATE_EXPIRED = 6
} kamupin_certificate_state;

/** A state's stable word: "issued", "not-yet-valid", "active", "suspended", "revoked", "expired".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_certificate_state_name(kamupin_certificate_state state);

/** Who did something to it. */
typedef enum kamupin_actor {
    KAMUPIN_BY_NOBODY = 0, /**< not said */
    KAMUPIN_BY_HOLDER = 1,
    KAMUPIN_BY_AUTHORITY = 2,
    KAMUPIN_BY_INSTITUTION = 3
} kamupin_actor;

/** An actor's stable word: "nobody", "holder", "authority", "institution".
 *  Ownership: static text; "nobody" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_actor_name(kamupin_actor actor);

/** Why one suspends. The authority does nothing different by it. */
typedef enum kamupin_suspend_reason {
    KAMUPIN_SUSPEND_UNSAID = 0,
    KAMUPIN_SUSPEND_LOST = 1,
    KAMUPIN_SUSPEND_STOLEN = 2,
    KAMUPIN_SUSPEND_LEFT_BEHIND = 3,
    KAMUPIN_SUSPEND_OTHER = 4
} kamupin_suspend_reason;

/** A reason's stable word: "unsaid", "lost", "stolen", "left-behind", "other".
 *  Ownership: static text; "unsaid" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_suspend_reason_name(kamupin_suspend_reason reason);

/** Why a certificate is revoked; the numbers of RFC 5280, 5.3.1. A holder may give those that are
 *  marked (h). */
typedef enum kamupin_revocation_reason {
    KAMUPIN_REASON_NONE = -1,
    KAMUPIN_REASON_UNSPECIFIED = 0,            /**< (h) */
    KAMUPIN_REASON_KEY_COMPROMISE = 1,         /**< (h) card or PIN in other hands */
    KAMUPIN_REASON_CA_COMPROMISE = 2,          /**< the authority's own */
    KAMUPIN_REASON_AFFILIATION_CHANGED = 3,    /**< (h) left the institution, changed the name */
    KAMUPIN_REASON_SUPERSEDED = 4,             /**< (h) there is a new one */
    KAMUPIN_REASON_CESSATION_OF_OPERATION = 5, /**< (h) no longer needed */
    KAMUPIN_REASON_CERTIFICATE_HOLD = 6,       /**< suspended */
    KAMUPIN_REASON_REMOVE_FROM_CRL = 8,
    KAMUPIN_REASON_PRIVILEGE_WITHDRAWN = 9, /**< (h) the right to it is gone */
    KAMUPIN_REASON_AA_COMPROMISE = 10
} kamupin_revocation_reason;

/** A reason's word as RFC 5280 has it: "keyCompromise", …; "none".
 *  Ownership: static text; "none" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_revocation_reason_name(kamupin_revocation_reason reason);

/** The moves that a certificate's state allows its holder, as a set. */
typedef enum kamupin_certificate_may {
    KAMUPIN_MAY_SUSPEND = 1,
    KAMUPIN_MAY_UNSUSPEND = 2,
    KAMUPIN_MAY_ACTIVATE = 4,
    KAMUPIN_MAY_REVOKE = 8
} kamupin_certificate_may;

/** A certificate as its authority knows it. Times are seconds since 1970, 0 for none. */
typedef struct kamupin_certificate_record {
    size_t size; /**< sizeof; set by KAMUPIN_CERTIFICATE_RECORD_INIT */
    char certificate_id[64];
    char serial[64]; /**< upper-case hex of the octets in DER */
    kamupin_product product;
    kamupin_certificate_state state;
    kamupin_actor suspended_by; /**< when suspended */
    int64_t suspended_at;
    int64_t suspend_until; /**< when it ends by itself; 0: never, or not said */
    int64_t revoked_at;
    kamupin_revocation_reason reason; /**< when revoked */
    int64_t not_before, not_after;
    char holder[KAMUPIN_NAME_MAX];
    char identity[161];                /**< masked: the last two characters stay, as in
                                            kamupin_certificate_info */
    kamupin_identity on_behalf_of;     /**< the organisation that holds it; type 0: a person */
    char card_id[KAMUPIN_CARD_ID_MAX]; /**< the card it is on; "" when not said */
    unsigned int may;                  /**< kamupin_certificate_may bits */
} kamupin_certificate_record;

#define KAMUPIN_CERTIFICATE_RECORD_INIT KAMUPIN_SIZED(kamupin_certificate_record)

/** Something that befell a certificate. */
typedef struct kamupin_certificate_event {
    size_t size;                     /**< sizeof; set by KAMUPIN_CERTIFICATE_EVENT_INIT */
    kamupin_certificate_state state; /**< into which it came */
    int64_t at;                      /**< seconds since 1970 */
    kamupin_actor by;
    kamupin_revocation_reason reason; /**< NONE unless revoked */
    char reason_text[41];             /**< the service's word, also of a suspension; "" for none */
} kamupin_certificate_event;

#define KAMUPIN_CERTIFICATE_EVENT_INIT KAMUPIN_SIZED(kamupin_certificate_event)

/** Asks for the certificates that the authority has for this person.
 *  @param count receives how many; kamupin_certificate_record_listed gives each
 *  Threads: the session's. Errors: role-refused, login-required, session-*, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_certificate_record_list(kamupin_session *session,
                                                           kamupin_role role, size_t *count);

/** One of the last kamupin_certificate_record_list (size set by the caller). Asks nobody.
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_certificate_record_listed(const kamupin_session *session,
                                                             size_t index,
                                                             kamupin_certificate_record *record);

/** Details: the record, the certificate itself, and what befell it.
 *  @param which a certificate_id, or a serial number in hex (any case, colons allowed) or, with
 *         "decimal:" before it, in decimal
 *  @param certificate receives the certificate, the caller's to free; may be NULL
 *  Threads: the session's. Errors: certificate-unknown, choice-needed (two issuers, one serial), … */
KAMUPIN_API kamupin_status kamupin_certificate_details(kamupin_session *session, const char *which,
                                                       kamupin_certificate_record *record,
                                                       kamupin_certificate **certificate);

/** One of the events of the last kamupin_certificate_details, the oldest first. Asks nobody.
 *  Errors: invalid-argument, also for an index beyond the last. */
KAMUPIN_API kamupin_status kamupin_certificate_event_listed(const kamupin_session *session,
                                                            size_t index,
                                                            kamupin_certificate_event *event);

/** Suspends a certificate, at once. May be repeated.
 *  @param which as in kamupin_certificate_details; NULL: the only one of the person's own that may be
 *         suspended, or was by its holder; an organisation's only where there are no others
 *  @param record receives what it is now; may be NULL
 *  Threads: the session's. Touches no reader.
 *  Errors: certificate-unknown, choice-needed (NULL, and several), certificate-not-activated,
 *  certificate-not-yet-valid, certificate-suspended-by-others, certificate-revoked,
 *  certificate-expired; login-required, session-*, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_certificate_suspend(kamupin_session *session, const char *which,
                                                       kamupin_suspend_reason reason,
                                                       kamupin_certificate_record *record);

/** Reopens what the holder has suspended. Errors: as above, certificate-not-suspended. */
KAMUPIN_API kamupin_status kamupin_certificate_unsuspend(kamupin_session *session,
                                                         const char *which,
                                                         kamupin_certificate_record *record);

/** Opens a certificate that was issued for use. Errors: as above, certificate-active,
 *  certificate-suspended. */
KAMUPIN_API kamupin_status kamupin_certificate_activate(kamupin_session *session, const char *which,
                                                        kamupin_certificate_record *record);

/* ---- revoking: for ever, so in two steps ---- */

/** What a revocation would do. */
typedef struct kamupin_revocation_info {
    size_t size; /**< sizeof; set by KAMUPIN_REVOCATION_INFO_INIT */
    kamupin_certificate_record record;
    kamupin_revocation_reason reason;
    int seconds_left;    /**< to confirm it */
    size_t losses;       /**< kamupin_revocation_loss gives each */
    int64_t price_kurus; /**< of a new certificate; -1 when not said */
    bool confirmed;      /**< it was done, and `record` says so */
} kamupin_revocation_info;

#define KAMUPIN_REVOCATION_INFO_INIT KAMUPIN_SIZED(kamupin_revocation_info)

/** Prepares a revocation: nothing is revoked. One that was prepared before for the same certificate
 *  is void.
 *  @param which as in kamupin_certificate_details; never NULL: what is revoked is named
 *  @param reason one that a holder may give
 *  @param revocation receives the handle; freed with kamupin_revocation_free before its session
 *  Threads: the session's. Errors: certificate-unknown, certificate-revoked, certificate-expired,
 *  invalid-argument, choice-needed, … */
KAMUPIN_API kamupin_status kamupin_revocation_new(kamupin_session *session, const char *which,
                                                  kamupin_revocation_reason reason,
                                                  kamupin_revocation **revocation,
                                                  kamupin_error *error);

/** Frees; what was not confirmed is given up (best effort, bounded in time). What came of it is not
 *  said: whoever wants to know asks kamupin_revocation_cancel first. NULL is fine. */
KAMUPIN_API void kamupin_revocation_free(kamupin_revocation **revocation);

/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_revocation_error(const kamupin_revocation *revocation,
                                          kamupin_error *error);

/** What would be revoked, and what that means. Asks nobody. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_revocation_read(const kamupin_revocation *revocation,
                                                   kamupin_revocation_info *info);

/** A sentence of what will be lost, to be shown before the person confirms.
 *  @return NULL beyond the last; lives as long as the handle. Errors: none. */
KAMUPIN_API const char *kamupin_revocation_loss(const kamupin_revocation *revocation, size_t index,
                                                kamupin_language language);

/** Begins the second factor, sends a new SMS, or changes over, as kamupin_operation_begin_factor.
 *  Errors: as there, revocation-expired. */
KAMUPIN_API kamupin_status kamupin_revocation_begin_factor(kamupin_revocation *revocation,
                                                           kamupin_factor_type type,
                                                           kamupin_factor *factor);

/** What a person is shown of the factor now, as kamupin_operation_factor. Asks nobody. */
KAMUPIN_API kamupin_status kamupin_revocation_factor(const kamupin_revocation *revocation,
                                                     kamupin_factor *factor);

/** Revokes, for ever. Cannot be taken back and cannot be dated back. Repeated after a lost answer it
 *  is one revocation.
 *  @param secret kind SMS_CODE or WEB_PASSWORD, whichever was begun
 *  @param record receives what the certificate is now; may be NULL
 *  Errors: those of kamupin_operation_verify_factor, revocation-expired (nothing was revoked). After
 *  any other failure, cancelled among them, kamupin_revocation_cancel says what came of it. */
KAMUPIN_API kamupin_status kamupin_revocation_confirm(kamupin_revocation *revocation,
                                                      const kamupin_secret *secret,
                                                      kamupin_certificate_record *record);

/** Gives the revocation up, and says whether it came too late: for a person who stops, and after a
 *  confirmation that was not answered.
 *
 *      switch (kamupin_revocation_cancel(revocation)) {
 *      case KAMUPIN_OK:                         // nothing was revoked, and nothing will be
 *      case KAMUPIN_E_CERTIFICATE_REVOKED:      // it is revoked: kamupin_revocation_read has how
 *      default:                                 // not known: kamupin_certificate_details, later
 *
 *  Where no confirmation went out it is ok, whether the service could be told or not. Where one did,
 *  the service is told and asked; a confirmation that is still under way is not taken any more after
 *  an ok. Works with a pulled cancel handle too, and takes seven seconds at most. May be repeated, and
 *  after a revocation-unsettled so may kamupin_revocation_confirm; what was given up is
 *  revocation-expired for both steps.
 *  Threads: the session's.
 *  Errors: certificate-revoked, revocation-unsettled (it was confirmed, and what came of it is not
 *  known; the record says why the service could not be asked), invalid-argument, forked. */
KAMUPIN_API kamupin_status kamupin_revocation_cancel(kamupin_revocation *revocation);

KAMUPIN_END
#endif
