/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   http.c: one HTTPS exchange after another over one kept connection, on libcurl's multi interface,
   whose poll can be woken by a cancel handle. Knows nothing of what is said in the bodies. */
#include <net/http.h>

#include <core/fail.h>
#include <core/words.h>
#include <net/exchange.h>
#include <net/hint.h>
#include <net/hosts.h>
#include <net/phase.h>
#include <net/proxy.h>
#include <net/reply.h>
#include <net/tls.h>

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS     1000 /* the context's clock is looked at this often, suspend or not */
#define CRAWL_BYTES 512L /* a second: a patient exchange that is slower for long stands still */

struct kp_http {
    kamupin_context *context;
    kp_curl curl;
    CURLM *multi;
    CURL *easy;
    long version; /* of HTTP: what ALPN may choose from */
    bool ruled;   /* the TLS rules are set */
    bool open;    /* http:// is allowed */
    bool undated; /* certificates' dates are left aside: for kp_http_hint alone */
};

static kamupin_status make(kamupin_context *context, bool open, kp_http **http,
                           kamupin_error *error)
{
    *http = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_http *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    const kp_curl *curl = &made->curl;
    status = kp_curl_load(&made->curl, error);
    if (status == KAMUPIN_OK && curl->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status != KAMUPIN_OK) {
        free(made);
        return status;
    }
    made->context = context;
    made->open = open;
    made->version = curl->version_info(CURLVERSION_NOW)->features & CURL_VERSION_HTTP2
                        ? (long)CURL_HTTP_VERSION_2TLS
                        : (long)CURL_HTTP_VERSION_1_1;
    made->multi = curl->multi_init();
    made->easy = curl->easy_init();
    if (made->multi == NULL || made->easy == NULL) {
        kp_http_free(&made);
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    curl->easy_setopt(made->easy, CURLOPT_NOSIGNAL, 1L); /* the host program's handlers stay */
    curl->multi_setopt(made->multi, CURLMOPT_MAXCONNECTS, 1L);
    curl->multi_setopt(made->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, 1L);
    *http = made;
    return KAMUPIN_OK;
}

kamupin_status kp_http_new(kamupin_context *context, kp_http **http, kamupin_error *error)
{
    return make(context, false, http, error);
}

kamupin_status kp_http_new_public(kamupin_context *context, kp_http **http, kamupin_error *error)
{
    return make(context, true, http, error);
}

/* Where libcurl closes what it kept, it sets SIGPIPE to be ignored and back, whatever CURLOPT_NOSIGNAL
 * said (seen in 7.88). Two threads at it at once could leave the host program's handler lost. What is
 * kept here guards the process's, and is none of ours. */
static void close_connections(const kp_curl *curl, CURLM *multi)
{
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;

    pthread_mutex_lock(&one);
    curl->multi_cleanup(multi);
    pthread_mutex_unlock(&one);
}

void kp_http_free(kp_http **http)
{
    if (http == NULL || *http == NULL)
        return;
    /* In a forked child libcurl's handles are left behind as they are: closing them would end the
     * parent's TLS session, which is the same one. */
    const kp_curl *curl = &(*http)->curl;
    if (kp_context_check((*http)->context, NULL) == KAMUPIN_OK) {
        curl->easy_cleanup((*http)->easy);
        close_connections(curl, (*http)->multi);
        curl->global_cleanup();
    }
    free(*http);
    *http = NULL;
}

void kp_http_reply_wipe(kp_http_reply *reply)
{
    kp_buffer_wipe(&reply->body);
    OPENSSL_cleanse(reply->dpop_nonce, sizeof reply->dpop_nonce);
}

/* The TLS rules are set once; the rest is set anew for each exchange. */
static kamupin_status prepare(kp_http *http, const kp_http_request *request,
                              struct curl_slist *headers, long timeout_ms, kp_exchange *now,
                              kamupin_error *error)
{
    CURL *easy = http->easy;
    const long connect_ms = timeout_ms < http->context->connect_timeout_ms
                                ? timeout_ms
                                : http->context->connect_timeout_ms;

    now->connected_ms = now->since_ms + connect_ms;
    if (!http->ruled) {
        kamupin_status status = kp_tls_rules(http->context, &http->curl, easy, error);
        if (status == KAMUPIN_OK && http->undated)
            status = kp_hint_rules(&http->curl, easy, error);
        if (status != KAMUPIN_OK)
            return status;
        http->ruled = true;
    }
    bool set = !http->open ||
               http->curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
#define SET(option, value) set = set && http->curl.easy_setopt(easy, option, value) == CURLE_OK
    SET(CURLOPT_URL, request->url);
    if (strcmp(request->method, "POST") == 0) {
        const kp_buffer *body = request->body;
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE, body == NULL ? 0L : (long)body->length);
        SET(CURLOPT_POSTFIELDS, body == NULL ? "" : (const char *)body->data);
    } else {
        SET(CURLOPT_HTTPGET, 1L);
    }
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_HTTP_VERSION, http->version);
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* a proxy sees none of our headers */
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_QUICK_EXIT, 1L); /* a cancelled name lookup is left behind, not waited for */
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    SET(CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(CURLOPT_LOW_SPEED_LIMIT, request->patience_ms > 0 ? CRAWL_BYTES : 0L);
    SET(CURLOPT_LOW_SPEED_TIME, (http->context->request_timeout_ms + 999) / 1000);
#undef SET
    set = set && kp_exchange_watch(now, &http->curl, easy);
    return set ? kp_proxy_set(http->context, &http->curl, easy, error)
               : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
}

