/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   service.h: the client of the KamuPIN service profile 1 (docs/protocol/openapi.yaml), the only
   room that knows its JSON. Typed requests and answers; problem documents become statuses;
   idempotency keys, the operation's key (DPoP, RFC 9449) and nonces stay in here. What the service
   sends may only narrow what the caller allows. */
#ifndef KP_SERVICE_SERVICE_H
#define KP_SERVICE_SERVICE_H

#include <core/cancel.h>
#include <core/secret.h>
#include <kamupin/lifecycle.h>
#include <kamupin/operation.h>
#include <kamupin/session.h>

typedef struct kp_service kp_service;

#define KP_CARDS_MAX 64 /* cards in one request or answer */
#define KP_ROWS_MAX  16

/** A service at a base URL, with a key made for one operation. Errors: url-refused, no-memory,
 * crypto. */
kamupin_status kp_service_new(kamupin_context *context, const char *base_url,
                              kamupin_cancel *cancel, kp_service **service, kamupin_error *error);
void kp_service_free(kp_service **service);
/** From now on a pulled cancel handle ends no request: card work was begun, and its outcome has to
 * be told. */
void kp_service_ignore_cancel(kp_service *service);

typedef struct kp_vouched {
    char row[24];
    unsigned int operations; /* KP_VOUCHED_*, which are card/'s kp_card_operation as numbers: this
                                room does not include card/ */
} kp_vouched;

/* The names of the profile: "verify", "change", "reset-by-cryptogram", … */
#define KP_VOUCHED_VERIFY              1u
#define KP_VOUCHED_CHANGE              2u
#define KP_VOUCHED_RESET_BY_CRYPTOGRAM 4u
#define KP_VOUCHED_RESET_BY_RELAY      8u
#define KP_VOUCHED_RESET_BY_SEALED_PUK 16u
#define KP_VOUCHED_SIGN                32u

/** The forms of an authority, which are pin/'s kp_authority_form as numbers. */
#define KP_BY_CRYPTOGRAM 0u
#define KP_BY_SEALED_PUK 1u
#define KP_BY_RELAY      2u

#define KP_CLIENT_ID_MAX        101
#define KP_SCOPES_MAX           488 /* 8 scopes of 60 bytes with their separators, and the NUL */
#define KP_ADDRESS_MAX          256
#define KP_APPLICATION_TEXT_MAX 801 /* 200 characters of UTF-8 */

/** How one logs in, and what to: `login` and `application` of the metadata. */
typedef struct kp_login_offer {
    unsigned int methods;        /* kamupin_login_method bits; 0: no login */
    char issuer[KP_ADDRESS_MAX]; /* of the authorization server; "" when no method needs one */
    char client_id[KP_CLIENT_ID_MAX];
    char scopes[KP_SCOPES_MAX]; /* joined by the separator that the service names */
    char application_tr[KP_APPLICATION_TEXT_MAX],
        application_en[KP_APPLICATION_TEXT_MAX]; /* "" when not told */
    char address[KP_ADDRESS_MAX];
} kp_login_offer;

/** The second factors that a service offers and this version knows, in the service's order. */
typedef struct kp_factors {
    kamupin_factor_type type[2];
    size_t count;
} kp_factors;

bool kp_factors_have(const kp_factors *factors, kamupin_factor_type type);

typedef struct kp_metadata {
    kp_login_offer login;
    unsigned int pin_min, pin_max; /* already narrowed to 6..12 */
    unsigned int forms;            /* of an authority: 1u << KP_BY_* */
    kp_factors factors;
    kp_vouched vouched[KP_ROWS_MAX];
    size_t vouched_count;
} kp_metadata;
/** What the service vouches for on a row: KP_VOUCHED_* bits, 0 for a row that it does not name. */
unsigned int kp_vouched_for(const kp_metadata *metadata, const char *row);

