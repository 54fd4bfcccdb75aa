/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   client.h: one call of the profile: its headers, its idempotency key, its nonce, its repetition.
   For service/ alone; what the calls say is with each of them. */
#ifndef KP_SERVICE_CLIENT_H
#define KP_SERVICE_CLIENT_H

#include <net/http.h>
#include <service/json.h>
#include <service/service.h>

#include <openssl/types.h>

#define KP_PATH_MAX 128

#define KP_UNANSWERED_MAX 8

/** A POST to which no answer of use came. The same request gets the same idempotency key again,
 * whatever was asked in between, so that the service does the work once. */
typedef struct kp_unanswered {
    char path[KP_PATH_MAX];
    unsigned char digest[32]; /* of the body */
    char key[37];
} kp_unanswered;

/** What redeem has sent before it was answered; kept so that it can be sent the same again. */
typedef struct kp_redeeming {
    kamupin_secret *code; /* NULL for none */
    char key[37];
    kp_card_name cards[KP_CARDS_MAX];
    size_t count;
} kp_redeeming;

struct kp_service {
    kamupin_context *context;
    kamupin_cancel *cancel;
    kp_http *http;
    char base[KP_URL_MAX]; /* without a slash at its end */
    EVP_PKEY *key;
    char nonce[256];                             /* the service's last one */
    kp_unanswered unanswered[KP_UNANSWERED_MAX]; /* the oldest first; it gives way to a ninth */
    size_t unanswered_count;
    kp_redeeming redeeming;
    unsigned int pin_min, pin_max; /* of the metadata */
    int64_t date;    /* of the last answer that said one: seconds since 1970; 0 before */
    int64_t date_ms; /* when it came, on the context's clock */
    char operation_id[64];
    kamupin_secret *token;
};

/** With what right a call is made. */
typedef enum kp_right {
    KP_RIGHT_NONE,  /* metadata */
    KP_RIGHT_KEY,   /* redeem: a proof of the key that the operation shall be bound to */
    KP_RIGHT_TOKEN, /* operations: the token, and a proof of its key */
    KP_RIGHT_TICKET /* reports: the ticket alone */
} kp_right;

typedef struct kp_call {
    const char *path; /* "/metadata" */
    kp_right right;
    const kamupin_secret *ticket;
    const kp_buffer *body; /* of a POST; NULL for GET */
    const char *key; /* idempotency key; NULL: the one of the unanswered request, or a new one */
    int64_t deadline_ms;  /* 0: the context's bound */
    bool repeat;          /* may be sent again, under the same key: see kp_call_again */
    const char *language; /* in which the answer's text shall be, "tr" or "en"; NULL: not said */
} kp_call;

/** An answer that is being read. */
typedef struct kp_answer {
    kp_fields fields; /* of its object */
    kamupin_context *context;
    int64_t sent_ms; /* its seconds count from here, on the context's clock */
    bool again;      /* the request was left unanswered before: this may be the answer of then */
    bool stored;     /* by its Age it was made for an earlier sending of the request */
    bool over;       /* a reader says: if it is stored, it is of no use any more */
    kamupin_status status; /* other than ok: set by a reader for what is no field's fault, with … */
    kamupin_error *error;
} kp_answer;

/** Reads an answer into `into`. What is not as the profile says is marked in the fields (json.h). May
 * run twice for one call, so it begins anew. */
typedef void kp_reader(kp_answer *answer, void *into);

/** Whether a call with this status has to be asked again under the same key: the service may have
 * done the work though no answer of use came. */
bool kp_call_is_open(kamupin_status status);

/** Whether a call that ended with `error`, after it was repeated `made` times, is to be sent again;
 * waits as long as has to be waited. A lost answer (also a gateway's 502 and 504) is asked for again
 * at most twice, a time-out once, and 503 twice where Retry-After says five seconds or less. Never
 * past the call's deadline; a cancel ends the wait and becomes the error. */
bool kp_call_again(kp_service *service, const kp_call *call, unsigned int made,
                   kamupin_error *error);

