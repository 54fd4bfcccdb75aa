/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login.c: login and logout. What one logs in to is shown before anything is opened; the session
   lives in this process until a signal, `kamupin logout`, or its time ends it. */
#include "fd.h"
#include "listener.h"
#include "login_password.h"
#include "session.h"
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOGIN_MS    (10 * 60 * INT64_C(1000)) /* so long the browser is waited for */
#define DESCRIPTORS 1024                      /* more than this command ever has */

extern char **environ;

typedef struct login {
    cli *program;
    kamupin_session *session;
    cli_listener listener;
    int64_t end;
} login;

/* ---- the browser ---- */

static bool has_display(void)
{
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x != NULL && x[0] != '\0') || (wayland != NULL && wayland[0] != '\0');
}

/* libcurl's sockets, and descriptors that the command line named, would stay open with the browser. */
static void keep_descriptors(void)
{
    for (int fd = STDERR_FILENO + 1; fd < DESCRIPTORS; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* Opens the person's own browser. It gets none of our descriptors, and its signals as usual. */
static void open_browser(const char *url)
{
    char program[] = "xdg-open", address[KAMUPIN_LOGIN_URL_MAX];
    char *words[] = {program, address, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t rules;
    sigset_t none, usual;
    pid_t child = 0;
    snprintf(address, sizeof address, "%s", url);
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&rules);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", fd == 0 ? 0 : 1, 0);
    posix_spawnattr_setsigmask(&rules, &none);
    posix_spawnattr_setsigdefault(&rules, &usual);
    posix_spawnattr_setpgroup(&rules, 0); /* Ctrl+C here ends no browser */
    posix_spawnattr_setflags(&rules, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                         POSIX_SPAWN_SETPGROUP);
    keep_descriptors();
    posix_spawnp(&child, program, &files, &rules, words, environ);
    posix_spawnattr_destroy(&rules);
    posix_spawn_file_actions_destroy(&files);
}

static void reap(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

/* Where one logs in, before anything is opened. */
static void show_target(cli *program, const kamupin_login *to)
{
    char line[1100], clean[1100];
    const char *name =
        program->args.language == KAMUPIN_TURKISH ? to->application_tr : to->application_en;
    if (program->args.json) {
        cli_json_line(cli_json_login(to, program->args.language));
        return;
    }
    snprintf(line, sizeof line, "%s — %s", name[0] != '\0' ? name : "KamuPIN", to->address);
    cli_show_row(program, M_LOGGING_IN_TO, cli_clean(line, clean, sizeof clean));
    printf("%s\n", to->url);
    fflush(stdout);
}

/* ---- the callback ---- */

/* The login still waits after these: what came was not its callback. */
static bool still_waits(kamupin_status status)
{
    switch ((int)status) {
    case KAMUPIN_E_CALLBACK_MALFORMED:
    case KAMUPIN_E_LOGIN_REDIRECT_MISMATCH:
    case KAMUPIN_E_LOGIN_STATE_MISMATCH:
    case KAMUPIN_E_LOGIN_ISSUER_MISMATCH:
        return true;
    default:
        return false;
    }
}

static kamupin_status wait_for_callback(login *self, kamupin_error *error)
{
    cli *program = self->program;
    const bool paste = program->args.paste;
    const int input = paste || program->interactive ? STDIN_FILENO : -1;
    char callback[5000];
    cli_connection *from = NULL;
    kamupin_status status = KAMUPIN_OK;
    for (;;) {
        cli_screen_settle(program->screen);
        cli_screen_line(program->screen, "", cli_say(program, paste ? M_PASTE : M_WAIT_BROWSER));
        status = cli_listener_wait(&self->listener, program, input, self->end, callback,
                                   sizeof callback, &from, error);
        if (status == KAMUPIN_OK) {
            status = kamupin_session_complete(self->session, callback);
            kamupin_session_error(self->session, error);
            cli_listener_answer(program, from, status);
        }
        OPENSSL_cleanse(callback, sizeof callback);
        if (status == KAMUPIN_E_CANCELLED && program->interactive)
            cli_screen_line(program->screen, "", ""); /* ends the line with the terminal's ^C */
        /* Without a person nobody will paste something better. */
        if (!still_waits(status) || (paste && !program->interactive))
            return status;
        cli_problem(program, error);
    }
}

static kamupin_status by_browser(login *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_login to = KAMUPIN_LOGIN_INIT;
    kamupin_status status = kamupin_session_begin(self->session, NULL, &to);
    kamupin_session_error(self->session, error);
    if (status != KAMUPIN_OK)
        return status;
    show_target(program, &to);
    if (!program->args.paste && !program->args.no_browser && has_display())
        open_browser(to.url);
    self->end = cli_now() + LOGIN_MS;
    status = wait_for_callback(self, error);
    reap();
    return status;
}

/* ---- the card ---- */

static kamupin_status take_pin(login *self, cli_term *term, kamupin_card_kind kind,
                               kamupin_secret *pin, kamupin_error *error)
{
    cli *program = self->program;
    const cli_wanted wanted = {
        .label = M_ASK_PIN, .fd = program->args.pin_fd, .option = "--pin-fd"};
    kamupin_status status = KAMUPIN_E_CANCELLED;
    do {
        status = cli_term_take(term, &wanted, pin, NULL, error);
        if (status != KAMUPIN_OK || wanted.fd >= 0)
            return status;
        status = cli_check_pin(kind, pin, NULL, error);
        if (status != KAMUPIN_OK)
            cli_problem(program, error);
    } while (status != KAMUPIN_OK);
    return status;
}

/* Asks for the PIN until it is right, or may not be tried again. */
static kamupin_status sign_in(login *self, kamupin_card *card, kamupin_secret *pin,
                              kamupin_error *error)
{
    cli *program = self->program;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    cli_term term;
    bool again = true;
    kamupin_status status = kamupin_card_read(card, &info);
    kamupin_card_error(card, error);
    cli_term_begin(&term, program);
    while (status == KAMUPIN_OK && again) {
        status = take_pin(self, &term, info.kind, pin, error);
        if (status != KAMUPIN_OK)
            break;
        status = kamupin_session_login_card(self->session, card, pin, program->args.risk);
        kamupin_session_error(self->session, error);
        again = status == KAMUPIN_E_PIN_WRONG && program->args.pin_fd < 0 && error->tries_left > 1;
        if (again) {
            cli_problem(program, error);
            status = KAMUPIN_OK;
        }
    }
    cli_term_end(&term);
    return status;
}

static kamupin_status by_card(login *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_card *card = NULL;
    kamupin_secret *pin = NULL;
    unsigned int methods = 0;
    if (program->args.pin_fd < 0 && !program->interactive)
        return cli_needs(program, "--pin-fd", error);
    kamupin_status status = kamupin_session_methods(self->session, &methods);
    kamupin_session_error(self->session, error);
    if (status == KAMUPIN_OK && (methods & KAMUPIN_LOGIN_CARD) == 0)
        status = cli_error(error, KAMUPIN_E_LOGIN_NOT_OFFERED);
    if (status == KAMUPIN_OK)
        status =
            kamupin_card_open(program->context, program->args.card, program->cancel, &card, error);
    if (status == KAMUPIN_OK) { /* before anybody is asked for a PIN */
        status = kamupin_session_login_card_ready(self->session, card, program->args.risk);
        kamupin_session_error(self->session, error);
    }
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(program->context, KAMUPIN_SECRET_PIN, &pin, error);
    if (status == KAMUPIN_OK)
        status = sign_in(self, card, pin, error);
    kamupin_secret_free(&pin);
    kamupin_card_free(&card);
    return status;
}

/* ---- the commands ---- */

static kamupin_status open_session(login *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    char redirect[64];
    kamupin_status status = KAMUPIN_OK;
    options.service = program->args.service;
    options.cancel = program->cancel;
    if (!program->args.card_login && !program->args.password_login) {
        status = cli_listener_open(&self->listener, error);
        options.redirect = cli_listener_redirect(&self->listener, redirect, sizeof redirect);
    }
    if (program->args.paste)
        cli_listener_close(&self->listener); /* its port stays in the address */
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(program->context, &options, &self->session, error);
    return status;
}

kamupin_status cli_login(cli *program, kamupin_error *error)
{
    login self = {.program = program, .listener = {.fd = -1}};
    cli_holder holder;
    cli_json_lines(program);
    for (size_t i = 0; i < CLI_CONNECTIONS_MAX; i++)
        self.listener.connections[i].fd = -1;
    kamupin_status status = cli_holder_open(program, &holder, error);
    if (status == KAMUPIN_OK)
        status = open_session(&self, error);
    if (status == KAMUPIN_OK)
        status = program->args.password_login
                     ? cli_login_password(program, self.session, holder.path, error)
                 : program->args.card_login ? by_card(&self, error)
                                            : by_browser(&self, error);
    cli_listener_close(&self.listener);
    if (status == KAMUPIN_OK)
        status = cli_holder_run(program, &holder, self.session, error);
    kamupin_session_free(&self.session);
    cli_holder_close(&holder);
    return cli_json_end(program, status, error);
}

kamupin_status cli_logout(cli *program, kamupin_error *error)
{
    kamupin_status status = cli_session_end(program, error);
    if (status == KAMUPIN_E_LOGIN_REQUIRED) { /* "log in" would be no advice to who logs out */
        cli_refuse(program, M_NOT_HELD, "", error);
        cli_error(error, status);
    }
    if (status == KAMUPIN_OK && !program->args.json)
        printf("%s\n", cli_say(program, M_LOGGED_OUT));
    if (status == KAMUPIN_OK)
        cli_json_add(program, "ended", json_true());
    return status;
}
