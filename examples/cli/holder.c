/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   holder.c: the process that holds a session: it alone has the refresh token and renews, and lends
   to other commands of the same person what works until the access token runs out. */
#define _GNU_SOURCE 1 /* accept4 */
#include "session.h"
#include "table.h"
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#define ASK_AGAIN_SECONDS 30 /* after the service could not be asked */

/* ---- the right to hold ---- */

/* One process a service: whoever has the lock; the kernel takes it away with the process. */
static kamupin_status take_lock(cli *program, cli_holder *holder, kamupin_error *error)
{
    char lock[120];
    snprintf(lock, sizeof lock, "%s.lock", holder->path);
    holder->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (holder->lock < 0)
        return cli_error(error, KAMUPIN_E_STATE_FOLDER);
    if (flock(holder->lock, LOCK_EX | LOCK_NB) == 0)
        return KAMUPIN_OK;
    cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_LOGIN_HELD));
    program->said = true;
    return cli_error(error, KAMUPIN_E_WRONG_STATE);
}

static kamupin_status listen_at(cli_holder *holder, kamupin_error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, holder->path, sizeof address.sun_path);
    unlink(holder->path); /* left by a holder that was killed: we have the lock */
    holder->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    mode_t before = umask(0177);
    bool good = holder->socket >= 0 &&
                bind(holder->socket, (struct sockaddr *)&address, sizeof address) == 0 &&
                listen(holder->socket, 8) == 0;
    umask(before);
    return good ? KAMUPIN_OK : cli_error(error, KAMUPIN_E_STATE_FOLDER);
}

kamupin_status cli_holder_open(cli *program, cli_holder *holder, kamupin_error *error)
{
    *holder = (cli_holder){.lock = -1, .socket = -1};
    kamupin_status status = cli_session_path(program, holder->path, sizeof holder->path, error);
    if (status == KAMUPIN_OK)
        status = take_lock(program, holder, error);
    return status;
}

void cli_holder_close(cli_holder *holder)
{
    if (holder->socket >= 0) {
        unlink(holder->path);
        close(holder->socket);
    }
    if (holder->lock >= 0)
        close(holder->lock);
    *holder = (cli_holder){.lock = -1, .socket = -1};
}

/* ---- what is shown ---- */

static cli_message assurance_message(kamupin_assurance assurance)
{
    switch (assurance) {
    case KAMUPIN_ASSURANCE_PASSWORD:
        return M_BY_PASSWORD;
    case KAMUPIN_ASSURANCE_MOBILE_SIGNATURE:
        return M_BY_MOBILE_SIGNATURE;
    case KAMUPIN_ASSURANCE_E_SIGNATURE:
        return M_BY_E_SIGNATURE;
    case KAMUPIN_ASSURANCE_IDENTITY_CARD:
        return M_BY_IDENTITY_CARD;
    case KAMUPIN_ASSURANCE_BANK:
        return M_BY_BANK;
    case KAMUPIN_ASSURANCE_UNKNOWN:
        break;
    }
    return M_BY_UNKNOWN;
}

/* For whom the person may act, as --on-behalf-of takes it. */
static void show_organisations(const cli *program, const kamupin_session *session)
{
    cli_table table = {.columns = 2};
    kamupin_identity whom = {.size = sizeof whom};
    char name[KAMUPIN_NAME_MAX], number[sizeof whom.number + 8];
    for (size_t i = 0;
         kamupin_session_organisation(session, i, &whom, name, sizeof name) == KAMUPIN_OK; i++) {
        snprintf(number, sizeof number, "%s:%s",
                 whom.type == KAMUPIN_IDENTITY_VKN ? "vkn" : "detsis", whom.number);
        const char *const cells[] = {number, name};
        cli_table_row(&table, cells);
    }
    cli_screen_line(program->screen, "", cli_say(program, M_MAY_ACT_FOR));
    cli_table_write(&table, stderr, 2, cli_columns(STDERR_FILENO));
    cli_table_free(&table);
}

static void show(cli *program, const kamupin_session *session, const kamupin_session_info *info)
{
    char who[sizeof info->name + sizeof info->identity + 3], line[sizeof who + 80],
        clean[sizeof line];
    if (program->args.json) {
        cli_json_line(cli_json_session(info));
        return;
    }
    snprintf(who, sizeof who, "%s (%s)", info->name, info->identity);
    cli_fill(program->args.language, M_LOGGED_IN, who, line, sizeof line);
    cli_screen_line(program->screen, "", cli_clean(line, clean, sizeof clean));
    cli_message proof = assurance_message(info->assurance);
    if (program->args.password_login && proof == M_BY_PASSWORD) /* nobody gave e-Devlet's */
        proof = M_BY_SECURITY_WORD;
    cli_fill(program->args.language, M_PROVED, cli_say(program, proof), line, sizeof line);
    cli_screen_line(program->screen, "", line);
    if (info->organisation_count > 0)
        show_organisations(program, session);
}

/* ---- looking ---- */

typedef struct holding {
    cli *program;
    const cli_holder *holder;
    kamupin_session *session;
    int alarm;  /* a timer that runs on while the machine sleeps, as the session's time does */
    bool ended; /* by `kamupin logout` */
} holding;

static void wake_in(const holding *self, int seconds)
{
    const struct itimerspec when = {.it_value = {.tv_sec = seconds}};
    timerfd_settime(self->alarm, 0, &when, NULL);
}

