/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   prompts.c: the whole operation in one call, for programs that only want to ask and show. It uses
   the public steps and nothing else, so that what it does any program can do. */
#include <core/fail.h>
#include <kamupin/operation.h>

#include <string.h>

typedef struct dialogue {
    kamupin_context *context;
    const kamupin_operation_options *options;
    const kamupin_prompts *prompts;
    kamupin_operation *operation;
    kamupin_error error; /* of the last step: the problem the next question comes with */
} dialogue;

/* Remembers why a step failed. */
static kamupin_status note(dialogue *self, kamupin_status status)
{
    const kamupin_error none = KAMUPIN_ERROR_INIT;

    self->error = none;
    if (status != KAMUPIN_OK) {
        kamupin_operation_error(self->operation, &self->error);
        self->error.status = status;
    }
    return status;
}

static kamupin_status fail(dialogue *self, kamupin_status status)
{
    return kp_fail_local(&self->error, status);
}

/* Asks for one secret; what is left in `secret` is the answer. */
static kamupin_status ask(dialogue *self, kamupin_ask what, const kamupin_factor *factor,
                          kamupin_secret *secret, kamupin_answer *answer)
{
    kamupin_question question = {.size = sizeof question, .ask = what, .factor = factor};

    question.seconds_left =
        factor != NULL ? factor->seconds_left : kamupin_operation_seconds_left(self->operation);
    question.problem = self->error.status == KAMUPIN_OK ? NULL : &self->error;
    kamupin_secret_clear(secret);
    *answer = self->prompts->secret(self->prompts->user, &question, secret);
    if (kamupin_cancel_pulled(self->options->cancel) || *answer == KAMUPIN_ANSWER_CANCEL)
        return fail(self, KAMUPIN_E_CANCELLED);
    if (*answer == KAMUPIN_ANSWER_STOP)
        return self->error.status == KAMUPIN_OK ? fail(self, KAMUPIN_E_CANCELLED)
                                                : self->error.status;
    return KAMUPIN_OK;
}

/* Whether another answer to the same question can help. */
static bool worth_asking_again(kamupin_status status)
{
    switch ((int)status) {
    case KAMUPIN_E_CODE_MALFORMED:
    case KAMUPIN_E_CODE_UNKNOWN:
    case KAMUPIN_E_CODE_EXPIRED:
    case KAMUPIN_E_CODE_USED:
    case KAMUPIN_E_CODE_REPLACED:
    case KAMUPIN_E_PAGE_CLOSED:
    case KAMUPIN_E_PIN_TOO_SHORT:
    case KAMUPIN_E_PIN_TOO_LONG:
    case KAMUPIN_E_PIN_NOT_DIGITS:
    case KAMUPIN_E_PIN_MISMATCH:
    case KAMUPIN_E_SMS_CODE_MALFORMED:
    case KAMUPIN_E_SMS_CODE_WRONG:
    case KAMUPIN_E_SMS_CODE_EXPIRED:
    case KAMUPIN_E_SMS_RESEND_TOO_SOON:
    case KAMUPIN_E_WEB_PASSWORD_WRONG:
        return true;
    default:
        return false;
    }
}

static bool goes_on(const dialogue *self, kamupin_status status, kamupin_phase phase)
{
    return worth_asking_again(status) && kamupin_operation_phase(self->operation) == phase;
}

static kamupin_status take_code(dialogue *self)
{
    kamupin_secret *code = NULL;
    kamupin_answer answer = KAMUPIN_ANSWER_GIVEN;

    if (self->options->order != NULL) /* which issues it; nobody types one */
        return note(self, kamupin_operation_redeem(self->operation, NULL));
    kamupin_status status =
        kamupin_secret_new(self->context, KAMUPIN_SECRET_VERIFICATION_CODE, &code, &self->error);
    while (status == KAMUPIN_OK) {
        status = ask(self, KAMUPIN_ASK_CODE, NULL, code, &answer);
        if (status != KAMUPIN_OK)
            break;
        status = note(self, kamupin_operation_redeem(self->operation, code));
        if (!goes_on(self, status, KAMUPIN_PHASE_CODE))
            break;
        status = KAMUPIN_OK;
    }
    kamupin_secret_free(&code);
    return status;
}

