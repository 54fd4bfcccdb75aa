/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   server.h: the authorization server of a service: what it says of itself (RFC 8414), and requests
   to it, each with a proof of the session's key (RFC 9449). */
#ifndef KP_AUTH_SERVER_H
#define KP_AUTH_SERVER_H

#include <net/http.h>
#include <service/json.h>

#include <openssl/types.h>

#define KP_ENDPOINT_MAX 512 /* bytes of an endpoint's address, with the NUL */

/** What an authorization server says of itself. */
typedef struct kp_server_metadata {
    char authorization[KP_ENDPOINT_MAX]; /* "" when there is none; may have a query */
    char token[KP_ENDPOINT_MAX];
    char revocation[KP_ENDPOINT_MAX]; /* "" when there is none */
    bool names_issuer;                /* each callback names it (RFC 9207) */
    bool s256;                        /* it knows PKCE by S256 */
    bool assertions;                  /* it takes signed assertions (RFC 7523) */
} kp_server_metadata;

/** An authorization server, as one session uses it. */
typedef struct kp_server {
    kamupin_context *context;
    kamupin_cancel *cancel;
    EVP_PKEY *key; /* the session's; borrowed */
    kp_http *http;
    bool known; /* `said` is there */
    kp_server_metadata said;
    char nonce[256];         /* its last one */
    int64_t date_s, date_ms; /* its date, and when that was on the context's clock; 0: not said */
} kp_server;

/** Asks the server of `issuer` what it is, once. The answer has to be of that very issuer, and its
 * endpoints https. Errors: login-issuer-mismatch, login-not-offered (it signs no proofs as this
 * library does), service-reply-malformed, http-intercepted, service-unavailable, those of
 * kp_http_exchange. */
kamupin_status kp_server_discover(kp_server *server, const char *issuer, kamupin_error *error);

/** Reads such an answer. Errors: as above, but for the network's. */
kamupin_status kp_server_read(const json_t *root, const char *issuer, kp_server_metadata *said,
                              kamupin_error *error);

/** An authorization server's answer to a form. */
typedef struct kp_server_answer {
    bool granted;     /* 2xx; else it refuses, and says why */
    char refusal[64]; /* the word of `error` (RFC 6749, 5.2) */
    json_t *root;     /* of 2xx; freed with kp_json_free; NULL where nothing is wanted */
    int64_t sent_ms;  /* on the context's clock */
} kp_server_answer;

/** Posts a form with a proof; once more when the server only wanted its nonce in it. ok: it
 * answered as an authorization server does. `wants_body`: 2xx has to hold an object.
 * Errors: http-intercepted, service-unavailable, rate-limited, service-reply-malformed, those of
 * kp_http_exchange and of the proofs. */
kamupin_status kp_server_post(kp_server *server, const char *endpoint, const kp_buffer *form,
                              bool wants_body, kp_server_answer *answer, kamupin_error *error);

/** What time the server has: seconds since 1970; the context's calendar until it has said one. */
int64_t kp_server_now(const kp_server *server);

/** What a login or a grant ended with. */
typedef enum kp_grant {
    KP_GRANT_PAGE,    /* the login page itself */
    KP_GRANT_CODE,    /* the token for an authorization code */
    KP_GRANT_REFRESH, /* … for a refresh token */
    KP_GRANT_CARD     /* … for a card's assertion */
} kp_grant;

/** Fills `error` with the status that a refusal's word stands for. Never ok. */
kamupin_status kp_server_refused(kp_grant grant, const char *word, kamupin_error *error);

/** Lets the connection go and forgets what the server said. */
void kp_server_close(kp_server *server);

#endif
