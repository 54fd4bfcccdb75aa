/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.h: a session among the commands of one person. One process, `kamupin login`, holds it and
   its refresh token, in memory alone; the others borrow it over a socket in the person's runtime
   folder, and get what works until the access token runs out. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli.h"

/** Borrows the session of the service that the command line names. The caller gives it back before the
 * program's context is freed. Errors: login-required (nobody holds one), invalid-argument (no service),
 * those of kamupin_session_lend. */
kamupin_status cli_session_borrow(cli *program, kamupin_session **session, kamupin_error *error);

/** Gives it back; nothing for NULL. `status` is how the work with it ended: where the service called the
 * session over, the holder is asked to look for itself before this returns. */
void cli_session_return(cli *program, kamupin_session **session, kamupin_status status);

/** Has the holder log out. Errors: login-required, those of kamupin_session_end. */
kamupin_status cli_session_end(cli *program, kamupin_error *error);

/** The right to hold a session of that service; one process has it. */
typedef struct cli_holder {
    int lock;   /* -1: none */
    int socket; /* listens; -1: none */
    char path[108];
} cli_holder;

/** Errors: wrong-state (another process holds a session of this service), state-folder. */
kamupin_status cli_holder_open(cli *program, cli_holder *holder, kamupin_error *error);
void cli_holder_close(cli_holder *holder);

/** Shows who is logged in, and lends the session until it ends: by a signal or `kamupin logout`, which
 * log out and are ok, by its time, or because it was ended elsewhere, which a borrower or a renewal
 * meets. Errors: session-expired, session-ended, login-required, those of the network. */
kamupin_status cli_holder_run(cli *program, cli_holder *holder, kamupin_session *session,
                              kamupin_error *error);

/* ---- for holder.c and borrow.c ---- */

#define CLI_LEND_BYTES   16384 /* the most that is lent */
#define CLI_LEND_SECONDS 60    /* what is lent works for as long at least */

/** Whether a session that a call was refused so is no longer one. */
bool cli_session_is_over(kamupin_status status);
/** Where the socket of the service's session is, and its lock (with ".lock" behind it). Makes the folder.
 * Errors: state-folder, invalid-argument (no service was named). */
kamupin_status cli_session_path(cli *program, char *path, size_t room, kamupin_error *error);
/** Whether the other end of a socket is a process of the same person. */
bool cli_session_same_person(int fd);
/** Reads or writes all of `length` bytes; false at the end, an error or the socket's time. */
bool cli_session_read(int fd, void *bytes, size_t length);
bool cli_session_write(int fd, const void *bytes, size_t length);
/** A socket that waits so many seconds for the other end. */
void cli_session_patience(int fd, int seconds);

#endif