/* What the readers hold: the usable cards, or why there is none. */
typedef struct sight {
    size_t usable, index; /* index of the last usable one */
    kamupin_status reason;
} sight;

static bool is_meant(const char *wanted, const kamupin_card_info *info)
{
    return wanted == NULL || kamupin_card_matches(info, wanted) == KAMUPIN_OK;
}

static sight look(const dialogue *self, const kamupin_reader_list *list)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    const char *wanted = self->options->card;
    sight seen = {0, 0, KAMUPIN_E_NO_READER};

    if (kamupin_reader_list_count(list) > 0)
        seen.reason = wanted == NULL ? KAMUPIN_E_NO_CARD : KAMUPIN_E_CARD_NOT_FOUND;
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++) {
        if (!is_meant(wanted, &info))
            continue;
        if (info.usable == KAMUPIN_OK) {
            seen.usable++;
            seen.index = i;
        } else if (info.usable != KAMUPIN_E_NO_CARD) {
            seen.reason = info.usable;
        }
    }
    return seen;
}

static bool is_missing(kamupin_status reason)
{
    return reason == KAMUPIN_E_NO_READER || reason == KAMUPIN_E_NO_CARD ||
           reason == KAMUPIN_E_CARD_NOT_FOUND || reason == KAMUPIN_E_CARD_REMOVED;
}

/* Waits for readers or cards to change, as long as the operation's time lasts. */
static kamupin_status wait_for_change(dialogue *self, kamupin_reader_list *list, kamupin_status why)
{
    bool wait = self->prompts->wait_for_card != NULL
                    ? self->prompts->wait_for_card(self->prompts->user, why)
                    : is_missing(why);
    int seconds = kamupin_operation_seconds_left(self->operation);

    if (!wait)
        return fail(self, why);
    /* That the chosen card was pulled has been told by the step that noticed. */
    if (self->options->event != NULL && why != KAMUPIN_E_CARD_REMOVED) {
        kamupin_event event = {.size = sizeof event, .kind = KAMUPIN_EVENT_WAIT_FOR_CARD};
        event.phase = kamupin_operation_phase(self->operation);
        event.seconds_left = seconds;
        event.status = why;
        self->options->event(self->options->event_user, &event);
    }
    kamupin_status status = kamupin_reader_list_wait(list, seconds < 0 ? -1 : seconds * 1000L,
                                                     self->options->cancel, &self->error);
    return status == KAMUPIN_E_TIMED_OUT ? fail(self, KAMUPIN_E_OPERATION_EXPIRED) : status;
}

static kamupin_status pick(dialogue *self, const kamupin_reader_list *list, const sight *seen)
{
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    size_t index = seen->index;

    if (seen->usable > 1) {
        kamupin_answer answer = KAMUPIN_ANSWER_STOP;
        if (self->prompts->card != NULL)
            answer = self->prompts->card(self->prompts->user, list, &index);
        if (answer == KAMUPIN_ANSWER_CANCEL || kamupin_cancel_pulled(self->options->cancel))
            return fail(self, KAMUPIN_E_CANCELLED);
        if (answer != KAMUPIN_ANSWER_GIVEN)
            return fail(self, KAMUPIN_E_CHOICE_NEEDED);
    }
    if (kamupin_reader_list_get(list, index, &info) != KAMUPIN_OK)
        return fail(self, KAMUPIN_E_INVALID_ARGUMENT);
    return note(self, kamupin_operation_choose(self->operation, info.reader));
}

static kamupin_status take_card(dialogue *self)
{
    kamupin_status status = KAMUPIN_OK;

    while (status == KAMUPIN_OK && kamupin_operation_phase(self->operation) == KAMUPIN_PHASE_CARD) {
        kamupin_reader_list *list = NULL;
        status = note(self, kamupin_operation_cards(self->operation, &list));
        if (status != KAMUPIN_OK)
            break;
        sight seen = look(self, list);
        status =
            seen.usable > 0 ? pick(self, list, &seen) : wait_for_change(self, list, seen.reason);
        if (is_missing(status) && seen.usable > 0)
            status = KAMUPIN_OK; /* pulled between listing and opening: look again */
        kamupin_reader_list_free(&list);
    }
    return status;
}

