/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   context.h: the context owns what is process-wide (log sink, reader backend, TLS rules, clock,
   state folder, secrets arena), so that there is no global state and no library-wide init. A
   program makes one and frees it last.

       kamupin_context *context = NULL;
       kamupin_error error = KAMUPIN_ERROR_INIT;
       if (kamupin_context_new(NULL, &context, &error) == KAMUPIN_OK) {
           …
           kamupin_context_free(&context);
       } */
#ifndef KAMUPIN_CONTEXT_H
#define KAMUPIN_CONTEXT_H

#include <kamupin/error.h>
#include <kamupin/reader.h>

KAMUPIN_BEGIN

typedef struct kamupin_context kamupin_context;

/** How much the log tells. Secrets are in none of them: they are masked before they reach the
 *  log. */
typedef enum kamupin_log_level {
    KAMUPIN_LOG_ERROR = 1,
    KAMUPIN_LOG_WARNING = 2,
    KAMUPIN_LOG_INFO = 3,
    KAMUPIN_LOG_DEBUG = 4, /**< phases, card commands by name, requests without bodies */
    KAMUPIN_LOG_TRACE = 5  /**< every APDU, secret data as ** */
} kamupin_log_level;

/** Receives one log line.
 *  @param room the part of the library that speaks ("card", "net", …)
 *  @param line UTF-8 without line end, valid during the call
 *  Threads: called from every thread that calls the library, and from the library's own while it
 *  reads several cards at once, possibly at the same time. Must not call the library. */
typedef void (*kamupin_log_fn)(void *user, kamupin_log_level level, const char *room,
                               const char *line);

/** Milliseconds of a clock that never goes back and runs through suspend (CLOCK_BOOTTIME). */
typedef int64_t (*kamupin_clock_fn)(void *user);

/** Seconds since 1970-01-01T00:00:00Z, by which the dates of certificates are judged. */
typedef int64_t (*kamupin_calendar_fn)(void *user);

/** What a context may be told; every field may be left zero. Strings are copied. */
typedef struct kamupin_context_options {
    size_t size;                 /**< sizeof; set by KAMUPIN_CONTEXT_OPTIONS_INIT */
    kamupin_log_fn log;          /**< NULL: no log */
    void *log_user;              /**< handed to `log` */
    kamupin_log_level log_level; /**< 0: warnings and errors */
    /** NULL: PC/SC; else used, not copied, until the context is freed */
    const kamupin_reader_backend *backend;
    const char *ca_file;      /**< PEM file of the only CAs to trust; NULL: the system's */
    const char *state_folder; /**< journals and locks; NULL: $XDG_STATE_HOME/kamupin or
                                 ~/.local/state/kamupin */
    kamupin_clock_fn clock;   /**< NULL: the boot-time clock; for tests */
    void *clock_user;         /**< handed to `clock` */
    /** 0: 10 000; until TLS stands: name, connection, handshake. This and the other times of a
     *  context: milliseconds, a day at most */
    long connect_timeout_ms;
    long request_timeout_ms;      /**< 0: 30 000; the whole of one HTTPS exchange */
    kamupin_calendar_fn calendar; /**< NULL: the system's date; asked for certificates only */
    void *calendar_user;          /**< handed to `calendar` */
    long name_timeout_ms;         /**< for resolving a name; 0: connect_timeout_ms is all */
    long tls_timeout_ms;          /**< for the TLS handshake; 0: connect_timeout_ms is all */
    long answer_timeout_ms;       /**< until an answer's first byte; 0: request_timeout_ms is all */
    /** The public keys of which a server has to have one, besides being trusted; as curl has them:
     *  "sha256//BASE64", several with ";" between them. They hold for every server that is
     *  contacted by TLS. NULL: any key */
    const char *pins;
    /** NULL: as the environment says (https_proxy, all_proxy and no_proxy, read as curl reads them;
     *  http_proxy for what certificates' authorities publish);
     *  "": none; else the proxy for every request, "http://host:port", https:// or socks5h://
     *  (then the environment is not asked). https:// is held to ca_file as well. Without a user:
     *  see kamupin_context_proxy_login */
    const char *proxy;
} kamupin_context_options;

#define KAMUPIN_CONTEXT_OPTIONS_INIT KAMUPIN_SIZED(kamupin_context_options)

/** Makes a context. Touches no reader, no network and no file.
 *  @param options NULL for all defaults
 *  @param context receives the handle; the caller frees it with kamupin_context_free
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: any; the context may then be used by several threads.
 *  Errors: invalid-argument (also for pins or a proxy that are not written so), no-memory,
 *  locked-memory. */
KAMUPIN_API kamupin_status kamupin_context_new(const kamupin_context_options *options,
                                               kamupin_context **context, kamupin_error *error);

/** Frees a context and sets the caller's pointer to NULL; all its secrets are wiped. Handles made
 *  from it must be freed before. NULL and a pointer to NULL are fine.
 *  Errors: none. After a fork the child has neither secrets nor cards: every call on a handle of
 *  the parent answers forked, and freeing one in the child lets go of nothing that the parent
 *  still uses. */
KAMUPIN_API void kamupin_context_free(kamupin_context **context);

KAMUPIN_END
#endif
