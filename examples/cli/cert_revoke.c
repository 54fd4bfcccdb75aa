/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_revoke.c: cert revoke. A revocation is for ever: what it means is shown, the end of the serial
   number has to be typed, and the second factor confirms it. Whoever stops before that has revoked
   nothing and is told so; where the answer to the confirmation is lost, the service is asked what
   became of it. */
#include "cert.h"
#include "dialogue.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TYPED 4 /* how much of the serial number is typed */

typedef struct revoking {
    cli *program;
    cli_dialogue dialogue;
    kamupin_session *session;
    kamupin_revocation *revocation;
    kamupin_revocation_info info;
    kamupin_certificate_record record; /* what it is in the end */
    json_t *lost;                      /* sentences; NULL: nothing was prepared */
    bool sent; /* a confirmation went out, and what became of it is not known */
} revoking;

static const kamupin_revocation_reason reasons[] = {
    KAMUPIN_REASON_KEY_COMPROMISE, KAMUPIN_REASON_AFFILIATION_CHANGED, KAMUPIN_REASON_SUPERSEDED,
    KAMUPIN_REASON_CESSATION_OF_OPERATION, KAMUPIN_REASON_UNSPECIFIED};

#define REASONS (sizeof reasons / sizeof reasons[0])

static kamupin_status ask_reason(revoking *self, kamupin_revocation_reason *reason,
                                 kamupin_error *error)
{
    cli *program = self->program;
    size_t number = 0;
    char line[200];
    cli_screen_line(program->screen, "", cli_say(program, M_ASK_REASON));
    for (size_t i = 0; i < REASONS; i++) {
        snprintf(line, sizeof line, "  %zu  %s", i + 1, cli_cert_reason(program, reasons[i]));
        cli_screen_line(program->screen, "", line);
    }
    kamupin_answer answer =
        cli_term_number(&self->dialogue.term, cli_say(program, M_CHOOSE_NUMBER), REASONS, &number);
    if (answer != KAMUPIN_ANSWER_GIVEN)
        return cli_error(error, KAMUPIN_E_CANCELLED);
    *reason = reasons[number - 1];
    return KAMUPIN_OK;
}

/* That of --reason; none when there is no such reason. */
static kamupin_revocation_reason given_reason(const cli *program)
{
    for (size_t i = 0; i < REASONS; i++)
        if (strcasecmp(program->args.reason, kamupin_revocation_reason_name(reasons[i])) == 0)
            return reasons[i];
    return KAMUPIN_REASON_NONE;
}

static kamupin_status take_reason(revoking *self, kamupin_revocation_reason *reason,
                                  kamupin_error *error)
{
    if (self->program->args.reason == NULL)
        return ask_reason(self, reason, error);
    *reason = given_reason(self->program);
    return KAMUPIN_OK;
}

/* What is wrong or will be missed, before anything is prepared. */
static kamupin_status check_ways(cli *program, kamupin_error *error)
{
    const cli_args *args = &program->args;
    if (args->reason != NULL && given_reason(program) == KAMUPIN_REASON_NONE)
        return cli_refuse(program, M_REVOKE_REASONS, "", error);
    if (program->interactive)
        return KAMUPIN_OK;
    if (args->reason == NULL)
        return cli_needs(program, "--reason", error);
    if (args->sms_fd < 0 && args->web_password_fd < 0)
        return cli_needs(program, "--sms-fd", error);
    return args->acknowledge ? KAMUPIN_OK : cli_needs(program, "--acknowledge", error);
}

/* ---- what it means ---- */

static json_t *losses_of(const revoking *self)
{
    json_t *lost = json_array();
    const char *one = NULL;
    for (size_t i = 0;
         (one = kamupin_revocation_loss(self->revocation, i, self->program->args.language)) != NULL;
         i++)
        json_array_append_new(lost, cli_json_text(one));
    return lost;
}

static json_t *json_of(const revoking *self)
{
    const kamupin_revocation_info *info = &self->info;
    return json_pack("{s:o, s:s, s:o, s:o, s:b}", "record", cli_json_record(&info->record),
                     "reason", kamupin_revocation_reason_name(info->reason), "lost",
                     json_incref(self->lost), "price_kurus",
                     info->price_kurus >= 0 ? json_integer((json_int_t)info->price_kurus)
                                            : json_null(),
                     "confirmed", info->confirmed ? 1 : 0);
}

static void show_record(const cli *program, FILE *stream, const kamupin_certificate_record *record)
{
    char line[200];
    cli_write_row(program, stream, M_HOLDER, record->holder);
    cli_write_row(program, stream, M_PRODUCT, cli_product(record->product));
    cli_write_row(program, stream, M_SERIAL, record->serial);
    cli_write_row(program, stream, M_STATE, cli_cert_standing(program, record, line, sizeof line));
}

