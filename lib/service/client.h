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

/** The last POST. As long as no answer of use came to it, the same request gets the same idempotency key, so that
 * the service does the work once. */
typedef struct kp_unanswered {
    char path[KP_PATH_MAX]; /* "" for none */
    unsigned char digest[32];
    char key[37];
    bool settled; /* answered, and nothing was wrong with the answer: the key is not used again */
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
    char nonce[256]; /* the service's last one */
    kp_unanswered unanswered;
    bool keyed; /* the last call was one of those */
    kp_redeeming redeeming;
    unsigned int pin_min, pin_max; /* of the metadata */
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
    const char *method;
    const char *path; /* "/metadata" */
    kp_right right;
    const kamupin_secret *ticket;
    const kp_buffer *body; /* NULL for GET */
    const char *key; /* idempotency key; NULL: the one of the unanswered request, or a new one */
    int64_t deadline_ms; /* 0: the context's bound */
    bool repeat;         /* may be sent again, under the same key: see kp_call_again */
} kp_call;

/** An answer's object. */
typedef struct kp_answer {
    json_t *root;    /* freed with kp_json_free */
    int64_t sent_ms; /* its seconds count from here, on the context's clock */
} kp_answer;

/** Whether a call with this status has to be asked again under the same key: the service may have
 * done the work though no answer of use came. */
bool kp_call_is_open(kamupin_status status);

/** Whether a call that ended with `error`, after it was repeated `made` times, is to be sent again;
 * waits as long as has to be waited. A lost answer (also a gateway's 502 and 504) is asked for again
 * at most twice, a time-out once, and 503 twice where Retry-After says five seconds or less. Never
 * past the call's deadline; a cancel ends the wait and becomes the error. */
bool kp_call_again(kp_service *service, const kp_call *call, unsigned int made,
                   kamupin_error *error);

/** Makes a call and takes its answer apart as far as every answer is alike. Errors: those of the
 * problem table, of kp_http_exchange and of the proofs. */
kamupin_status kp_call_make(kp_service *service, const kp_call *call, kp_answer *answer,
                            kamupin_error *error);

/** To be called when an answer was taken apart, with how that ended: one that is not as the profile
 * says is none of use, so the next request of the same content asks for it again under the same
 * key. */
void kp_call_settle(kp_service *service, kamupin_status status);

/** "/operations/{id}" and `rest` behind it. Errors: wrong-state before an operation was redeemed.
 */
kamupin_status kp_call_path(const kp_service *service, const char *rest, char *path,
                            kamupin_error *error);

/** A POST on the operation, with its token. Errors: as kp_call_make, wrong-state. */
kamupin_status kp_call_operation(kp_service *service, const char *rest, const kp_buffer *body,
                                 int64_t deadline_ms, kp_answer *answer, kamupin_error *error);

/** Reads "seconds_left" as a deadline on the context's clock, counted from when the request was
 * sent. */
int64_t kp_call_deadline(kp_fields fields, const char *name, int64_t sent_ms);

/** Reads "pin_policy" and narrows [*min, *max] by it; a range that is left empty is wrong. */
void kp_call_pin_policy(kp_fields fields, unsigned int *min, unsigned int *max);

/** Reads "login" and "application" of the metadata; both may be missing. */
void kp_login_offer_read(kp_fields fields, kp_login_offer *login);

/** The profile's words for products, in the order of kamupin_product; NULL behind the last. */
extern const char *const kp_product_words[];

/** Reads an organisation: type and number. */
void kp_call_organisation(kp_fields fields, kamupin_identity *identity);

/** Reads "second_factors"; words that this version does not know are passed over, so that none may be
 * left. */
void kp_call_factors(kp_fields fields, kp_factors *factors);
/** The words of them, by kamupin_factor_type from SMS on; NULL behind the last. */
extern const char *const KP_FACTOR_WORDS[];

/** What the service says of the factor that it was asked to begin. */
void kp_call_factor_begun(kp_fields fields, kamupin_factor_type type, int64_t sent_ms,
                          kp_factor_begun *begun);

/** The allowed cards among those that were named; another one is wrong. */
void kp_call_allowed(kp_fields fields, const kp_card_name *cards, size_t count,
                     kp_allowed *allowed);

#endif
