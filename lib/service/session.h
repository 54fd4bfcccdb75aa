/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.h: what a session is to the rooms that call the service with it (code/, factor/,
   unblock/, auth/): a kp_service that holds the session's key and access token, and a way to renew
   the token, which auth/ fills in. */
#ifndef KP_SERVICE_SESSION_H
#define KP_SERVICE_SESSION_H

#include <kamupin/application.h>
#include <kamupin/issued.h>
#include <kamupin/order.h>
#include <net/http.h>
#include <service/client.h>

#define KP_ORGANISATIONS_MAX 32

/** An organisation that the person may act for. */
typedef struct kp_organisation {
    kamupin_identity identity;
    char name[KAMUPIN_NAME_MAX];
} kp_organisation;

#define KP_ISSUER_MAX 600 /* bytes of an issuer's name in DER */

/** A certificate as the service has it. */
typedef struct kp_known_certificate {
    kamupin_certificate_record record;
    unsigned char issuer[KP_ISSUER_MAX]; /* Name, DER, as it stands in the certificate */
    size_t issuer_length;
} kp_known_certificate;

typedef struct kp_known_certificates {
    kp_known_certificate *entries;
    size_t count;
} kp_known_certificates;

void kp_certificates_drop(kp_known_certificates *certificates);

/** What befell a certificate. */
typedef struct kp_events {
    kamupin_certificate_event *entries;
    size_t count;
} kp_events;

void kp_events_drop(kp_events *events);

struct kamupin_session {
    kamupin_context *context;
    kamupin_error error; /* of the last call on the handle */
    kp_service
        *service; /* its key is the session's; its token the access token; NULL: logged out */
    int64_t deadline_ms; /* of the access token, on the context's clock */
    kamupin_cancel *cancel;
    char redirect[KP_URL_MAX]; /* "" for none */
    kamupin_session_keep_fn keep;
    void *keep_user;
    kp_metadata metadata;
    bool asked;                     /* the metadata is there */
    kp_organisation *organisations; /* of the last kamupin_session_info_get */
    size_t organisation_count;
    kamupin_order_info *orders; /* of the last kamupin_order_list */
    size_t order_count;
    kamupin_issued_pin_info *issued; /* of the last kamupin_issued_pin_list */
    size_t issued_count;
    kp_known_certificates certificates;     /* of the last kamupin_certificate_record_list */
    kp_events events;                       /* of the last kamupin_certificate_details */
    kamupin_application_info *applications; /* of the last kamupin_application_list */
    size_t application_count;
    kamupin_authorised_info *lists; /* of the last kamupin_authorised_lists */
    size_t list_count;
    /* Gets a new access token; NULL where there is nothing to renew with (password login). */
    kamupin_status (*renew)(kamupin_session *session, kamupin_error *error);
    /* Revokes what was granted; NULL where there is nothing to revoke. */
    kamupin_status (*revoke)(kamupin_session *session, kamupin_error *error);
    struct kp_password *password; /* auth/'s own: a password login that was begun */
    void *login; /* auth/'s own: how it logged in, tokens, the login that was begun */
    void (*login_free)(kamupin_session *session);
};

/** Whether a handle can be made on a session. Errors: invalid-argument (NULL), forked. */
kamupin_status kp_session_check(const kamupin_session *session, kamupin_error *error);

/** Starts a public call on a session: empties its error record. Errors: invalid-argument, forked. */
kamupin_status kp_session_enter(kamupin_session *session);

/** Asks what the service offers, once. Errors: those of kp_service_metadata. */
kamupin_status kp_session_metadata(kamupin_session *session, kamupin_error *error);

/** Takes over an access token; the one before is wiped. */
void kp_session_logged_in(kamupin_session *session, kamupin_secret *token, int64_t deadline_ms);

/** Wipes the token and what auth/ holds of the login, and tells the application that keeps them. */
void kp_session_forget(kamupin_session *session);

/** One call with the session's right: renews a token that has run out, and once when the service
 * says session-expired. A lost answer's request is sent again, under the same idempotency key.
 * `body` is wiped; NULL for GET. Errors: login-required, session-expired, session-ended, those of
 * kp_call_make. */
kamupin_status kp_session_call(kamupin_session *session, const char *path, kp_buffer *body,
                               kp_reader *read, void *into, kamupin_error *error);

/** The same for a call of its own kind: path, body, key, deadline_ms,
 * repeat and language count. Wipes nothing. */
kamupin_status kp_session_make(kamupin_session *session, const kp_call *how, kp_reader *read,
                               void *into, kamupin_error *error);

/** Who is logged in, and for whom they may act. Errors: those of kp_session_call. */
kamupin_status kp_session_who(kamupin_session *session, kamupin_session_info *info,
                              kamupin_error *error);

/** Ends the session at the service; one that is over already is fine. Errors: those of
 * kp_session_call. */
kamupin_status kp_session_end_at_service(kamupin_session *session, kamupin_error *error);

/** Forgets what was listed with the session. */
void kp_session_drop_lists(kamupin_session *session);

/** Whether a name may be one of the profile (an order's, a record's), and so stand in a path: 8 to 63
 * letters, digits, "-" and "_". NULL is none. */
bool kp_session_is_id(const char *text);

#endif