static kamupin_status take_pin(dialogue *self)
{
    kamupin_secret *pin = NULL, *again = NULL;
    kamupin_answer answer = KAMUPIN_ANSWER_GIVEN;

    if (!self->prompts->acknowledge(self->prompts->user, KAMUPIN_NOTICE_BEFORE_PIN))
        return fail(self, kamupin_cancel_pulled(self->options->cancel)
                              ? KAMUPIN_E_CANCELLED
                              : KAMUPIN_E_NOT_ACKNOWLEDGED);
    kamupin_status status =
        kamupin_secret_new(self->context, KAMUPIN_SECRET_PIN, &pin, &self->error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_new(self->context, KAMUPIN_SECRET_PIN, &again, &self->error);
    while (status == KAMUPIN_OK) {
        status = ask(self, KAMUPIN_ASK_NEW_PIN, NULL, pin, &answer);
        if (status != KAMUPIN_OK)
            break;
        /* What is no PIN at all is said before it is typed twice. */
        kp_error_clear(&self->error);
        if (worth_asking_again(kamupin_pin_check(NULL, pin, NULL, &self->error)))
            continue;
        status = ask(self, KAMUPIN_ASK_NEW_PIN_AGAIN, NULL, again, &answer);
        if (status != KAMUPIN_OK)
            break;
        status = note(self, kamupin_operation_set_pin(self->operation, pin, again));
        if (!goes_on(self, status, KAMUPIN_PHASE_PIN))
            break;
        status = KAMUPIN_OK;
    }
    kamupin_secret_free(&pin);
    kamupin_secret_free(&again);
    return status;
}

static bool is_offered(const kamupin_factor *factor, kamupin_factor_type type)
{
    return (factor->offered & 1U << type) != 0;
}

static kamupin_factor_type other_than(kamupin_factor_type type)
{
    return type == KAMUPIN_FACTOR_WEB_PASSWORD ? KAMUPIN_FACTOR_SMS : KAMUPIN_FACTOR_WEB_PASSWORD;
}

/* Begins a factor, or the other one when no SMS can be sent: the next question says why. */
static kamupin_status begin_factor(dialogue *self, kamupin_factor_type type, kamupin_factor *factor)
{
    kamupin_status status =
        note(self, kamupin_operation_begin_factor(self->operation, type, factor));

    if (status == KAMUPIN_E_PHONE_OUT_OF_DATE && factor->type == KAMUPIN_FACTOR_ANY &&
        is_offered(factor, KAMUPIN_FACTOR_WEB_PASSWORD))
        status =
            kamupin_operation_begin_factor(self->operation, KAMUPIN_FACTOR_WEB_PASSWORD, factor);
    return status;
}

static kamupin_status ask_factor(dialogue *self, kamupin_factor *factor, kamupin_answer *answer)
{
    const bool sms = factor->type == KAMUPIN_FACTOR_SMS;
    kamupin_secret *secret = NULL;

    kamupin_status status = kamupin_secret_new(
        self->context, sms ? KAMUPIN_SECRET_SMS_CODE : KAMUPIN_SECRET_WEB_PASSWORD, &secret,
        &self->error);
    if (status == KAMUPIN_OK)
        status = ask(self, sms ? KAMUPIN_ASK_SMS_CODE : KAMUPIN_ASK_WEB_PASSWORD, factor, secret,
                     answer);
    if (status == KAMUPIN_OK && *answer == KAMUPIN_ANSWER_GIVEN)
        status = note(self, kamupin_operation_verify_factor(self->operation, secret));
    else if (status != KAMUPIN_OK)
        *answer = KAMUPIN_ANSWER_CANCEL;
    kamupin_secret_free(&secret);
    return status;
}

static kamupin_status take_factor(dialogue *self)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_answer answer = KAMUPIN_ANSWER_GIVEN;

    kamupin_status status = begin_factor(self, KAMUPIN_FACTOR_ANY, &factor);
    while (status == KAMUPIN_OK) {
        status = ask_factor(self, &factor, &answer);
        if (answer == KAMUPIN_ANSWER_CANCEL)
            break;
        if (answer == KAMUPIN_ANSWER_RESEND)
            status = begin_factor(self, factor.type, &factor);
        else if (answer == KAMUPIN_ANSWER_OTHER_FACTOR)
            status = begin_factor(self, other_than(factor.type), &factor);
        if (kamupin_operation_phase(self->operation) != KAMUPIN_PHASE_FACTOR)
            break;
        kamupin_operation_factor(self->operation,
                                 &factor); /* its time runs on, its tries go down */
        if (worth_asking_again(status) || status == KAMUPIN_E_PHONE_OUT_OF_DATE ||
            status == KAMUPIN_E_FACTOR_UNSUPPORTED) /* the other one, where there is none */
            status = KAMUPIN_OK;
    }
    return status;
}

