/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   context.h: what a context holds, for the rooms of the library. */
#ifndef KP_CORE_CONTEXT_H
#define KP_CORE_CONTEXT_H

#include <kamupin/context.h>

#include <pthread.h>

struct kp_arena;
struct kp_hosts;
struct kp_profile_rows;

struct kamupin_context {
    kamupin_log_fn log;
    void *log_user;
    kamupin_log_level log_level;
    const kamupin_reader_backend *backend; /* NULL: card/ takes its own, PC/SC */
    kamupin_clock_fn clock;
    void *clock_user;
    kamupin_calendar_fn calendar;
    void *calendar_user;
    long connect_timeout_ms;
    long request_timeout_ms;
    long name_timeout_ms, tls_timeout_ms, answer_timeout_ms; /* 0: no bound of their own */
    long held_ms;       /* so long another program may hold a card before a list calls it in use */
    char *ca_file;      /* NULL: the system's */
    char *state_folder; /* NULL: there is none */
    char *pins;         /* NULL: any key */
    char *proxy;        /* NULL: the environment's; "": none */
    struct kp_arena *arena;
    struct kp_profile_rows *rows; /* of profile files; card/ knows what they are */
    void (*free_rows)(struct kp_profile_rows *rows);
    long owner;           /* process id: a fork is detected */
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    unsigned int strays;   /* threads that still use the application's reader backend */
    struct kp_cache *kept; /* what card/ keeps of cards that were read; NULL: nothing yet */
    void (*kept_free)(struct kp_cache *kept);
    char *proxy_user; /* NULL: no login */
    struct kamupin_secret *proxy_password;
    struct kp_hosts *hosts; /* that net/ has contacted; NULL: none yet */
    void (*hosts_free)(struct kp_hosts *hosts);
};

/** Whether what the options say of proxy and pins is written as they have to be; invalid-argument
 * else. */
kamupin_status kp_options_check(const kamupin_context_options *options, kamupin_error *error);

/** Counts threads (+1, -1) that kamupin_context_free has to wait for. */
void kp_context_stray(kamupin_context *context, int change);

/** ok, or forked when this is a child of the process that made the context; invalid-argument for
 * NULL. */
kamupin_status kp_context_check(const kamupin_context *context, kamupin_error *error);

/** Milliseconds on the context's clock. */
int64_t kp_now_ms(const kamupin_context *context);

/** Whole seconds until a time on the context's clock, rounded up; 0 when it is over. */
int kp_seconds_until(const kamupin_context *context, int64_t time_ms);

/** Seconds since 1970-01-01T00:00:00Z on the context's calendar. */
int64_t kp_calendar_now(const kamupin_context *context);

/** Says a line to the log when `level` is wanted. Never give it a secret: mask first. */
void kp_log(const kamupin_context *context, kamupin_log_level level, const char *room,
            const char *format, ...) __attribute__((format(printf, 4, 5)));

/** Whether a line of this level would be heard (to save the work of making it). */
bool kp_log_wanted(const kamupin_context *context, kamupin_log_level level);

#endif
