/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   exchange.h: one exchange as libcurl tells of it: bytes as they come, a request as it goes out, and
   whether it has to stop. */
#ifndef NET_EXCHANGE_H
#define NET_EXCHANGE_H

#include <core/buffer.h>
#include <core/cancel.h>
#include <core/context.h>
#include <net/curl.h>
#include <net/http.h>
#include <net/phase.h>

/** What the callbacks of one exchange share. */
typedef struct kp_exchange {
    kp_buffer *body;
    const kp_http_sink *sink;
    size_t taken, most; /* bytes of the body: so far, and allowed */
    size_t header_bytes;
    bool too_large;
    bool started;       /* the request was given to a connection */
    bool answered;      /* something of its answer has come */
    bool plain;         /* http://: a proxy is given the request itself, not a tunnel */
    bool unnamed;       /* a proxy wants to know who asks, and has not passed the request on */
    unsigned int asked; /* how often */
    bool asked_again;   /* more often than any login takes */
    kp_phase phase;
    int64_t since_ms;             /* when the phase began */
    int64_t end_ms, connected_ms; /* when it has to be over, and the connection to stand */
    kamupin_context *context;
    const kamupin_cancel *cancel;
    char said[CURL_ERROR_SIZE];
} kp_exchange;

/** Has libcurl tell `now` of the transfer. It lives until kp_exchange_leave. */
bool kp_exchange_watch(kp_exchange *now, const kp_curl *curl, CURL *easy);
/** Whether the transfer has to stop: its time or the connection's is over, or cancel was pulled. */
bool kp_exchange_over(const kp_exchange *now);
/** Nothing is told any more. */
void kp_exchange_leave(const kp_curl *curl, CURL *easy);

#endif
