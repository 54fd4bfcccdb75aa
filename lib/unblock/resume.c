/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   resume.c: bringing to its end what an earlier run left: a journal record whose outcome the
   service has not heard. */
#include <unblock/operation.h>

#include <core/fail.h>
#include <pin/work.h>

#include <errno.h>
#include <string.h>

#define RECORDS_MAX 64

typedef struct names {
    char name[RECORDS_MAX][64];
    size_t count;
} names;

static bool remember(void *user, const char *name)
{
    names *found = user;

    if (strlen(name) < sizeof found->name[0])
        memcpy(found->name[found->count++], name, strlen(name) + 1);
    return found->count < RECORDS_MAX;
}

/* What one record's end needs. */
typedef struct ending {
    kamupin_context *context;
    const kamupin_operation_options *options; /* may be NULL */
    const kamupin_prompts *prompts;           /* may be NULL */
    kamupin_cancel *cancel;
    kp_record record;
    kp_service *service;
    kp_lock lock;
} ending;

/* Asks for the new PIN once and verifies it under the guard: only it can tell. */
static kamupin_outcome ask_pin(ending *self, kamupin_card *card, kamupin_error *error)
{
    kamupin_question question = {.size = sizeof question, .ask = KAMUPIN_ASK_PIN_TO_CHECK};
    kamupin_outcome outcome = KAMUPIN_OUTCOME_NONE;
    kamupin_secret *pin = NULL;
    kp_metadata metadata;

    question.seconds_left = -1;
    if (self->prompts == NULL || self->prompts->secret == NULL ||
        kp_service_metadata(self->service, &metadata, error) != KAMUPIN_OK ||
        kamupin_secret_new(self->context, KAMUPIN_SECRET_PIN, &pin, error) != KAMUPIN_OK)
        return outcome;
    if (self->prompts->secret(self->prompts->user, &question, pin) == KAMUPIN_ANSWER_GIVEN) {
        unsigned int risk = self->options == NULL ? 0 : self->options->risk & KP_ALL_RISKS;
        kamupin_status status =
            kp_pin_verify(card, pin, risk, kp_vouched_for(&metadata, card->identity.info.profile));
        if (status == KAMUPIN_OK)
            outcome = KAMUPIN_OUTCOME_DONE;
        else if (status == KAMUPIN_E_PIN_WRONG)
            outcome = KAMUPIN_OUTCOME_NOT_DONE;
    }
    kamupin_secret_free(&pin);
    return outcome;
}

/* Finds out what became of the card; NONE when it cannot be told now. */
static void find_out(ending *self, kamupin_error *error)
{
    kamupin_card_info now = KAMUPIN_CARD_INFO_INIT;
    kamupin_card *card = NULL;

    kamupin_outcome outcome = kp_settle_by_state(&self->record.evidence, NULL, false);
    if (outcome == KAMUPIN_OUTCOME_NONE &&
        kamupin_card_open(self->context, self->record.card_id, self->cancel, &card, error) ==
            KAMUPIN_OK) {
        now = card->identity.info;
        outcome = kp_settle_by_state(&self->record.evidence, &now, false);
        if (outcome == KAMUPIN_OUTCOME_NONE)
            outcome = ask_pin(self, card, error);
    }
    if (outcome != KAMUPIN_OUTCOME_NONE)
        kp_settle_note(&self->record, outcome, card == NULL ? NULL : &now);
    else
        self->record.evidence.outcome = KAMUPIN_OUTCOME_UNKNOWN;
    kamupin_card_free(&card);
}

static void tell(const ending *self)
{
    kamupin_event event = {.size = sizeof event, .kind = KAMUPIN_EVENT_RESUMED};

    if (self->options == NULL || self->options->event == NULL)
        return;
    event.phase = KAMUPIN_PHASE_DONE;
    event.seconds_left = -1;
    event.outcome = self->record.evidence.outcome;
    memcpy(event.card_id, self->record.card_id, sizeof event.card_id);
    self->options->event(self->options->event_user, &event);
}

