/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   run.c: card work and report. From the first command that changes the card nothing is cancelled
   any more: the operation finishes or records `unknown`, and reports (architecture, ideas 9, 11 and
   12). */
#include <unblock/operation.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The word for what became of the attempt before, NULL for the first one. */
static const char *previous_attempt(const kamupin_operation *operation)
{
    if (operation->attempts == 0)
        return NULL;
    return operation->record.evidence.authentication == KP_AUTHENTICATION_NOT_SENT ? "not-sent"
                                                                                   : "unknown";
}

/* kp_authority.answer: the service answers the card's challenge. */
static kamupin_status answer(void *user, const uint8_t *challenge, size_t challenge_length,
                             int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                             int *attempts_left, kamupin_error *error)
{
    kamupin_operation *operation = user;
    const char *previous = previous_attempt(operation);

    kp_operation_move(operation, KAMUPIN_PHASE_AUTHORITY);
    operation->attempts++; /* the service may have counted it, whatever comes back */
    kamupin_status status = kp_service_cryptogram(
        operation->service, operation->card_id, challenge, challenge_length, previous, deadline_ms,
        cryptogram, cryptogram_length, attempts_left, error);
    operation->authorised = status == KAMUPIN_OK;
    return status;
}

/* kp_authority.puk: the service discloses the card's PUK, sealed to this operation. */
static kamupin_status disclose(void *user, kamupin_secret **puk, int *uses_left,
                               kamupin_error *error)
{
    kamupin_operation *operation = user;

    kp_operation_move(operation, KAMUPIN_PHASE_AUTHORITY);
    operation->attempts++;
    kamupin_status status =
        kp_service_sealed_puk(operation->service, operation->card_id, puk, uses_left, error);
    operation->authorised = status == KAMUPIN_OK;
    return status;
}

/* kp_authority.relay: the service drives the card. */
static kamupin_status relay(void *user, const uint8_t *told, size_t told_length,
                            int64_t deadline_ms, kp_relay_step *step, kamupin_error *error)
{
    kamupin_operation *operation = user;
    const char *previous = previous_attempt(operation);
    kp_relayed next = {.length = 0};

    if (told_length == 0) {
        kp_operation_move(operation, KAMUPIN_PHASE_AUTHORITY);
        operation->attempts++;
        operation->relayed = 0;
    }
    kamupin_status status =
        kp_service_relay(operation->service, operation->card_id, previous, operation->relayed, told,
                         told_length, deadline_ms, &next, error);
    if (status == KAMUPIN_OK) {
        operation->authorised = true;
        operation->relayed++;
        memcpy(step->command, next.command, next.length);
        step->length = next.length;
        step->attempts_left = next.attempts_left;
        step->keys = next.keys;
    }
    return status;
}

/* kp_authority.mark: durable before anything further is sent. */
static kamupin_status mark(void *user, const kp_evidence *evidence, kamupin_error *error)
{
    kamupin_operation *operation = user;

    kp_service_ignore_cancel(operation->service);
    kp_operation_move(operation, KAMUPIN_PHASE_CARD_WORK);
    operation->record.evidence = *evidence;
    if (evidence->outcome != KAMUPIN_OUTCOME_NONE && operation->record.finished_at == 0)
        operation->record.finished_at = (int64_t)time(NULL);
    return kp_record_save(operation->context, &operation->record, error);
}

/* Makes the operation durable before the service is asked for an authority. */
static kamupin_status begin_record(kamupin_operation *operation)
{
    kp_record *record = &operation->record;

    memcpy(record->operation_id, operation->redeemed.operation_id, sizeof record->operation_id);
    memcpy(record->service, operation->service_url, sizeof record->service);
    memcpy(record->card_id, operation->card_id, sizeof record->card_id);
    record->evidence.tries_before = -1;
    record->evidence.tries_after = -1;
    record->evidence.puk_tries_before = -1;
    record->evidence.puk_tries_after = -1;
    return kp_record_save(operation->context, record, &operation->error);
}

/* Whether a fresh challenge may be taken at once: the card was reset under us and nothing was
 * decided. A PUK is released once. */