/* Asks how the session stands, and to be woken when its time should be over. */
static kamupin_status look(const holding *self, kamupin_session_info *info)
{
    kamupin_status status = kamupin_session_info_get(self->session, info);
    if (status == KAMUPIN_OK)
        wake_in(self, info->seconds_left + 1);
    return status;
}

/* ---- lending ---- */

typedef struct loan {
    unsigned char bytes[CLI_LEND_BYTES];
    size_t length;
} loan;

static void take(void *user, const unsigned char *bytes, size_t length)
{
    loan *into = user;
    into->length = length <= sizeof into->bytes ? length : 0;
    memcpy(into->bytes, bytes, into->length);
}

static void answer(int fd, kamupin_status status, const loan *lent)
{
    const unsigned int head[2] = {(unsigned int)status, (unsigned int)lent->length};
    if (cli_session_write(fd, head, sizeof head))
        cli_session_write(fd, lent->bytes, lent->length);
}

/* A line of at most 31 bytes, with its end. */
static bool read_line(int fd, char *line)
{
    for (size_t i = 0; i < 31; i++) {
        line[i + 1] = '\0';
        if (!cli_session_read(fd, &line[i], 1))
            return false;
        if (line[i] == '\n')
            return true;
    }
    return false;
}

/* One borrower. false when the session is over; how that came is in `status` then. What a borrower says
 * of the session is only a reason to look. */
static bool serve(holding *self, kamupin_status *status)
{
    loan lent = {.length = 0};
    char line[32] = "";
    int seconds = 0;
    bool goes_on = true;
    int fd = accept4(self->holder->socket, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return true;
    cli_session_patience(fd, 2);
    if (cli_session_same_person(fd) && read_line(fd, line)) {
        if (sscanf(line, "lend %4d", &seconds) == 1) {
            *status = kamupin_session_lend(self->session, seconds, take, &lent);
            answer(fd, *status, &lent);
            goes_on = !cli_session_is_over(*status);
        } else if (strcmp(line, "look\n") == 0) {
            kamupin_session_info info = KAMUPIN_SESSION_INFO_INIT;
            *status = look(self, &info);
            answer(fd, *status, &lent);
            goes_on = !cli_session_is_over(*status);
        } else if (strcmp(line, "end\n") == 0) {
            *status = kamupin_session_end(self->session);
            self->ended = true;
            answer(fd, *status, &lent);
            goes_on = false;
        }
    }
    close(fd);
    OPENSSL_cleanse(&lent, sizeof lent);
    return goes_on;
}

/* ---- holding ---- */

static void show_held(cli *program, const kamupin_session_info *info)
{
    if (!program->args.json && !program->args.quiet)
        cli_screen_live(program->screen, cli_say(program, M_HELD), info->seconds_left);
}

/* Lends until somebody ends the session: a person here or by `kamupin logout`, its time, or whoever
 * ended it elsewhere. It is looked at when its time should be over and when a borrower was refused: one
 * that nobody uses is worth no question. */
static kamupin_status lend_on(holding *self, kamupin_status status)
{
    cli *program = self->program;
    struct pollfd waits[] = {{.fd = self->holder->socket, .events = POLLIN},
                             {.fd = cli_signals_wake(program->signals), .events = POLLIN},
                             {.fd = self->alarm, .events = POLLIN}};
    while (!cli_session_is_over(status)) {
        if (poll(waits, 3, -1) < 0 && errno == EINTR)
            continue;
        if (waits[1].revents != 0)
            return KAMUPIN_OK;
        if (waits[0].revents != 0 && !serve(self, &status))
            break;
        if (waits[2].revents == 0)
            continue;
        kamupin_session_info info = KAMUPIN_SESSION_INFO_INIT;
        status = look(self, &info);
        if (status == KAMUPIN_OK)
            show_held(program, &info);
        else
            wake_in(self, ASK_AGAIN_SECONDS);
    }
    return status;
}

static kamupin_status hold(holding *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_session_info info = KAMUPIN_SESSION_INFO_INIT;
    kamupin_status status = look(self, &info);
    if (status == KAMUPIN_OK) {
        show(program, self->session, &info);
        if (!program->args.json && !program->args.quiet)
            cli_screen_line(program->screen, "", cli_say(program, M_HOLDING));
        show_held(program, &info);
        status = lend_on(self, status);
    }
    if (!self->ended && (status == KAMUPIN_OK || kamupin_cancel_pulled(program->cancel))) {
        /* Logging out takes a moment; one more signal ends that, too. */
        kamupin_cancel_clear(program->cancel);
        status = kamupin_session_end(self->session);
    }
    kamupin_session_error(self->session, error);
    return status;
}

kamupin_status cli_holder_run(cli *program, cli_holder *holder, kamupin_session *session,
                              kamupin_error *error)
{
    holding self = {.program = program, .holder = holder, .session = session, .alarm = -1};
    kamupin_status status = listen_at(holder, error);
    if (status == KAMUPIN_OK) {
        self.alarm = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
        status = self.alarm >= 0 ? hold(&self, error) : cli_error(error, KAMUPIN_E_NO_MEMORY);
    }
    if (self.alarm >= 0)
        close(self.alarm);
    cli_screen_settle(program->screen);
    if (status == KAMUPIN_OK && program->args.json)
        cli_json_line(json_pack("{s:b}", "ended", 1));
    else if (status == KAMUPIN_OK)
        cli_screen_line(program->screen, "", cli_say(program, M_LOGGED_OUT));
    return status;
}
