/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   net.c: a program around lib/net, for tests that put real TLS servers on the other end. Makes one
   or more exchanges with one client and says a line for each. */
#include <core/fail.h>
#include <net/http.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct wish {
    kamupin_context_options options;
    const char *url, *post;
    const char *header;
    long cancel_after_ms, deadline_in_ms;
    int times;
} wish;

typedef struct puller {
    kamupin_cancel *cancel;
    long after_ms;
} puller;

static void *pull_later(void *argument)
{
    const puller *self = argument;
    struct timespec pause = {self->after_ms / 1000, self->after_ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
    kamupin_cancel_pull(self->cancel);
    return NULL;
}

static void to_stderr(void *user, kamupin_log_level level, const char *room, const char *line)
{
    (void)user;
    fprintf(stderr, "%d %s: %s\n", (int)level, room, line);
}

static int usage(void)
{
    fputs("usage: driver-net [--ca FILE] [--timeout MS] [--connect-timeout MS] [--deadline MS]\n"
          "                  [--cancel-after MS] [--post BODY] [--header LINE] [--times N] URL\n",
          stderr);
    return 2;
}

static bool read_wish(int argc, char **argv, wish *wanted)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (argv[i][0] != '-') {
            wanted->url = argv[i];
            continue;
        }
        i++;
        if (strcmp(argv[i - 1], "--ca") == 0)
            wanted->options.ca_file = value;
        else if (strcmp(argv[i - 1], "--timeout") == 0)
            wanted->options.request_timeout_ms = atol(value);
        else if (strcmp(argv[i - 1], "--connect-timeout") == 0)
            wanted->options.connect_timeout_ms = atol(value);
        else if (strcmp(argv[i - 1], "--deadline") == 0)
            wanted->deadline_in_ms = atol(value);
        else if (strcmp(argv[i - 1], "--cancel-after") == 0)
            wanted->cancel_after_ms = atol(value);
        else if (strcmp(argv[i - 1], "--post") == 0)
            wanted->post = value;
        else if (strcmp(argv[i - 1], "--header") == 0)
            wanted->header = value;
        else if (strcmp(argv[i - 1], "--times") == 0)
            wanted->times = atoi(value);
        else
            return false;
    }
    return wanted->url != NULL;
}

static void exchange_once(kamupin_context *context, kp_http *http, const wish *wanted,
                          kamupin_cancel *cancel)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_http_reply reply;
    int64_t start = kp_now_ms(context);

    if (wanted->post != NULL)
        kp_buffer_text(&body, wanted->post);
    const kp_http_request request = {
        .method = wanted->post == NULL ? "GET" : "POST",
        .url = wanted->url,
        .headers = &wanted->header,
        .header_count = wanted->header == NULL ? 0 : 1,
        .body = wanted->post == NULL ? NULL : &body,
        .deadline_ms = wanted->deadline_in_ms > 0 ? start + wanted->deadline_in_ms : 0};
    kamupin_status status = kp_http_exchange(http, &request, cancel, &reply, &error);
    printf(
        "%s http=%d platform=%ld bytes=%zu type=%s nonce=%s retry=%d age=%d date=%lld detail=%s\n",
        kamupin_status_name(status), status == KAMUPIN_OK ? reply.status : error.http_status,
        error.platform_code, reply.body.length, reply.content_type, reply.dpop_nonce,
        reply.retry_after, reply.age, (long long)reply.date, error.detail);
    kp_http_reply_wipe(&reply);
    kp_buffer_wipe(&body);
}

int main(int argc, char **argv)
{
    wish wanted = {.options = KAMUPIN_CONTEXT_OPTIONS_INIT, .times = 1};
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    kamupin_cancel *cancel = NULL;
    kp_http *http = NULL;
    pthread_t thread;

    if (!read_wish(argc, argv, &wanted))
        return usage();
    wanted.options.log = to_stderr;
    wanted.options.log_level = KAMUPIN_LOG_DEBUG;
    if (kp_url_check(wanted.url, &error) != KAMUPIN_OK ||
        kamupin_context_new(&wanted.options, &context, &error) != KAMUPIN_OK ||
        kamupin_cancel_new(context, &cancel, &error) != KAMUPIN_OK ||
        kp_http_new(context, &http, &error) != KAMUPIN_OK) {
        printf("%s detail=%s\n", kamupin_status_name(error.status), error.detail);
        return 3;
    }
    puller self = {cancel, wanted.cancel_after_ms};
    bool pulls =
        wanted.cancel_after_ms > 0 && pthread_create(&thread, NULL, pull_later, &self) == 0;
    for (int i = 0; i < wanted.times; i++)
        exchange_once(context, http, &wanted, cancel);
    if (pulls)
        pthread_join(thread, NULL);
    kp_http_free(&http);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
    return 0;
}
