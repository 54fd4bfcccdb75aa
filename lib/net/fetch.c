/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fetch.c: one answer of a public service, into memory or into a file. Knows nothing of what is in
   it. */
#include <net/fetch.h>

#include <core/fail.h>
#include <core/words.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADER_ROOM 96
#define HTTP_OK     200

/* Whether a host follows: libcurl would take "http:///host" for "http://host". */
static bool has_host(const char *url, const char *scheme)
{
    const size_t length = strlen(scheme);

    return kp_words_begin(url, scheme, length) && url[length] != '/' && url[length] != '\0';
}

bool kp_fetch_knows(const char *url)
{
    if (strlen(url) >= KP_URL_MAX || !(has_host(url, "http://") || has_host(url, "https://")))
        return false;
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("@\\#\"<>^`{|}", *at) != NULL)
            return false;
    return true;
}

/* A file that an answer is written to. */
typedef struct receiver {
    int file;
    int failed; /* errno of the write that did not work */
} receiver;

static bool take(void *user, const void *bytes, size_t length)
{
    receiver *to = user;
    const unsigned char *next = bytes;

    while (length > 0) {
        ssize_t written = write(to->file, next, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            to->failed = written < 0 ? errno : ENOSPC;
            return false;
        }
        next += written;
        length -= (size_t)written;
    }
    return true;
}

/* What an answer means that is no 200. */
static kamupin_status refused(const kp_http_reply *reply, kamupin_status otherwise,
                              kamupin_error *error)
{
    const kamupin_status status =
        reply->status == KP_HTTP_PROXY_ASKS ? KAMUPIN_E_NETWORK_PROXY : otherwise;

    kp_fail(error, status, KAMUPIN_FROM_HTTP, "HTTP status %d", reply->status);
    if (error != NULL)
        error->http_status = reply->status;
    return status;
}

kamupin_status kp_fetch(kp_http *http, const kp_fetch_wish *wish, kamupin_status otherwise,
                        kamupin_cancel *cancel, kp_buffer *answer, kamupin_error *error)
{
    char accept[HEADER_ROOM], type[HEADER_ROOM];
    const char *headers[] = {accept, type};
    receiver to = {.file = wish->file};
    const kp_http_sink sink = {take, &to};
    const kp_http_request request = {.method = wish->type == NULL ? "GET" : "POST",
                                     .url = wish->url,
                                     .headers = headers,
                                     .header_count = wish->type == NULL ? 1 : 2,
                                     .body = wish->body,
                                     .deadline_ms = wish->deadline_ms,
                                     .patience_ms = wish->patience_ms,
                                     .body_max = wish->most,
                                     .sink = wish->file >= 0 ? &sink : NULL};
    kp_http_reply reply;

    if (!kp_fetch_knows(wish->url))
        return kp_fail_local(error, KAMUPIN_E_URL_REFUSED);
    snprintf(accept, sizeof accept, "Accept: %s", wish->accept);
    snprintf(type, sizeof type, "Content-Type: %s", wish->type == NULL ? "" : wish->type);
    kamupin_status status = kp_http_exchange(http, &request, cancel, &reply, error);
    if (to.failed != 0) {
        errno = to.failed;
        return kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno,
                                "what was fetched cannot be written");
    }
    if (status != KAMUPIN_OK)
        return status;
    if (reply.status != HTTP_OK) {
        status = refused(&reply, otherwise, error);
    } else if (answer != NULL) {
        kp_buffer_wipe(answer);
        *answer = reply.body;
        reply.body = (kp_buffer)KP_BUFFER_INIT(0);
    }
    kp_http_reply_wipe(&reply);
    return status;
}
