/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listener.h: where the browser comes back to: an HTTP server on 127.0.0.1, at a free port, for one
   request of one address (RFC 8252, 7.3). Bounded in everything; refuses all else. */
#ifndef CLI_LISTENER_H
#define CLI_LISTENER_H

#include "cli.h"

#define CLI_REQUEST_MAX     8192
#define CLI_CONNECTIONS_MAX 8 /* a browser opens some that it does not use */

typedef struct cli_connection {
    int fd; /* -1: none */
    size_t length;
    int64_t until; /* it is closed then */
    char bytes[CLI_REQUEST_MAX];
} cli_connection;

typedef struct cli_listener {
    int fd; /* -1: closed */
    int port;
    cli_connection connections[CLI_CONNECTIONS_MAX];
} cli_listener;

/** Errors: network-unreachable when the system gives no port. */
kamupin_status cli_listener_open(cli_listener *listener, kamupin_error *error);
void cli_listener_close(cli_listener *listener);

/** The address to be called back at, into `room`; returns it. */
const char *cli_listener_redirect(const cli_listener *listener, char *room, size_t size);

/** Waits for a callback, for a line at `input` (-1: none), or for a signal; at most until `end`.
 *  @param callback receives a callback's address, or the line; "" when there is none
 *  @param from the connection that waits for cli_listener_answer; NULL: it came from `input`
 *  Errors: timed-out, cancelled (also when `input` has ended and nothing listens). */
kamupin_status cli_listener_wait(cli_listener *listener, const cli *program, int input, int64_t end,
                                 char *callback, size_t size, cli_connection **from,
                                 kamupin_error *error);

/** Whether the other end of a loopback connection is a process of this person, or of root; true where
 * the system does not say. */
bool cli_listener_same_person(int fd);

/** Tells the browser how it went, in the person's language, and closes the connection. */
void cli_listener_answer(const cli *program, cli_connection *from, kamupin_status status);

#endif
