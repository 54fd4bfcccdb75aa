/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cert_revoke.c: cert revoke. A revocation is for ever: what it means is shown, the end of the serial
   number has to be typed, and the second factor confirms it. Whoever stops before that has revoked
   nothing and is told so; where a confirmation was not answered, the service is asked what became of
   it, and where that cannot be asked it is said that nobody knows. */
#include "cert_revoke.h"

#include <stdio.h>

/* What is wrong or will be missed, before anything is prepared. */
static kamupin_status check_ways(cli *program, kamupin_error *error)
{
    const cli_args *args = &program->args;
    if (!cli_revoke_reason_fits(program))
        return cli_refuse(program, M_REVOKE_REASONS, "", error);
    if (program->interactive)
        return KAMUPIN_OK;
    if (args->reason == NULL)
        return cli_needs(program, "--reason", error);
    if (args->sms_fd < 0 && args->web_password_fd < 0)
        return cli_needs(program, "--sms-fd", error);
    return args->acknowledge ? KAMUPIN_OK : cli_needs(program, "--acknowledge", error);
}

/* ---- the second factor ---- */

static kamupin_status note(const cli_revoking *self, kamupin_status status, kamupin_error *error)
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

/* Asks for one answer. `error` tells why it is asked again, and what became of the answer. */
static kamupin_status ask_once(cli_revoking *self, const kamupin_factor *factor,
                               kamupin_answer *answer, kamupin_error *error)
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
        status = note(self, kamupin_revocation_confirm(self->revocation, secret, NULL), error);
    kamupin_secret_free(&secret);
    return status;
}

static kamupin_status begin(cli_revoking *self, kamupin_factor_type type, kamupin_factor *factor,
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

static kamupin_status take_factor(cli_revoking *self, kamupin_error *error)
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

/* What was prepared and is not known to be confirmed is given up, and what that came to is the end:
 * whoever stopped too late has revoked it, and is told so. */
static kamupin_status settle(cli_revoking *self, kamupin_status status, kamupin_error *error)
{
    kamupin_status came = kamupin_revocation_cancel(self->revocation);
    if (came == KAMUPIN_OK)
        return status;
    if (came != KAMUPIN_E_CERTIFICATE_REVOKED)
        return note(self, came, error);
    kamupin_revocation_read(self->revocation, &self->info);
    return KAMUPIN_OK;
}

static json_t *json_of(const cli_revoking *self, kamupin_status status)
{
    const kamupin_revocation_info *info = &self->info;
    json_t *confirmed =
        status == KAMUPIN_E_REVOCATION_UNSETTLED ? json_null() : json_boolean(info->confirmed);
    return json_pack("{s:o, s:s, s:o, s:o, s:o}", "record", cli_json_record(&info->record),
                     "reason", kamupin_revocation_reason_name(info->reason), "lost",
                     json_incref(self->lost), "price_kurus",
                     info->price_kurus >= 0 ? json_integer((json_int_t)info->price_kurus)
                                            : json_null(),
                     "confirmed", confirmed);
}

/* The one sentence of how it ended, which for what is not known has to name where to look. */
static void say_unsettled(cli *program, const kamupin_certificate_record *record)
{
    char line[300];
    cli_screen_line(program->screen, "kamupin: ",
                    cli_fill(program->args.language, M_REVOKE_UNKNOWN, record->certificate_id, line,
                             sizeof line));
    program->said = true;
}

static void finish(cli_revoking *self, kamupin_status status)
{
    cli *program = self->program;
    cli_screen_settle(program->screen);
    if (self->lost != NULL)
        cli_json_add(program, "revocation", json_of(self, status));
    if (status == KAMUPIN_OK && !program->args.json) {
        cli_tell(program, CLI_GOOD, M_REVOKED);
        cli_revoke_record(self, stdout);
    }
    if (status == KAMUPIN_E_REVOCATION_UNSETTLED) {
        say_unsettled(program, &self->info.record);
    } else if (status == KAMUPIN_E_CANCELLED) {
        cli_screen_line(program->screen, "kamupin: ", cli_say(program, M_REVOKE_GIVEN_UP));
        program->said = true;
    } else if (status != KAMUPIN_OK && status != KAMUPIN_E_CERTIFICATE_REVOKED &&
               self->lost != NULL) {
        cli_screen_line(program->screen, "", cli_say(program, M_NOT_REVOKED));
    }
}

static kamupin_status prepare(cli_revoking *self, kamupin_error *error)
{
    cli *program = self->program;
    kamupin_revocation_reason reason = KAMUPIN_REASON_NONE;
    kamupin_status status = cli_revoke_reason(self, &reason, error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &self->session, error);
    if (status == KAMUPIN_OK)
        status = kamupin_revocation_new(self->session, program->args.number, reason,
                                        &self->revocation, error);
    if (status == KAMUPIN_OK)
        self->lost = cli_revoke_lost(self);
    if (status == KAMUPIN_OK)
        status = note(self, kamupin_revocation_read(self->revocation, &self->info), error);
    return status;
}

kamupin_status cli_cert_revoke(cli *program, kamupin_error *error)
{
    cli_revoking self = {
        .program = program, .dialogue = {.program = program}, .info = KAMUPIN_REVOCATION_INFO_INIT};
    kamupin_status status = check_ways(program, error);
    if (status != KAMUPIN_OK)
        return status;
    cli_term_begin(&self.dialogue.term, program);
    status = prepare(&self, error);
    if (status == KAMUPIN_OK) {
        cli_revoke_show(&self);
        if (!cli_revoke_is_meant(&self))
            status = cli_error(error, KAMUPIN_E_CANCELLED);
    }
    if (status == KAMUPIN_OK)
        status = take_factor(&self, error);
    cli_term_end(&self.dialogue.term);
    if (status == KAMUPIN_OK)
        kamupin_revocation_read(self.revocation, &self.info);
    else if (self.revocation != NULL)
        status = settle(&self, status, error);
    finish(&self, status);
    kamupin_cancel_clear(program->cancel); /* else the session could not be given back */
    kamupin_revocation_free(&self.revocation);
    json_decref(self.lost);
    cli_session_return(program, &self.session, status);
    return status;
}
