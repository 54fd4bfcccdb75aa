/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   net.c: a program around lib/net, for tests that put real TLS servers on the other end. Makes one
   or more exchanges with one client and says a line for each. */
#include <core/fail.h>
#include <kamupin/network.h>
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
    const char *proxy_user; /* its password is read from standard input */
    long hosts;             /* not 0: those contacted are said at the end */
    long cancel_after_ms, deadline_in_ms;
    long times;
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
          "                  [--name-timeout MS] [--tls-timeout MS] [--answer-timeout MS]\n"
          "                  [--proxy URL] [--proxy-user NAME] [--pins PINS] [--hosts 1]\n"
          "                  [--cancel-after MS] [--post BODY] [--header LINE] [--times N] URL\n",
          stderr);
    return 2;
}

/* Where an option's value goes. */
static bool read_number(const char *option, const char *value, wish *wanted)
{
    const struct {
        const char *name;
        long *to;
    } numbers[] = {
        {"--timeout", &wanted->options.request_timeout_ms},
        {"--connect-timeout", &wanted->options.connect_timeout_ms},
        {"--name-timeout", &wanted->options.name_timeout_ms},
        {"--tls-timeout", &wanted->options.tls_timeout_ms},
        {"--answer-timeout", &wanted->options.answer_timeout_ms},
        {"--deadline", &wanted->deadline_in_ms},
        {"--cancel-after", &wanted->cancel_after_ms},
        {"--times", &wanted->times},
        {"--hosts", &wanted->hosts},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(numbers[i].name, option) == 0) {
            *numbers[i].to = atol(value);
            return true;
        }
    return false;
}

static bool read_text(const char *option, const char *value, wish *wanted)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {
        {"--ca", &wanted->options.ca_file}, {"--proxy", &wanted->options.proxy},
        {"--pins", &wanted->options.pins},  {"--proxy-user", &wanted->proxy_user},
        {"--post", &wanted->post},          {"--header", &wanted->header},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].name, option) == 0) {
            *texts[i].to = value;
            return true;
        }
    return false;
}

static bool read_wish(int argc, char **argv, wish *wanted)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-')
            wanted->url = argv[i];
        else if (i + 1 == argc || !(read_number(argv[i], argv[i + 1], wanted) ||
                                    read_text(argv[i], argv[i + 1], wanted)))
            return false;
        else
            i++;
    }
    return wanted->url != NULL;
}

static kamupin_status log_in(kamupin_context *context, const wish *wanted, kamupin_error *error)
{
    kamupin_secret *password = NULL;
    char line[200] = "";

    if (wanted->proxy_user == NULL)
        return KAMUPIN_OK;
    kamupin_status status =
        kamupin_secret_new(context, KAMUPIN_SECRET_PROXY_PASSWORD, &password, error);
    if (status == KAMUPIN_OK && fgets(line, sizeof line, stdin) != NULL)
        status = kamupin_secret_append(password, line, strcspn(line, "\n"));
    if (status == KAMUPIN_OK)
        status = kamupin_context_proxy_login(context, wanted->proxy_user, password, error);
    kamupin_secret_free(&password);
    return status;
}

static void say_hosts(kamupin_context *context)
{
    kamupin_host host = KAMUPIN_HOST_INIT;

    for (size_t i = 0; i < kamupin_context_host_count(context); i++)
        if (kamupin_context_host(context, i, &host, NULL) == KAMUPIN_OK)
            printf("host name=%s port=%u address=%s proxied=%d count=%u last=%s http=%d detail=\n",
                   host.name, host.port, host.address, host.proxied, host.count,
                   kamupin_status_name(host.last), host.http_status);
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
        log_in(context, &wanted, &error) != KAMUPIN_OK ||
        kamupin_cancel_new(context, &cancel, &error) != KAMUPIN_OK ||
        kp_http_new(context, &http, &error) != KAMUPIN_OK) {
        printf("%s detail=%s\n", kamupin_status_name(error.status), error.detail);
        return 3;
    }
    puller self = {cancel, wanted.cancel_after_ms};
    bool pulls =
        wanted.cancel_after_ms > 0 && pthread_create(&thread, NULL, pull_later, &self) == 0;
    for (long i = 0; i < wanted.times; i++)
        exchange_once(context, http, &wanted, cancel);
    if (pulls)
        pthread_join(thread, NULL);
    if (wanted.hosts != 0)
        say_hosts(context);
    kp_http_free(&http);
    kamupin_cancel_free(&cancel);
    kamupin_context_free(&context);
    return 0;
}