/** Errors: client-too-old, service-reply-malformed, network-*, … */
kamupin_status kp_service_metadata(kp_service *service, kp_metadata *metadata,
                                   kamupin_error *error);
/** The same until `deadline_ms` on the context's clock at the latest; 0: the context's bound. */
kamupin_status kp_service_metadata_by(kp_service *service, int64_t deadline_ms,
                                      kp_metadata *metadata, kamupin_error *error);
/** What date it is, by the last answer of the service's server that said one, over TLS that held:
 * seconds since 1970; 0 when none has. */
int64_t kp_service_date(const kp_service *service);

/** A card as the service is told of it. */
typedef struct kp_card_name {
    char card_id[KAMUPIN_CARD_ID_MAX];
    char row[24];
} kp_card_name;

/** The cards that the service allows among those it was told of. */
typedef struct kp_allowed {
    char card_id[KP_CARDS_MAX][KAMUPIN_CARD_ID_MAX];
    unsigned int form[KP_CARDS_MAX]; /* KP_BY_*: how this card would get its authority */
    size_t count;
} kp_allowed;

/** Where a card stands in it; `count` when it does not. */
size_t kp_allowed_find(const kp_allowed *allowed, const char *card_id);
/** Adds those that are not in it yet. */
void kp_allowed_add(kp_allowed *allowed, const kp_allowed *more);

typedef struct kp_redeemed {
    char operation_id[64];
    kamupin_operation_kind kind;
    kamupin_product product;
    kamupin_identity on_behalf_of; /* type 0: for the person alone */
    char on_behalf_name[KAMUPIN_NAME_MAX];
    unsigned int pin_min, pin_max;
    int64_t deadline_ms; /* of the operation, on the context's clock */
    kp_allowed allowed;
    kp_factors factors;
} kp_redeemed;
/** Gives the code. Repeats a lost answer's request once, under the same idempotency key; the next
 * call with the same code does so too, with the same cards as at first (a service gives its first
 * answer again only for the same request) and asks about the others afterwards. The operation token
 * stays inside. `code` is normalised.
 * Errors: code-*, page-closed, client-too-old, rate-limited, factor-unsupported,
 * service-reply-malformed, network-*, … */
kamupin_status kp_service_redeem(kp_service *service, const kamupin_secret *code,
                                 const kp_card_name *cards, size_t count, kp_redeemed *redeemed,
                                 kamupin_error *error);

/** Whether a code was sent and its answer did not come: the same code has to be given again. */
bool kp_service_is_redeeming(const kp_service *service);

/** Asks about cards that were put in later. */
kamupin_status kp_service_cards(kp_service *service, const kp_card_name *cards, size_t count,
                                kp_allowed *allowed, int64_t *deadline_ms, kamupin_error *error);

/** A second factor that was begun. Deadlines on the context's clock. */
typedef struct kp_factor_begun {
    kamupin_factor_type type;
    char destination[KAMUPIN_DESTINATION_MAX]; /* SMS only, as the next two */
    unsigned int code_length;
    int64_t resend_at_ms;
    int64_t deadline_ms;
    int tries_left;
} kp_factor_begun;
/** What a second factor is for: an operation, or a revocation of a session (certificates.h). */
typedef struct kp_factor_use {
    kp_service *service; /* of the operation … */
    const char *card_id; /* … and the card that it is for */
    kamupin_session *session;
    const struct kp_revoking *revoking; /* NULL: an operation */
} kp_factor_use;

/** What comes of the right code: of an operation's a secret of kind REPORT_TICKET and its deadline,
 * of a revocation's what the certificate is now. */
typedef struct kp_factor_given {
    kamupin_secret *ticket;
    int64_t deadline_ms;
    kamupin_certificate_record record;
} kp_factor_given;

/** Begins a second factor; `again`: sends the SMS of the one that was begun anew. */
kamupin_status kp_service_factor_begin(const kp_factor_use *use, kamupin_factor_type type,
                                       bool again, kp_factor_begun *begun, kamupin_error *error);
