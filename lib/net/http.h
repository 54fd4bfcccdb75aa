/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   http.h: HTTPS on libcurl, the only place that speaks HTTP. TLS 1.2 or newer, verified against the
   context's CAs, no redirects, no other scheme (but see fetch.h), sizes and times bounded, one
   connection kept. Any thread, one client by one at a time. */
#ifndef KP_NET_HTTP_H
#define KP_NET_HTTP_H

#include <core/buffer.h>
#include <core/cancel.h>
#include <core/context.h>

typedef struct kp_http kp_http;

#define KP_HTTP_BODY_MAX   65536 /* bytes, each way */
#define KP_HTTP_PROXY_ASKS 407   /* the status of a proxy that wants a login */
#define KP_URL_MAX         256   /* bytes of a service's address, with the NUL */

/* Where an answer's body goes instead of the reply: false ends the exchange as interrupted. */
typedef struct kp_http_sink {
    bool (*take)(void *user, const void *bytes, size_t length);
    void *user;
} kp_http_sink;

/** ok for "https://host[:port][/path]" without user, query or fragment; else url-refused, or
 * network-library. */
kamupin_status kp_url_check(const char *url, kamupin_error *error);

/** Errors: network-library, no-memory, forked. */
kamupin_status kp_http_new(kamupin_context *context, kp_http **http, kamupin_error *error);
/** As kp_http_new, but for http:// as well: for fetch.h alone, which gets what is public and signed.
 * Never for a call of a service. */
kamupin_status kp_http_new_public(kamupin_context *context, kp_http **http, kamupin_error *error);
void kp_http_free(kp_http **http);

/** Asks which date a server says, though its certificate's dates do not fit this computer's: all else of
 * it has to be right (chain, name, purpose, pinned keys), and by the date that it says its certificate has
 * to be in force. Nothing but the question is sent, and nothing but the date is taken from the answer. It
 * is a hint and no proof: who has the key of a certificate that is over can lie here.
 *  @param date receives seconds since 1970. Errors: those of kp_http_exchange; tls-certificate. */
kamupin_status kp_http_hint(kamupin_context *context, const char *url, int64_t deadline_ms,
                            kamupin_cancel *cancel, int64_t *date, kamupin_error *error);

/** One header line to send, "Name: value"; wiped by its owner. */
typedef struct kp_http_request {
    const char *method; /* "GET" or "POST" */
    const char *url;    /* absolute */
    const char *const *headers;
    size_t header_count;
    const kp_buffer *body; /* NULL for none; of what kind, a header says */
    int64_t deadline_ms;   /* on the context's clock; 0: only the context's request timeout */
    int64_t patience_ms; /* 0: the context's request timeout. Else the exchange may take so long, as
                              long as the answer does not stand still for that timeout */
    size_t body_max;     /* bytes of the answer's body; 0: KP_HTTP_BODY_MAX */
    const kp_http_sink *sink; /* where its body goes; NULL: into the reply */
} kp_http_request;

typedef struct kp_http_reply {
    int status; /* HTTP status code */
    char content_type[64];
    char dpop_nonce[256]; /* header DPoP-Nonce, "" when none */
    int retry_after;      /* seconds, -1 when not said */
    int age;              /* header Age: seconds since a stored answer was made, 0 when not said */
    int64_t date;         /* header Date: seconds since 1970, 0 when not said */
    kp_buffer body;       /* wiped by kp_http_reply_wipe */
    int64_t sent_ms; /* on the context's clock: when the request was sent; remaining times count
                        from here */
} kp_http_reply;

/** Waits until `end_ms` on the context's clock, or until `cancel` (may be NULL) is pulled, for who
 * sends a request again later. Errors: cancelled, forked. */
kamupin_status kp_http_pause(kp_http *http, int64_t end_ms, kamupin_cancel *cancel,
                             kamupin_error *error);

/** Whether an answer says that it is of the media type `type` ("text/html"), parameters aside. */
bool kp_http_is_type(const kp_http_reply *reply, const char *type);

/** Whether with this status of kp_http_exchange no byte of the request can have come to the server. */
bool kp_http_is_unreached(kamupin_status status);

/** Whether an answer is a page for people. Where a program's answer was asked for, something on the
 * way spoke in the service's place, or it is no such service. */
bool kp_http_is_page(const kp_http_reply *reply);

/** One exchange. `cancel` may be NULL. ok means that an HTTP answer came, whatever its status (but
 * 3xx and 511 are refused). The request is given to one connection once: where libcurl would send it again
 * by itself, the answer is network-interrupted and the caller decides. Errors: network-*, tls-*,
 * http-redirected, http-intercepted, reply-too-large, service-reply-malformed (not HTTP), ca-file, cancelled,
 * no-memory, forked. */
kamupin_status kp_http_exchange(kp_http *http, const kp_http_request *request,
                                kamupin_cancel *cancel, kp_http_reply *reply, kamupin_error *error);
void kp_http_reply_wipe(kp_http_reply *reply);

#endif