/** Makes a call and has its answer read: all of it, from the idempotency key to wiping the answer.
 * The key is kept for the next such request until an answer was read well. An answer of an earlier
 * request that is over is not taken, and the call made anew; an answer of now is taken, however late
 * it came. Errors: those of the problem table, of kp_http_exchange, of the proofs and of the reader;
 * service-reply-malformed, no-memory. */
kamupin_status kp_call_make(kp_service *service, const kp_call *call, kp_reader *read, void *into,
                            kamupin_error *error);

/** A POST with the proof of the key alone, which may be sent again; wipes the body. */
kamupin_status kp_call_with_key(kp_service *service, const char *path, kp_buffer *body,
                                kp_reader *read, void *into, kamupin_error *error);

/** A POST on the operation, with its token, `rest` behind "/operations/{id}"; wipes the body. Of
 * `how` (may be NULL), key, deadline_ms and repeat count. Errors: as kp_call_make, wrong-state before an
 * operation was redeemed. */
kamupin_status kp_call_operation(kp_service *service, const char *rest, kp_buffer *body,
                                 const kp_call *how, kp_reader *read, void *into,
                                 kamupin_error *error);

/* ---- idempotency keys ---- */

/** The key of a call, in `*key`; in `*again` whether the same request was left unanswered before. Valid until the next call. Errors: crypto. */
kamupin_status kp_key_take(kp_service *service, const kp_call *call, const char **key, bool *again,
                           kamupin_error *error);
/** Notes how the call ended that took this key: unless it is open, the key is forgotten. */
void kp_key_settle(kp_service *service, const char *key, kamupin_status status);
/** Forgets all of them. */
void kp_keys_forget(kp_service *service);
/** Forgets those of the calls whose path begins with `place`. */
void kp_keys_forget_below(kp_service *service, const char *place);

/* ---- what several answers or requests have alike ---- */

/** Reads seconds as a deadline on the context's clock, counted from when the request was sent. */
int64_t kp_call_deadline(kp_fields fields, const char *name, int64_t sent_ms);

/** The same of the answer itself, which is over when the deadline is: for calls that may be made anew
 * then, as none may that costs a person a try. */
int64_t kp_answer_deadline(kp_answer *answer, const char *name);

/** Reads a time of RFC 3339: seconds since 1970; 0 when it is wrong. The second where there need be no
 * such field, which is 0 as well. */
int64_t kp_call_moment(kp_fields fields, const char *name);
int64_t kp_call_moment_or_none(kp_fields fields, const char *name);

/** Reads "price": kuruş; -1 where there is none. */
int64_t kp_call_price(kp_fields fields);

/** Reads "title" in both languages, for people; room is KP_APPLICATION_TEXT_MAX each. */
void kp_call_title(kp_fields fields, char *turkish, char *english);

/** Reads "pin_policy" and narrows [*min, *max] by it; a range that is left empty is wrong. */
void kp_call_pin_policy(kp_fields fields, unsigned int *min, unsigned int *max);

/** Reads "login" and "application" of the metadata; both may be missing. */
void kp_login_offer_read(kp_fields fields, kp_login_offer *login);

/** The profile's words for products, kinds of an operation and outcomes, from their first value on;
 * NULL behind the last. */
extern const char *const kp_product_words[];
extern const char *const kp_kind_words[];
extern const char *const kp_outcome_words[];

/** Reads "product". */
kamupin_product kp_call_product(kp_fields fields);

/** Reads an organisation: type and number. */
void kp_call_organisation(kp_fields fields, kamupin_identity *identity);

/** Appends `"type":"vkn","number":"…"}` behind `before`. */
void kp_call_put_identity(kp_buffer *body, const char *before, const kamupin_identity *identity);

/** Reads "second_factors"; words that this version does not know are passed over, so that none may be
 * left. */
void kp_call_factors(kp_fields fields, kp_factors *factors);
/** The words of them, by kamupin_factor_type from SMS on; NULL behind the last. */
extern const char *const KP_FACTOR_WORDS[];

/** What the service says of the factor that it was asked to begin. */
void kp_call_factor_begun(kp_answer *answer, kamupin_factor_type type, kp_factor_begun *begun);

/** The allowed cards among those that were named; another one is wrong. */
void kp_call_allowed(kp_fields fields, const kp_card_name *cards, size_t count,
                     kp_allowed *allowed);

#endif