static void show_meaning(const revoking *self)
{
    cli *program = self->program;
    const kamupin_language language = program->args.language;
    const char *one = NULL;
    char line[KAMUPIN_TEXT_MAX], clean[sizeof line], amount[KAMUPIN_AMOUNT_MAX];
    FILE *stream = cli_asked_on(program);
    if (stream == NULL)
        return;
    fprintf(stream, "%s\n", cli_say(program, M_REVOKE_MEANS));
    show_record(program, stream, &self->info.record);
    cli_write_row(program, stream, M_REASON, cli_cert_reason(program, self->info.reason));
    if (self->info.price_kurus >= 0) {
        kamupin_amount_text(self->info.price_kurus, language, amount, sizeof amount);
        cli_write_row(program, stream, M_PRICE_OF_NEW, amount);
    }
    for (size_t i = 0; (one = kamupin_revocation_loss(self->revocation, i, language)) != NULL;
         i++) {
        snprintf(line, sizeof line, "• %s", one);
        cli_wrap(stream, cli_clean(line, clean, sizeof clean), 0, cli_columns(fileno(stream)));
        fputc('\n', stream);
    }
    if ((self->info.record.may & KAMUPIN_MAY_SUSPEND) != 0)
        fprintf(stream, "\n%s\n", cli_say(program, M_REVOKE_SUSPEND_INSTEAD));
    fflush(stream);
}

/* Whether the person means it: the end of the serial number is typed, also with --acknowledge. */
static bool is_meant(revoking *self)
{
    const char *serial = self->info.record.serial;
    const size_t length = strlen(serial);
    return !self->program->interactive ||
           cli_term_word(&self->dialogue.term, cli_say(self->program, M_ASK_REVOKE),
                         serial + (length > TYPED ? length - TYPED : 0));
}

/* ---- the second factor ---- */

static kamupin_status note(const revoking *self, kamupin_status status, kamupin_error *error)
{
    if (status != KAMUPIN_OK)
        kamupin_revocation_error(self->revocation, error);
    return status;
}

static bool worth_asking_again(kamupin_status status)
{
    return status == KAMUPIN_E_SMS_CODE_MALFORMED || status == KAMUPIN_E_SMS_CODE_WRONG ||
           status == KAMUPIN_E_SMS_CODE_EXPIRED || status == KAMUPIN_E_SMS_RESEND_TOO_SOON ||
           status == KAMUPIN_E_WEB_PASSWORD_WRONG || status == KAMUPIN_E_PHONE_OUT_OF_DATE ||
           status == KAMUPIN_E_FACTOR_UNSUPPORTED;
}

/* Whether the service has refused the confirmation, so that nothing was revoked. */
static bool is_refused(kamupin_status status)
{
    return worth_asking_again(status) || status == KAMUPIN_E_SMS_CODE_EXHAUSTED ||
           status == KAMUPIN_E_WEB_PASSWORD_EXHAUSTED || status == KAMUPIN_E_FACTOR_MISMATCH ||
           status == KAMUPIN_E_REVOCATION_EXPIRED;
}

static kamupin_status confirm(revoking *self, const kamupin_secret *secret, kamupin_error *error)
{
    kamupin_status status = kamupin_revocation_confirm(self->revocation, secret, &self->record);
    self->sent = status != KAMUPIN_OK && !is_refused(status);
    return note(self, status, error);
}

/* Asks for one answer. `error` tells why it is asked again, and what became of the answer. */
static kamupin_status ask_once(revoking *self, const kamupin_factor *factor, kamupin_answer *answer,
                               kamupin_error *error)
{
    cli *program = self->program;
    const bool sms = factor->type == KAMUPIN_FACTOR_SMS;
    const kamupin_prompts prompts = cli_dialogue_prompts(&self->dialogue);
    const kamupin_error why = *error;
    kamupin_secret *secret = NULL;
    kamupin_question question = {.size = sizeof question,
                                 .ask = sms ? KAMUPIN_ASK_SMS_CODE : KAMUPIN_ASK_WEB_PASSWORD,
                                 .seconds_left = factor->seconds_left,
                                 .problem = why.status != KAMUPIN_OK ? &why : NULL,
                                 .factor = factor};
    kamupin_status status = kamupin_secret_new(
        program->context, sms ? KAMUPIN_SECRET_SMS_CODE : KAMUPIN_SECRET_WEB_PASSWORD, &secret,
        error);
    if (status != KAMUPIN_OK)
        return status;
    *answer = prompts.secret(prompts.user, &question, secret);
    if (*answer == KAMUPIN_ANSWER_CANCEL || kamupin_cancel_pulled(program->cancel))
        status = cli_error(error, KAMUPIN_E_CANCELLED);
    else if (*answer == KAMUPIN_ANSWER_STOP && why.status != KAMUPIN_OK)
        status = why.status;
    else if (*answer == KAMUPIN_ANSWER_STOP)
        status = cli_needs(program, sms ? "--sms-fd" : "--web-password-fd", error);
    else if (*answer == KAMUPIN_ANSWER_GIVEN)
        status = confirm(self, secret, error);
    kamupin_secret_free(&secret);
    return status;
}

