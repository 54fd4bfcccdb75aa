/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   exchange.c: what libcurl calls during one exchange; see exchange.h. */
#include <net/exchange.h>

#include <string.h>

#define HEADERS_MAX 32768 /* bytes of all answer headers together */
#define LOGINS_MAX  2U    /* one, and one with another nonce: further ones are no login */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    kp_exchange *now = user;
    const size_t length = size * count;

    now->too_large = length > now->most - now->taken;
    if (now->too_large)
        return 0;
    now->taken += length;
    if (now->sink != NULL)
        return now->sink->take(now->sink->user, bytes, length) ? length : 0;
    kp_buffer_append(now->body, bytes, length);
    return now->body->failed ? 0 : length;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *user)
{
    static const char ANSWER[] = "HTTP/1.1 407";
    kp_exchange *now = user;

    if (size * count >= sizeof ANSWER - 1 && memcmp(bytes, "HTTP/", 5) == 0)
        now->unnamed = now->plain && memcmp(bytes + 8, ANSWER + 8, 4) == 0;
    now->header_bytes += size * count;
    now->answered = now->started; /* before, they are a proxy's */
    now->too_large = now->header_bytes > HEADERS_MAX;
    return now->too_large ? 0 : size * count;
}

/* Whether the transfer has to stop. drive() asks the same between two rounds; but while a proxy's page
 * after a refused tunnel keeps coming, libcurl goes on reading it, and no round ends. */
bool kp_exchange_over(const kp_exchange *now)
{
    const int64_t at_ms = kp_now_ms(now->context);

    return at_ms >= now->end_ms || (!now->started && at_ms >= now->connected_ms) ||
           kamupin_cancel_pulled(now->cancel);
}

static int on_progress(void *user, curl_off_t to_come, curl_off_t come, curl_off_t to_go,
                       curl_off_t gone)
{
    (void)to_come;
    (void)come;
    (void)to_go;
    (void)gone;
    return kp_exchange_over(user);
}

/* libcurl sends a request again by itself when a kept connection dies before the answer's first
 * byte. Whether a request may be sent twice is the service room's decision, so the second time is
 * stopped here, before anything is written; but for one that a proxy kept, and asked for a login. */
static int before_request(void *user, char *remote_ip, char *local_ip, int remote_port,
                          int local_port)
{
    kp_exchange *now = user;
    const bool named = now->unnamed && now->asked++ < LOGINS_MAX;
    const bool again = now->started && !named;

    (void)remote_ip;
    (void)local_ip;
    (void)remote_port;
    (void)local_port;
    now->asked_again = again && now->unnamed;
    now->started = true;
    now->answered = now->unnamed = false;
    return again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

bool kp_exchange_watch(kp_exchange *now, const kp_curl *curl, CURL *easy)
{
    bool set = true;

#define SET(option, value) set = set && curl->easy_setopt(easy, option, value) == CURLE_OK
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, now);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, now);
    SET(CURLOPT_PREREQFUNCTION, before_request);
    SET(CURLOPT_PREREQDATA, now);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, now);
    SET(CURLOPT_ERRORBUFFER, now->said);
#undef SET
    return set;
}

void kp_exchange_leave(const kp_curl *curl, CURL *easy)
{
    curl->easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    curl->easy_setopt(easy, CURLOPT_NOPROGRESS, 1L);
}