static bool again_at_once(const kamupin_operation *operation, kamupin_status status)
{
    return status == KAMUPIN_E_CARD_RESET && operation->attempts < KP_ATTEMPTS_MAX &&
           kp_operation_form(operation, operation->card_id) != KP_FORM_SEALED_PUK &&
           kamupin_operation_seconds_left(operation) != 0 &&
           !kamupin_cancel_pulled(operation->cancel);
}

/* One attempt, and what is known after it. */
static kamupin_status attempt_once(kamupin_operation *operation)
{
    const kp_authority authority = {.user = operation,
                                    .answer = answer,
                                    .mark = mark,
                                    .form = kp_operation_form(operation, operation->card_id),
                                    .puk = disclose,
                                    .relay = relay};
    const kp_authentication before = operation->record.evidence.authentication;
    kp_evidence evidence = {
        .tries_before = -1, .tries_after = -1, .puk_tries_before = -1, .puk_tries_after = -1};
    kamupin_status status = KAMUPIN_OK;

    kp_operation_move(operation, KAMUPIN_PHASE_READY);
    operation->authorised = false;
    if (operation->card == NULL)
        status = kamupin_card_open(operation->context, operation->card_id, operation->cancel,
                                   &operation->card, &operation->error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_pin_reset(
        operation->card, &authority, operation->pin, operation->risk,
        kp_vouched_for(&operation->metadata, operation->card->identity.info.profile), &evidence);
    /* The service counts the last authority that it gave. When this attempt got none, that is an
       earlier attempt's, and what became of it is still so. */
    if (!operation->authorised)
        evidence.authentication = before;
    operation->record.evidence = evidence;
    if (status != KAMUPIN_OK)
        kamupin_card_error(operation->card, &operation->error);
    return status;
}

/* One or more attempts, until the card has decided or an attempt cannot be repeated at once. */
static kamupin_status attempt(kamupin_operation *operation)
{
    const kp_evidence *evidence = &operation->record.evidence;
    kamupin_status status;

    for (unsigned int rounds = 1;; rounds++) {
        status = attempt_once(operation);
        if (evidence->outcome != KAMUPIN_OUTCOME_NONE ||
            evidence->authentication == KP_AUTHENTICATION_REFUSED || rounds == KP_ATTEMPTS_MAX ||
            !again_at_once(operation, status))
            return status;
    }
}

/* Statuses after which no further attempt of this operation makes sense. */
static bool is_final(kamupin_status status)
{
    switch ((int)status) {
    case KAMUPIN_E_AUTHENTICATION_REFUSED:
    case KAMUPIN_E_AUTHORITY_EXHAUSTED:
    case KAMUPIN_E_AUTHORITY_LIMIT:
    case KAMUPIN_E_CARD_DEAD:
    case KAMUPIN_E_CARD_NOT_YOURS:
    case KAMUPIN_E_CARD_SWAPPED:
    case KAMUPIN_E_OPERATION_CANCELLED:
    case KAMUPIN_E_OPERATION_EXPIRED:
    case KAMUPIN_E_OPERATION_PHASE:
    case KAMUPIN_E_OPERATION_UNKNOWN:
    case KAMUPIN_E_PAGE_CLOSED:
    case KAMUPIN_E_RELAY_REFUSED:
    case KAMUPIN_E_SEALED_PUK_REFUSED:
    case KAMUPIN_E_SESSION_ENDED:
    case KAMUPIN_E_SESSION_REFUSED:
    case KAMUPIN_E_STATE_FOLDER:
    case KAMUPIN_E_CANCELLED:
        return true;
    default:
        return false;
    }
}

/* Looks at the card once more when its last answer was lost. */
static void settle(kamupin_operation *operation, bool at_once)
{
    kamupin_card_info now = KAMUPIN_CARD_INFO_INIT;
    kamupin_error ignored = KAMUPIN_ERROR_INIT;

    kamupin_card_free(&operation->card);
    if (kamupin_card_open(operation->context, operation->card_id, NULL, &operation->card,
                          &ignored) != KAMUPIN_OK)
        return;
    now = operation->card->identity.info;
    kamupin_outcome outcome = kp_settle_by_state(&operation->record.evidence, &now, at_once);
    if (outcome != KAMUPIN_OUTCOME_NONE)
        kp_settle_note(&operation->record, outcome, &now);
}

/* Refusals of a report that no repetition will change. */
static bool is_heard_for_good(kamupin_status status)
{
    return status == KAMUPIN_E_TICKET_REFUSED || status == KAMUPIN_E_OUTCOME_CONFLICT;
}

/* Tells the service; the operation's own error record is kept when the card's outcome is the worse
 * news. */
static kamupin_status report(kamupin_operation *operation, kamupin_status card_status)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kp_record *record = &operation->record;
    const bool done = record->evidence.outcome == KAMUPIN_OUTCOME_DONE;

    kp_operation_move(operation, KAMUPIN_PHASE_REPORT);
    kp_service_ignore_cancel(operation->service);
    kamupin_status status =
        kp_settle_report(operation->service, record, 0, operation->recorded_at, &error);
    operation->reported = status == KAMUPIN_OK;
    if (record->evidence.outcome == KAMUPIN_OUTCOME_UNKNOWN)
        return kp_fail_local(&operation->error, KAMUPIN_E_OUTCOME_UNKNOWN);
    if (status == KAMUPIN_OK || is_heard_for_good(status)) {
        kp_record_remove(operation->context, record, NULL);
        kamupin_secret_free(&record->ticket);
        kp_operation_fail(operation, done                                 ? KAMUPIN_PHASE_DONE
                                     : card_status == KAMUPIN_E_CANCELLED ? KAMUPIN_PHASE_CANCELLED
                                                                          : KAMUPIN_PHASE_FAILED);
    }
    if (!done)
        return card_status;
    if (status != KAMUPIN_OK && !is_heard_for_good(status)) {
        char reason[sizeof error.detail];
        snprintf(reason, sizeof reason, "%s: %.120s", kamupin_status_name(status), error.detail);
        memcpy(error.detail, reason, sizeof reason);
        status = error.status = KAMUPIN_E_RESULT_NOT_REPORTED;
    }
    kp_error_copy(&error, &operation->error);
    return status;
}

