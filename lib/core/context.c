/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   context.c: the context's life, its clock and its log. */
#include <core/context.h>

#include <core/fail.h>
#include <core/journal.h>
#include <core/secret.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_TIMEOUT_MS 10000
#define REQUEST_TIMEOUT_MS 30000
#define TIMEOUT_MAX_MS     86400000 /* a day, so that a time of the clock can be added */
#define HELD_MS            3000     /* longer than a signature takes; a person waits for the list */

static int64_t boot_time_ms(void *user)
{
    struct timespec now = {0, 0};

    (void)user;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_date(void *user)
{
    struct timespec now = {0, 0};

    (void)user;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec;
}

/* Copies an optional string; false when there is no memory. */
static bool copy_text(const char *from, char **to)
{
    if (from == NULL)
        return true;
    *to = strdup(from);
    return *to != NULL;
}

/* A time-out that was wished for, or the one that holds when none was. */
static long timeout_of(long wished_ms, long otherwise_ms)
{
    if (wished_ms <= 0)
        return otherwise_ms;
    return wished_ms < TIMEOUT_MAX_MS ? wished_ms : TIMEOUT_MAX_MS;
}

static bool adopt(kamupin_context *context, const kamupin_context_options *options)
{
    context->log = options->log;
    context->log_user = options->log_user;
    context->log_level = options->log_level == 0 ? KAMUPIN_LOG_WARNING : options->log_level;
    context->backend = options->backend;
    context->clock = options->clock ? options->clock : boot_time_ms;
    context->clock_user = options->clock_user;
    context->calendar = options->calendar ? options->calendar : system_date;
    context->calendar_user = options->calendar_user;
    context->connect_timeout_ms = timeout_of(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    context->request_timeout_ms = timeout_of(options->request_timeout_ms, REQUEST_TIMEOUT_MS);
    context->name_timeout_ms = timeout_of(options->name_timeout_ms, 0);
    context->tls_timeout_ms = timeout_of(options->tls_timeout_ms, 0);
    context->answer_timeout_ms = timeout_of(options->answer_timeout_ms, 0);
    context->held_ms = HELD_MS;
    context->owner = (long)getpid();
    if (options->state_folder == NULL)
        context->state_folder = kp_state_folder_default();
    return copy_text(options->ca_file, &context->ca_file) &&
           copy_text(options->pins, &context->pins) && copy_text(options->proxy, &context->proxy) &&
           copy_text(options->state_folder, &context->state_folder);
}

kamupin_status kamupin_context_new(const kamupin_context_options *options,
                                   kamupin_context **context, kamupin_error *error)
{
    kamupin_context_options chosen = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_context *made = NULL;

    if (context == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *context = NULL;
    if (options != NULL) {
        if (options->size != sizeof chosen ||
            (options->backend != NULL && options->backend->size != sizeof *options->backend))
            return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                           "options or backend table of another size");
        kamupin_status status = kp_options_check(options, error);
        if (status != KAMUPIN_OK)
            return status;
        chosen = *options;
    }
    made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    kamupin_status status = adopt(made, &chosen) ? kp_arena_new(&made->arena, error)
                                                 : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status != KAMUPIN_OK)
        kamupin_context_free(&made);
    *context = made;
    return status;
}

void kp_context_stray(kamupin_context *context, int change)
{
    pthread_mutex_lock(&context->lock);
    context->strays += (unsigned int)change;
    pthread_cond_broadcast(&context->changed);
    pthread_mutex_unlock(&context->lock);
}

/* A forked child has none of its parent's threads. */
static void wait_for_strays(kamupin_context *context)
{
    if (kp_context_check(context, NULL) != KAMUPIN_OK)
        return;
    pthread_mutex_lock(&context->lock);
    while (context->strays > 0)
        pthread_cond_wait(&context->changed, &context->lock);
    pthread_mutex_unlock(&context->lock);
}

void kamupin_context_free(kamupin_context **context)
{
    if (context == NULL || *context == NULL)
        return;
    wait_for_strays(*context);
    if ((*context)->kept != NULL)
        (*context)->kept_free((*context)->kept);
    if ((*context)->hosts != NULL)
        (*context)->hosts_free((*context)->hosts);
    kamupin_secret_free(&(*context)->proxy_password);
    pthread_cond_destroy(&(*context)->changed);
    pthread_mutex_destroy(&(*context)->lock);
    kp_arena_free(&(*context)->arena);
    if ((*context)->free_rows != NULL)
        (*context)->free_rows((*context)->rows);
    free((*context)->ca_file);
    free((*context)->pins);
    free((*context)->proxy);
    free((*context)->proxy_user);
    free((*context)->state_folder);
    free(*context);
    *context = NULL;
}

kamupin_status kp_context_check(const kamupin_context *context, kamupin_error *error)
{
    if (context == NULL)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "no context");
    if (context->owner != (long)getpid())
        return kp_fail_local(error, KAMUPIN_E_FORKED);
    return KAMUPIN_OK;
}

int64_t kp_now_ms(const kamupin_context *context)
{
    return context->clock(context->clock_user);
}

int kp_seconds_until(const kamupin_context *context, int64_t time_ms)
{
    const int64_t left = time_ms - kp_now_ms(context);

    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

int64_t kp_calendar_now(const kamupin_context *context)
{
    return context->calendar(context->calendar_user);
}

bool kp_log_wanted(const kamupin_context *context, kamupin_log_level level)
{
    return context->log != NULL && level <= context->log_level;
}

void kp_log(const kamupin_context *context, kamupin_log_level level, const char *room,
            const char *format, ...)
{
    char line[1400]; /* a whole short APDU in hex, with room for words */
    va_list arguments;

    if (!kp_log_wanted(context, level))
        return;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    context->log(context->log_user, level, room, line);
}

const char *kamupin_version(void)
{
    return KAMUPIN_VERSION;
}