/* The card was pulled before anything was decided: wait for it and go on. */
static kamupin_status await_card(dialogue *self)
{
    kamupin_reader_list *list = NULL;
    kamupin_result result = KAMUPIN_RESULT_INIT;
    kamupin_status status = KAMUPIN_OK;
    bool there = false;

    kamupin_operation_result(self->operation, &result);
    while (status == KAMUPIN_OK && !there) {
        kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
        status = kamupin_reader_list_new(self->context, self->options->cancel, &list, &self->error);
        for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
            there = there || strcmp(info.card_id, result.card_id) == 0;
        if (status == KAMUPIN_OK && !there)
            status = wait_for_change(self, list, KAMUPIN_E_CARD_REMOVED);
        kamupin_reader_list_free(&list);
    }
    return status;
}

static kamupin_status work(dialogue *self)
{
    kamupin_status status = KAMUPIN_OK;
    bool again = true;

    while (again) {
        status = note(self, kamupin_operation_run(self->operation));
        again = kamupin_operation_phase(self->operation) == KAMUPIN_PHASE_READY &&
                (is_missing(status) || status == KAMUPIN_E_CARD_RESET);
        if (again)
            status = await_card(self);
        again = again && status == KAMUPIN_OK;
    }
    if (kamupin_operation_phase(self->operation) == KAMUPIN_PHASE_DONE)
        self->prompts->acknowledge(self->prompts->user, KAMUPIN_NOTICE_AFTER_PIN);
    return status;
}

static kamupin_status talk(dialogue *self)
{
    kamupin_status status = take_code(self);

    if (status == KAMUPIN_OK)
        status = take_card(self);
    if (status == KAMUPIN_OK)
        status = take_pin(self);
    if (status == KAMUPIN_OK)
        status = take_factor(self);
    if (status == KAMUPIN_OK)
        status = work(self);
    return status;
}

kamupin_status kamupin_unblock(kamupin_context *context, const kamupin_operation_options *options,
                               const kamupin_prompts *prompts, kamupin_result *result,
                               kamupin_error *error)
{
    dialogue self = {context, options, prompts, NULL, KAMUPIN_ERROR_INIT};

    if (prompts == NULL || prompts->size != sizeof *prompts || prompts->secret == NULL ||
        prompts->acknowledge == NULL || (result != NULL && result->size != sizeof *result))
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = kamupin_operation_new(context, options, &self.operation, &self.error);
    if (status == KAMUPIN_OK) {
        status = kamupin_resume(context, options, prompts, NULL, &self.error);
        /* What is left of an earlier run does not keep a person from a new one; a folder that no
         * journal can be written to does. */
        if (status != KAMUPIN_E_STATE_FOLDER && status != KAMUPIN_E_CANCELLED) {
            kp_error_clear(&self.error);
            status = talk(&self);
        }
        if (result != NULL)
            kamupin_operation_result(self.operation, result);
    }
    kamupin_operation_free(&self.operation);
    if (status != KAMUPIN_OK)
        kp_error_copy(&self.error, error);
    return status;
}
