/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login_password.c: login --password, for older portals: number, picture, security word, then an SMS
   that is sent when the person says so; and security-word reset, for who forgot the word. The picture
   is a file in the person's runtime folder, gone again once it was answered; a person looks at it,
   never this program. */
#include "login_password.h"

#include "fd.h"
#include "session.h"
#include "term.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 80

typedef struct portal {
    cli *program;
    kamupin_session *session;
    cli_term term;
    char picture[128];
    kamupin_identity who;
    kamupin_secret *word, *code;
    kamupin_contact where;
} portal;

/* A line of standard input that is no secret, shown as it is typed. False when there is none. */
static bool read_text(cli *program, cli_message label, char *room, size_t size)
{
    size_t length = 0;
    char byte = 0;
    cli_screen_settle(program->screen);
    fprintf(stderr, "%s: ", cli_say(program, label));
    while (cli_fd_wait(program, STDIN_FILENO) && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
        if (byte != '\r' && length + 1 < size)
            room[length++] = byte;
    room[length] = '\0';
    return byte == '\n';
}

/* Eleven digits are an identity number; a passport's letters are capitals. */
static kamupin_status ask_number(portal *self, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_E_CANCELLED;
    do {
        char text[LINE_MAX_BYTES];
        if (!read_text(self->program, M_ASK_PERSON, text, sizeof text))
            return cli_error(error, KAMUPIN_E_CANCELLED);
        for (size_t i = 0; text[i] != '\0'; i++)
            if (text[i] >= 'a' && text[i] <= 'z')
                text[i] = (char)(text[i] - 'a' + 'A');
        self->who.size = sizeof self->who;
        self->who.type = strlen(text) == 11 && strspn(text, "0123456789") == 11
                             ? KAMUPIN_IDENTITY_TCKN
                             : KAMUPIN_IDENTITY_PASSPORT;
        snprintf(self->who.number, sizeof self->who.number, "%.23s", text);
        status = kamupin_identity_check(&self->who, error);
        if (status != KAMUPIN_OK && self->program->interactive)
            cli_problem(self->program, error);
    } while (status != KAMUPIN_OK && self->program->interactive);
    return status;
}

static kamupin_status save_picture(portal *self, const kamupin_captcha *captcha,
                                   kamupin_error *error)
{
    unlink(self->picture);
    int fd = open(self->picture, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool good = fd >= 0 && write(fd, captcha->image, captcha->length) == (ssize_t)captcha->length;
    if (fd >= 0)
        close(fd);
    if (!good)
        return cli_error(error, KAMUPIN_E_STATE_FOLDER);
    if (self->program->args.json)
        cli_json_line(json_pack("{s:{s:s, s:i}}", "captcha", "file", self->picture, "seconds_left",
                                captcha->seconds_left));
    else
        cli_show_row(self->program, M_PICTURE, self->picture);
    fflush(stdout);
    return KAMUPIN_OK;
}

/* A picture and its characters; an empty line asks for another one. */
static kamupin_status ask_picture(portal *self, char *answer, size_t size, kamupin_error *error)
{
    answer[0] = '\0';
    while (answer[0] == '\0') {
        kamupin_captcha captcha = KAMUPIN_CAPTCHA_INIT;
        kamupin_status status = kamupin_password_captcha(self->session, &captcha);
        kamupin_session_error(self->session, error);
        if (status == KAMUPIN_OK)
            status = save_picture(self, &captcha, error);
        if (status != KAMUPIN_OK)
            return status;
        if (!read_text(self->program, M_ASK_PICTURE, answer, size))
            return cli_error(error, KAMUPIN_E_CANCELLED);
    }
    return KAMUPIN_OK;
}

static kamupin_status ask_secret(portal *self, const cli_wanted *wanted, kamupin_secret *into,
                                 kamupin_answer *answer, kamupin_error *error)
{
    cli_term_begin(&self->term, self->program);
    kamupin_status status = cli_term_take(&self->term, wanted, into, answer, error);
    cli_term_end(&self->term);
    return status;
}

static bool may_try_again(const portal *self, kamupin_status status)
{
    return self->program->interactive &&
           (status == KAMUPIN_E_CAPTCHA_WRONG || status == KAMUPIN_E_CAPTCHA_EXPIRED ||
            status == KAMUPIN_E_SECURITY_WORD_WRONG || status == KAMUPIN_E_SMS_CODE_WRONG ||
            status == KAMUPIN_E_SMS_CODE_MALFORMED || status == KAMUPIN_E_SMS_CODE_EXPIRED ||
            status == KAMUPIN_E_SMS_RESEND_TOO_SOON);
}

/* What is said to the service with a picture's characters; where it reaches the person is in
 * self->where then. */
typedef kamupin_status said_with_picture(portal *self, const char *characters,
                                         kamupin_error *error);

static kamupin_status say_word(portal *self, const char *characters, kamupin_error *error)
{
    const cli_wanted wanted = {
        .label = M_ASK_WORD, .fd = self->program->args.word_fd, .option = "--word-fd"};
    kamupin_status status = ask_secret(self, &wanted, self->word, NULL, error);
    if (status != KAMUPIN_OK)
        return status;
    status =
        kamupin_password_begin(self->session, &self->who, characters, self->word, &self->where);
    kamupin_session_error(self->session, error);
    return status;
}

/* Who it is, and picture after picture until one was read rightly. */
static kamupin_status say_who(portal *self, said_with_picture *say, kamupin_error *error)
{
    kamupin_status status = ask_number(self, error);
    bool again = status == KAMUPIN_OK;
    while (again) {
        char characters[LINE_MAX_BYTES];
        status = ask_picture(self, characters, sizeof characters, error);
        if (status == KAMUPIN_OK)
            status = say(self, characters, error);
        again = may_try_again(self, status);
        if (again)
            cli_problem(self->program, error);
    }
    unlink(self->picture);
    return status;
}

/* The person's go, the SMS and its code; the key r has a new one sent. */
static kamupin_status confirm(portal *self, kamupin_error *error)
{
    cli *program = self->program;
    const cli_wanted wanted = {.label = M_ASK_LOGIN_SMS,
                               .fd = program->args.sms_fd,
                               .option = "--sms-fd",
                               .instead = {.resend = true}};
    kamupin_answer answer = KAMUPIN_ANSWER_RESEND;
    kamupin_status status = KAMUPIN_OK;
    bool again = true;
    char destination[sizeof self->where.destination];
    if (!program->args.json)
        cli_show_row(program, M_PHONE,
                     cli_clean(self->where.destination, destination, sizeof destination));
    fflush(stdout);
    if (program->interactive) {
        cli_say_wrong_phone(program);
        cli_term_begin(&self->term, program);
        again = cli_term_enter(&self->term, cli_say(program, M_ASK_SEND));
        cli_term_end(&self->term);
        if (!again)
            return cli_error(error, KAMUPIN_E_CANCELLED);
    }
    while (again) {
        status = answer == KAMUPIN_ANSWER_RESEND
                     ? kamupin_password_sms(self->session, NULL)
                     : kamupin_password_confirm(self->session, self->code);
        kamupin_session_error(self->session, error);
        if (status == KAMUPIN_OK && answer == KAMUPIN_ANSWER_GIVEN)
            return KAMUPIN_OK;
        again = status == KAMUPIN_OK || may_try_again(self, status);
        if (again && status != KAMUPIN_OK)
            cli_problem(program, error);
        if (again)
            status = ask_secret(self, &wanted, self->code, &answer, error);
        again = again && status == KAMUPIN_OK;
    }
    return status;
}

/* Whether there is such a login, before anybody types a number. */
static kamupin_status is_offered(const portal *self, kamupin_error *error)
{
    unsigned int methods = 0;
    kamupin_status status = kamupin_session_methods(self->session, &methods);
    kamupin_session_error(self->session, error);
    if (status == KAMUPIN_OK && (methods & KAMUPIN_LOGIN_PASSWORD) == 0)
        status = cli_error(error, KAMUPIN_E_LOGIN_NOT_OFFERED);
    return status;
}

kamupin_status cli_login_password(cli *program, kamupin_session *session, const char *path,
                                  kamupin_error *error)
{
    portal self = {.program = program, .session = session, .where = KAMUPIN_CONTACT_INIT};
    if (!program->interactive && program->args.word_fd < 0)
        return cli_needs(program, "--word-fd", error);
    if (!program->interactive && program->args.sms_fd < 0)
        return cli_needs(program, "--sms-fd", error);
    snprintf(self.picture, sizeof self.picture, "%.110s.png", path);
    kamupin_status status = is_offered(&self, error);
    if (status == KAMUPIN_OK)
        status =
            kamupin_secret_new(program->context, KAMUPIN_SECRET_SECURITY_WORD, &self.word, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(program->context, KAMUPIN_SECRET_SMS_CODE, &self.code, error);
    if (status == KAMUPIN_OK)
        status = say_who(&self, say_word, error);
    if (status == KAMUPIN_OK)
        status = confirm(&self, error);
    kamupin_secret_free(&self.word);
    kamupin_secret_free(&self.code);
    return status;
}

/* ---- a forgotten word ---- */

static kamupin_status ask_for_mail(portal *self, const char *characters, kamupin_error *error)
{
    kamupin_status status =
        kamupin_password_reset(self->session, &self->who, characters, &self->where);
    kamupin_session_error(self->session, error);
    return status;
}

static void say_where(const cli *program, const kamupin_contact *mail)
{
    char destination[sizeof mail->destination], text[512];
    if (program->args.json) {
        cli_json_line(json_pack("{s:{s:s}}", "word_reset", "destination", mail->destination));
        return;
    }
    cli_clean(mail->destination, destination, sizeof destination);
    printf("%s\n", cli_fill(program->args.language, M_WORD_MAIL, destination, text, sizeof text));
}

kamupin_status cli_word_reset(cli *program, kamupin_error *error)
{
    portal self = {.program = program, .where = KAMUPIN_CONTACT_INIT};
    kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
    char path[108] = "";
    cli_json_lines(program);
    kamupin_status status = cli_session_path(program, path, sizeof path, error);
    snprintf(self.picture, sizeof self.picture, "%.100s-word.png", path);
    options.service = program->args.service;
    options.cancel = program->cancel;
    if (status == KAMUPIN_OK)
        status = kamupin_session_new(program->context, &options, &self.session, error);
    if (status == KAMUPIN_OK)
        status = is_offered(&self, error);
    if (status == KAMUPIN_OK)
        status = say_who(&self, ask_for_mail, error);
    if (status == KAMUPIN_OK)
        say_where(program, &self.where);
    kamupin_session_free(&self.session);
    return cli_json_end(program, status, error);
}