/** Whether an SMS code can be one: digits, `code_length` of them (0: as many as the profile allows).
 * Sends nothing. Errors: sms-code-malformed, secret-kind. */
kamupin_status kp_sms_code_check(const kamupin_secret *code, unsigned int code_length,
                                 kamupin_error *error);
/** Gives an SMS code or, in NFC, a web password. Errors: secret-kind for any other,
 * web-password-wrong for one that is no UTF-8, … */
kamupin_status kp_service_factor_verify(const kp_factor_use *use, const kamupin_secret *secret,
                                        kp_factor_given *given, kamupin_error *error);

/** Whether a call that ended so may have been done by the service all the same. */
bool kp_service_is_unanswered(kamupin_status status);

/** Asks for a cryptogram. `previous`: what became of the attempt before in this operation: NULL for
 * none, "not-sent", "unknown". `cryptogram_length`: room in, bytes out. Never repeated by itself.
 */
kamupin_status kp_service_cryptogram(kp_service *service, const char *card_id,
                                     const uint8_t *challenge, size_t challenge_length,
                                     const char *previous, int64_t deadline_ms, uint8_t *cryptogram,
                                     size_t *cryptogram_length, int *attempts_left,
                                     kamupin_error *error);

/** Asks for the card's PUK, sealed to the operation's key. `uses_left`: in the ledger, this one
 * included. A PUK is released once an operation, so none was before: a lost answer's request is
 * repeated, and the next call after an answer of no use is the same request under the same key.
 * Errors: service-reply-malformed when it does not open, … */
kamupin_status kp_service_sealed_puk(kp_service *service, const char *card_id, kamupin_secret **puk,
                                     int *uses_left, kamupin_error *error);

/** What a service relays next. */
typedef struct kp_relayed {
    uint8_t command[5 + 255 + 1];
    size_t length; /* 0: the right to reset is there */
    int attempts_left;
    kamupin_secret *keys; /* kind CARD_SESSION, or NULL; freed by the caller */
} kp_relayed;

/** Begins a relay (`number` 0; `answer` is not looked at), or tells the card's answer to command
 * `number`, status word last. Never repeated by itself: `deadline_ms` is near. Errors:
 * service-reply-malformed when keys do not open, … */
kamupin_status kp_service_relay(kp_service *service, const char *card_id, const char *previous,
                                unsigned int number, const uint8_t *answer, size_t answer_length,
                                int64_t deadline_ms, kp_relayed *next, kamupin_error *error);

/** Gives the operation up; best effort, at most `timeout_ms` (0: the context's bound). */
kamupin_status kp_service_cancel(kp_service *service, long timeout_ms, kamupin_error *error);

#define KP_RECORDED_MAX 32 /* bytes of the time of recording, with the NUL */

/** What is reported; the strings are the profile's words. */
typedef struct kp_report {
    char operation_id[64];
    char card_id[KAMUPIN_CARD_ID_MAX];
    kamupin_outcome outcome;
    const char *external_authenticate; /* "not-sent", "accepted", "refused", "unknown" */
    uint16_t status_word;              /* 0: none */
    kamupin_pin_state state_before, state_after;
    int tries_before, tries_after;         /* -1: not known */
    int puk_tries_before, puk_tries_after; /* -1: not known, or the PUK was not used */
} kp_report;
/** Reports by the ticket alone; a lost answer's request is repeated once under the same idempotency
 * key.
 *  @param deadline_ms  on the context's clock; 0: the context's bound
 *  @param recorded_at  receives the service's time, RFC 3339, 32 bytes. Errors: ticket-refused,
 * outcome-conflict, … */
kamupin_status kp_service_report(kp_service *service, const kamupin_secret *ticket,
                                 const kp_report *report, int64_t deadline_ms, char *recorded_at,
                                 kamupin_error *error);

#endif