static void wake(void *object)
{
    kp_http *http = object;

    http->curl.multi_wakeup(http->multi);
}

/* Notes how far the transfer has come, and answers when it has to come further at the latest. */
static int64_t limit_of(kp_http *http, kp_exchange *now, int64_t end_ms)
{
    kp_phase phase = kp_phase_of(&http->curl, http->easy, now->started, now->answered);
    int64_t bound = kp_phase_bound(http->context, phase);

    if (phase != now->phase) {
        now->phase = phase;
        now->since_ms = kp_now_ms(http->context);
    }
    return bound > 0 && now->since_ms + bound < end_ms ? now->since_ms + bound : end_ms;
}

/* Runs the transfer to its end, a bound or the cancel, whichever comes first. */
static kamupin_status drive(kp_http *http, kp_exchange *now, int64_t end_ms, kamupin_cancel *cancel,
                            CURLcode *code, kamupin_error *error)
{
    const kp_curl *curl = &http->curl;
    kp_cancel_hook hook = {wake, http, NULL};
    kamupin_status status = KAMUPIN_OK;
    int running = 1;

    *code = CURLE_OUT_OF_MEMORY;
    if (curl->multi_add_handle(http->multi, http->easy) != CURLM_OK)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_cancel_enter(cancel, &hook);
    while (running > 0) {
        status = kp_cancel_check(cancel, error);
        if (status != KAMUPIN_OK || curl->multi_perform(http->multi, &running) != CURLM_OK)
            break;
        int64_t left = limit_of(http, now, end_ms) - kp_now_ms(http->context);
        if (running > 0 && left <= 0) {
            *code = CURLE_OPERATION_TIMEDOUT; /* nothing is queued: it has not ended */
            break;
        }
        if (running > 0)
            curl->multi_poll(http->multi, NULL, 0, left < POLL_MS ? (int)left : POLL_MS, NULL);
    }
    kp_cancel_leave(cancel, &hook);
    int queued = 0;
    for (CURLMsg *message = curl->multi_info_read(http->multi, &queued); message != NULL;
         message = curl->multi_info_read(http->multi, &queued))
        if (message->msg == CURLMSG_DONE)
            *code = message->data.result;
    if (status == KAMUPIN_OK && *code == CURLE_ABORTED_BY_CALLBACK && kp_exchange_over(now)) {
        limit_of(http, now, end_ms);
        *code = CURLE_OPERATION_TIMEDOUT;
        status = kp_cancel_check(cancel, error);
    }
    return status;
}