static kamupin_status begin(revoking *self, kamupin_factor_type type, kamupin_factor *factor,
                            kamupin_error *error)
{
    const unsigned int password = 1U << KAMUPIN_FACTOR_WEB_PASSWORD;
    kamupin_status status =
        note(self, kamupin_revocation_begin_factor(self->revocation, type, factor), error);
    if (status == KAMUPIN_E_PHONE_OUT_OF_DATE && factor->type == KAMUPIN_FACTOR_ANY &&
        (factor->offered & password) != 0)
        status =
            kamupin_revocation_begin_factor(self->revocation, KAMUPIN_FACTOR_WEB_PASSWORD, factor);
    return status;
}

static kamupin_status take_factor(revoking *self, kamupin_error *error)
{
    const kamupin_error none = KAMUPIN_ERROR_INIT;
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_answer answer = KAMUPIN_ANSWER_GIVEN;
    kamupin_status status = begin(self, cli_factor_wanted(self->program), &factor, error);
    while (status == KAMUPIN_OK) {
        status = ask_once(self, &factor, &answer, error);
        if (answer == KAMUPIN_ANSWER_GIVEN && status == KAMUPIN_OK)
            break;
        if (answer == KAMUPIN_ANSWER_STOP || answer == KAMUPIN_ANSWER_CANCEL)
            break;
        if (answer != KAMUPIN_ANSWER_GIVEN) {
            *error = none;
            const kamupin_factor_type other = factor.type == KAMUPIN_FACTOR_SMS
                                                  ? KAMUPIN_FACTOR_WEB_PASSWORD
                                                  : KAMUPIN_FACTOR_SMS;
            status =
                begin(self, answer == KAMUPIN_ANSWER_RESEND ? factor.type : other, &factor, error);
        }
        if (worth_asking_again(status)) {
            error->status = status;
            kamupin_revocation_factor(self->revocation, &factor);
            status = KAMUPIN_OK;
        }
    }
    return status;
}

/* ---- the end ---- */

/* The answer to the confirmation was lost: the service knows what became of it. What was prepared is
 * given up first: a confirmation that is still under way comes too late after that. */
static kamupin_status look(revoking *self, kamupin_status status)
{
    cli *program = self->program;
    char line[200];
    kamupin_cancel_clear(program->cancel); /* else the question would be stopped, too */
    kamupin_revocation_free(&self->revocation);
    kamupin_status asked = kamupin_certificate_details(
        self->session, self->info.record.certificate_id, &self->record, NULL);
    if (asked == KAMUPIN_OK && self->record.state == KAMUPIN_STATE_REVOKED)
        return KAMUPIN_OK;
    if (asked == KAMUPIN_OK) {
        self->sent = false;
        return status;
    }
    cli_screen_line(program->screen, "! ",
                    cli_fill(program->args.language, M_REVOKE_UNKNOWN,
                             self->info.record.certificate_id, line, sizeof line));
    return status;
}

static void finish(revoking *self, kamupin_status status)
{
    cli *program = self->program;
    cli_screen_settle(program->screen);
    if (status == KAMUPIN_OK) {
        self->info.record = self->record;
        self->info.confirmed = true;
    }
    if (self->lost != NULL)
        cli_json_add(program, "revocation", json_of(self));
    if (status == KAMUPIN_OK && !program->args.json) {
        printf("%s\n", cli_say(program, M_REVOKED));
        show_record(program, stdout, &self->record);
    }
    if (status == KAMUPIN_E_CANCELLED && !self->sent) {
        cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_REVOKE_GIVEN_UP));
        program->said = true;
    } else if (status != KAMUPIN_OK && self->lost != NULL && !self->sent) {
        cli_screen_line(program->screen, "", cli_say(program, M_NOT_REVOKED));
    }
}

static kamupin_status prepare(revoking *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_revocation_reason reason = KAMUPIN_REASON_NONE;
    kamupin_status status = take_reason(self, &reason, error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &self->session, error);
    if (status == KAMUPIN_OK)
        status = kamupin_revocation_new(self->session, program->args.number, reason,
                                        &self->revocation, error);
    if (status == KAMUPIN_OK)
        self->lost = losses_of(self);
    if (status == KAMUPIN_OK)
        status = note(self, kamupin_revocation_read(self->revocation, &self->info), error);
    return status;
}

kamupin_status cli_cert_revoke(cli *program, kamupin_error *error)
{
    revoking self = {.program = program,
                     .dialogue = {.program = program},
                     .info = KAMUPIN_REVOCATION_INFO_INIT,
                     .record = KAMUPIN_CERTIFICATE_RECORD_INIT};
    kamupin_status status = check_ways(program, error);
    if (status != KAMUPIN_OK)
        return status;
    cli_term_begin(&self.dialogue.term, program);
    status = prepare(&self, error);
    if (status == KAMUPIN_OK) {
        show_meaning(&self);
        if (!is_meant(&self))
            status = cli_error(error, KAMUPIN_E_CANCELLED);
    }
    if (status == KAMUPIN_OK)
        status = take_factor(&self, error);
    cli_term_end(&self.dialogue.term);
    if (self.sent)
        status = look(&self, status);
    finish(&self, status);
    kamupin_cancel_clear(
        program->cancel); /* what was prepared is given up; one more Ctrl+C ends that */
    kamupin_revocation_free(&self.revocation);
    json_decref(self.lost);
    cli_session_return(program, &self.session, status);
    return status;
}