static kamupin_status report(ending *self, kamupin_error *error)
{
    char recorded_at[32] = "";

    kamupin_status status = kp_settle_report(self->service, &self->record, 0, recorded_at, error);
    if (status == KAMUPIN_E_TICKET_REFUSED || status == KAMUPIN_E_OUTCOME_CONFLICT) {
        kp_log(self->context, KAMUPIN_LOG_WARNING, "unblock",
               "operation %s: the service takes no report any more (%s)", self->record.operation_id,
               kamupin_status_name(status));
        status = KAMUPIN_OK;
    }
    return status;
}

/* Reads the record and takes its card's lock; reads it again behind the lock, because the program
 * that held it may have written the outcome meanwhile, or been heard. `gone`: it was heard. */
static kamupin_status take_record(ending *self, const char *name, bool *gone, kamupin_error *error)
{
    kamupin_status status = kp_record_load(self->context, name, &self->record, error);

    if (status == KAMUPIN_OK)
        status = kp_lock_take(self->context, self->record.card_id, &self->lock, error);
    if (status == KAMUPIN_OK) {
        kp_record_wipe(&self->record);
        status = kp_record_load(self->context, name, &self->record, error);
    }
    *gone = status == KAMUPIN_E_STATE_FOLDER && error->platform_code == ENOENT;
    return status;
}

/* One record. ok: it is over, or another program is at it. */
static kamupin_status end_one(ending *self, const char *name, kamupin_error *error)
{
    bool gone = false;
    kamupin_status status = take_record(self, name, &gone, error);

    if (status == KAMUPIN_OK)
        status = kp_service_new(self->context, self->record.service, self->cancel, &self->service,
                                error);
    if (status == KAMUPIN_OK) {
        find_out(self, error);
        status = kp_record_save(self->context, &self->record, error);
    }
    if (status == KAMUPIN_OK)
        status = report(self, error);
    if (status == KAMUPIN_OK && self->record.evidence.outcome == KAMUPIN_OUTCOME_UNKNOWN)
        status = kp_fail_local(error, KAMUPIN_E_OUTCOME_UNKNOWN);
    else if (status == KAMUPIN_OK)
        status = kp_record_remove(self->context, &self->record, error);
    else if (status != KAMUPIN_E_CARD_BUSY && self->record.evidence.outcome == KAMUPIN_OUTCOME_DONE)
        status = error->status = KAMUPIN_E_RESULT_NOT_REPORTED;
    if (status == KAMUPIN_OK)
        tell(self);
    kp_service_free(&self->service);
    kp_lock_drop(&self->lock);
    kp_record_wipe(&self->record);
    return gone || status == KAMUPIN_E_CARD_BUSY ? KAMUPIN_OK : status;
}

kamupin_status kamupin_resume(kamupin_context *context, const kamupin_operation_options *options,
                              const kamupin_prompts *prompts, size_t *left, kamupin_error *error)
{
    names found = {.count = 0};
    ending self = {
        .context = context, .options = options, .prompts = prompts, .lock = KP_LOCK_INIT};
    kamupin_error first = KAMUPIN_ERROR_INIT;

    if (left != NULL)
        *left = 0;
    self.cancel = options == NULL ? NULL : options->cancel;
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK &&
        ((options != NULL &&
          (options->size != sizeof *options || (options->risk & ~KP_OPERATION_RISKS) != 0)) ||
         (prompts != NULL && prompts->size != sizeof *prompts)))
        status = kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    if (status == KAMUPIN_OK)
        status = kp_journal_each(context, remember, &found, error);
    if (status != KAMUPIN_OK)
        return status;
    for (size_t i = 0; i < found.count; i++) {
        kamupin_error one = KAMUPIN_ERROR_INIT;
        status = kp_cancel_check(self.cancel, &one);
        if (status == KAMUPIN_OK)
            status = end_one(&self, found.name[i], &one);
        if (status == KAMUPIN_OK)
            continue;
        if (left != NULL)
            (*left)++;
        if (first.status == KAMUPIN_OK) {
            one.status = status;
            first = one;
        }
    }
    if (first.status != KAMUPIN_OK)
        kp_error_copy(&first, error);
    return first.status;
}