/* Whether a person has to put the card back. */
static bool card_is_gone(kamupin_status status)
{
    return status == KAMUPIN_E_CARD_REMOVED || status == KAMUPIN_E_CARD_NOT_FOUND ||
           status == KAMUPIN_E_NO_CARD || status == KAMUPIN_E_NO_READER;
}

/* Decides after the attempts: what is over is made durable and reported. */
static kamupin_status conclude(kamupin_operation *operation, kamupin_status status)
{
    kp_evidence *evidence = &operation->record.evidence;
    kamupin_error ignored = KAMUPIN_ERROR_INIT;

    if (evidence->outcome == KAMUPIN_OUTCOME_NONE) {
        if (!is_final(status)) {
            kp_operation_move(operation, KAMUPIN_PHASE_READY);
            if (card_is_gone(status))
                kp_operation_tell(operation, KAMUPIN_EVENT_CARD_REMOVED, status);
            return status; /* the card or the network may come back: run may be called again */
        }
        kp_settle_note(&operation->record, KAMUPIN_OUTCOME_NOT_DONE, NULL);
    }
    if (evidence->outcome == KAMUPIN_OUTCOME_UNKNOWN)
        settle(operation, true);
    operation->ended = operation->error;
    kamupin_secret_free(&operation->pin);
    kp_record_save(operation->context, &operation->record, &ignored);
    return report(operation, status);
}

static kamupin_status report_again(kamupin_operation *operation)
{
    if (operation->record.evidence.outcome == KAMUPIN_OUTCOME_UNKNOWN) {
        settle(operation, false);
        kp_record_save(operation->context, &operation->record, NULL);
    }
    operation->error = operation->ended;
    return report(operation, operation->ended.status);
}

kamupin_status kamupin_operation_run(kamupin_operation *operation)
{
    if (operation != NULL && operation->phase == KAMUPIN_PHASE_REPORT) {
        kamupin_status status = kp_operation_enter(operation);
        return status == KAMUPIN_OK ? report_again(operation) : status;
    }
    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_READY);
    if (status == KAMUPIN_OK && operation->attempts == 0)
        status = begin_record(operation);
    if (status != KAMUPIN_OK)
        return status;
    status = attempt(operation);
    if (operation->record.evidence.outcome == KAMUPIN_OUTCOME_NONE && status != KAMUPIN_OK)
        kamupin_card_free(&operation->card); /* identified anew next time */
    return conclude(operation, status);
}