kamupin_status kp_http_pause(kp_http *http, int64_t end_ms, kamupin_cancel *cancel,
                             kamupin_error *error)
{
    kp_cancel_hook hook = {wake, http, NULL};
    kamupin_status status = kp_context_check(http->context, error);

    if (status != KAMUPIN_OK)
        return status;
    kp_cancel_enter(cancel, &hook);
    int64_t left = end_ms - kp_now_ms(http->context);
    while ((status = kp_cancel_check(cancel, error)) == KAMUPIN_OK && left > 0) {
        http->curl.multi_poll(http->multi, NULL, 0, left < POLL_MS ? (int)left : POLL_MS, NULL);
        left = end_ms - kp_now_ms(http->context);
    }
    kp_cancel_leave(cancel, &hook);
    return status;
}

/* Whether the transfer ended at the proxy: it was not reached, did not answer, or TLS with it did
 * not come about. */
static bool at_proxy(const kp_http *http, const kp_exchange *now, const kamupin_host *host)
{
    long tunnel = 0;

    if (now->phase == KP_PHASE_TUNNEL)
        return true;
    if (now->phase == KP_PHASE_CONNECT)
        return kp_proxy_named(http->context);
    http->curl.easy_getinfo(http->easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    return now->phase == KP_PHASE_TLS && tunnel == 0 && kp_proxy_speaks_tls(http->context) &&
           kp_hosts_by_proxy(http->context, &http->curl, http->easy, host);
}

/* What a transfer that ended without an answer means. */
static kamupin_status judge(const kp_http *http, const kp_exchange *now, const kamupin_host *host,
                            CURLcode code, kamupin_error *error)
{
    const bool by_proxy = at_proxy(http, now, host);
    kamupin_status status = KAMUPIN_OK;

    if (now->asked_again)
        return kp_fail(error, KAMUPIN_E_NETWORK_PROXY, KAMUPIN_FROM_NETWORK,
                       "the proxy asks again and again who asks");
    if (now->too_large && !now->started)
        return kp_fail(error, KAMUPIN_E_NETWORK_PROXY, KAMUPIN_FROM_NETWORK,
                       "the proxy's answer is larger than allowed");
    if (now->too_large)
        return kp_fail(error, KAMUPIN_E_REPLY_TOO_LARGE, KAMUPIN_FROM_HTTP, NULL);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return kp_phase_fail(by_proxy && now->phase == KP_PHASE_TLS ? KP_PHASE_TUNNEL : now->phase,
                             error);
    status = kp_curl_fail(&http->curl, http->easy, code, by_proxy, now->said, error);
    /* A kept connection that dies makes libcurl connect anew, and what it meets there (nobody, another
     * name, a proxy that refuses) is what it tells. But the request was given away before. */
    if (now->started && !now->unnamed && kp_http_is_unreached(status))
        status = kp_fail_platform(error, KAMUPIN_E_NETWORK_INTERRUPTED, KAMUPIN_FROM_NETWORK,
                                  (long)code, "the connection broke, and no new one was made");
    return status;
}

/* The path of an absolute URL, without what is asked behind it: all that the log says of where a request went. */
static const char *path_of(const char *url, int *length)
{
    const char *host = strstr(url, "://");
    const char *path = host == NULL ? NULL : strchr(host + 3, '/');

    if (path == NULL)
        path = "/";
    *length = (int)strcspn(path, "?");
    return path;
}

static void say(const kp_http *http, const kp_http_request *request, const kp_http_reply *reply,
                kamupin_status status)
{
    long long took = (long long)(kp_now_ms(http->context) - reply->sent_ms);
    int length = 0;
    const char *path = path_of(request->url, &length);

    if (status == KAMUPIN_OK)
        kp_log(http->context, KAMUPIN_LOG_DEBUG, "net", "%s %.*s → %d (%lld ms)", request->method,
               length, path, reply->status, took);
    else
        kp_log(http->context, KAMUPIN_LOG_WARNING, "net", "%s %.*s: %s (%lld ms)", request->method,
               length, path, kamupin_status_name(status), took);
}

static bool list_headers(const kp_curl *curl, const kp_http_request *request,
                         struct curl_slist **list)
{
    /* libcurl would ask before it sends a larger body; one round trip is enough. */
    struct curl_slist *head = curl->slist_append(NULL, "Expect:");

    *list = head;
    for (size_t i = 0; head != NULL && i < request->header_count; i++)
        if (curl->slist_append(head, request->headers[i]) == NULL)
            return false;
    return head != NULL;
}

static void wipe_headers(const kp_curl *curl, struct curl_slist *list)
{
    for (struct curl_slist *at = list; at != NULL; at = at->next)
        OPENSSL_cleanse(at->data, strlen(at->data));
    curl->slist_free_all(list);
}

/* The transfer is over, or was never begun: nothing of the request may stay in the handle. */
static void forget(kp_http *http)
{
    http->curl.multi_remove_handle(http->multi, http->easy);
    http->curl.easy_setopt(http->easy, CURLOPT_HTTPHEADER, NULL);
    http->curl.easy_setopt(http->easy, CURLOPT_POSTFIELDS, NULL);
    kp_exchange_leave(&http->curl, http->easy);
    kp_proxy_forget(&http->curl, http->easy);
}

kamupin_status kp_http_exchange(kp_http *http, const kp_http_request *request,
                                kamupin_cancel *cancel, kp_http_reply *reply, kamupin_error *error)
{
    const size_t most = request->body_max > 0 ? request->body_max : KP_HTTP_BODY_MAX;
    const kp_http_reply empty = {.retry_after = -1, .body = KP_BUFFER_INIT(most)};
    struct curl_slist *headers = NULL;
    kamupin_host host = KAMUPIN_HOST_INIT;
    CURLcode code = CURLE_OK;

    *reply = empty;
    kamupin_status status = kp_context_check(http->context, error);
    if (status != KAMUPIN_OK)
        return status;
    reply->sent_ms = kp_now_ms(http->context);
    int64_t end_ms =
        reply->sent_ms +
        (request->patience_ms > 0 ? request->patience_ms : http->context->request_timeout_ms);
    if (request->deadline_ms > 0 && request->deadline_ms < end_ms)
        end_ms = request->deadline_ms;
    if (end_ms <= reply->sent_ms)
        return kp_fail_platform(error, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK, 0,
                                "no time is left for the request");
    kp_exchange now = {.body = &reply->body,
                       .sink = request->sink,
                       .most = most,
                       .since_ms = reply->sent_ms,
                       .end_ms = end_ms,
                       .plain = kp_words_begin(request->url, "http://", 7),
                       .context = http->context,
                       .cancel = cancel};
    status = list_headers(&http->curl, request, &headers)
                 ? KAMUPIN_OK
                 : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK)
        status = prepare(http, request, headers, (long)(end_ms - reply->sent_ms), &now, error);
    if (status == KAMUPIN_OK) {
        kp_hosts_begin(http->context, &http->curl, request->url, &host);
        status = drive(http, &now, end_ms, cancel, &code, error);
        if (status == KAMUPIN_OK && code != CURLE_OK)
            status = judge(http, &now, &host, code, error);
        if (status == KAMUPIN_OK)
            status = kp_reply_read(&http->curl, http->easy, reply, error);
        if (status == KAMUPIN_OK && http->undated)
            status = kp_hint_judge(http->context, &http->curl, http->easy, reply->date, error);
        kp_hosts_end(http->context, &http->curl, http->easy, status, &host);
    }
    say(http, request, reply, status);
    forget(http);
    wipe_headers(&http->curl, headers);
    if (status != KAMUPIN_OK)
        kp_http_reply_wipe(reply);
    return status;
}

kamupin_status kp_http_hint(kamupin_context *context, const char *url, int64_t deadline_ms,
                            kamupin_cancel *cancel, int64_t *date, kamupin_error *error)
{
    const kp_http_request request = {.method = "GET", .url = url, .deadline_ms = deadline_ms};
    kp_http_reply reply = {.status = 0};
    kp_http *http = NULL;

    *date = 0;
    kamupin_status status = kp_http_new(context, &http, error);
    if (status != KAMUPIN_OK)
        return status;
    http->undated = true;
    status = kp_http_exchange(http, &request, cancel, &reply, error);
    if (status == KAMUPIN_OK && reply.age == 0)
        *date = reply.date;
    kp_http_reply_wipe(&reply);
    kp_http_free(&http);
    return status;
}
