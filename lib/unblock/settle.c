/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   settle.c: what became of a card, and telling the service. A secret is never repeated to find out.
 */
#include <unblock/operation.h>

#include <core/fail.h>

#include <string.h>
#include <time.h>

kamupin_outcome kp_settle_by_state(const kp_evidence *before, const kamupin_card_info *now,
                                   bool at_once)
{
    if (before->outcome == KAMUPIN_OUTCOME_DONE || before->outcome == KAMUPIN_OUTCOME_NOT_DONE)
        return before->outcome;
    /* Where the card surely had no new PIN, it has none. An unknown authentication with an unknown
     * outcome is a sealed PUK's: one command does both. */
    if (before->outcome == KAMUPIN_OUTCOME_NONE ||
        before->authentication == KP_AUTHENTICATION_NOT_SENT ||
        before->authentication == KP_AUTHENTICATION_REFUSED)
        return KAMUPIN_OUTCOME_NOT_DONE;
    if (now == NULL || now->pin_state == KAMUPIN_PIN_UNKNOWN)
        return KAMUPIN_OUTCOME_NONE;
    /* What was blocked or never set stays so unless the new PIN was taken. */
    if (before->state_before == KAMUPIN_PIN_BLOCKED || before->state_before == KAMUPIN_PIN_NOT_SET)
        return now->pin_state == KAMUPIN_PIN_USABLE ? KAMUPIN_OUTCOME_DONE
                                                    : KAMUPIN_OUTCOME_NOT_DONE;
    /* A usable PIN with spent tries: a reset gives them all back. So does the old PIN, typed in
     * another program later on; and with none spent, only the PIN can tell. */
    if (at_once && before->state_before == KAMUPIN_PIN_USABLE &&
        now->pin_state == KAMUPIN_PIN_USABLE && now->pin_tries == KAMUPIN_TRIES_KNOWN &&
        before->tries_before >= 0 && now->pin_tries_left > before->tries_before)
        return KAMUPIN_OUTCOME_DONE;
    return KAMUPIN_OUTCOME_NONE;
}

void kp_settle_note(kp_record *record, kamupin_outcome outcome, const kamupin_card_info *now)
{
    record->evidence.outcome = outcome;
    if (record->finished_at == 0)
        record->finished_at = (int64_t)time(NULL);
    if (now != NULL) {
        record->evidence.state_after = now->pin_state;
        record->evidence.tries_after =
            now->pin_tries == KAMUPIN_TRIES_KNOWN ? now->pin_tries_left : -1;
    }
}

kamupin_status kp_settle_report(kp_service *service, const kp_record *record, int64_t deadline_ms,
                                char *recorded_at, kamupin_error *error)
{
    kp_report report = {.outcome = record->evidence.outcome};

    memcpy(report.operation_id, record->operation_id, sizeof report.operation_id);
    memcpy(report.card_id, record->card_id, sizeof report.card_id);
    report.external_authenticate = kp_authentication_word(record->evidence.authentication);
    report.status_word = record->evidence.status_word;
    report.state_before = record->evidence.state_before;
    report.state_after = record->evidence.state_after;
    report.tries_before = record->evidence.tries_before;
    report.tries_after = record->evidence.tries_after;
    report.puk_tries_before = record->evidence.puk_tries_before;
    report.puk_tries_after = record->evidence.puk_tries_after;
    return kp_service_report(service, record->ticket, &report, deadline_ms, recorded_at, error);
}

/* Whether the service holds an operation open that nothing was issued for. */
static bool is_open(const kamupin_operation *operation)
{
    return operation->redeemed.operation_id[0] != '\0' &&
           (operation->phase < KAMUPIN_PHASE_AUTHORITY ||
            operation->phase == KAMUPIN_PHASE_CANCELLED);
}

void kp_settle_give_up(kamupin_operation *operation)
{
    kp_record *record = &operation->record;
    char recorded_at[sizeof operation->recorded_at];
    kamupin_status heard = KAMUPIN_OK;

    kp_service_ignore_cancel(operation->service);
    if (operation->attempts == 0) {
        if (is_open(operation))
            heard = kp_service_cancel(operation->service, KP_GIVE_UP_MS, NULL);
    } else if (record->ticket != NULL && record->evidence.outcome == KAMUPIN_OUTCOME_NONE) {
        kp_settle_note(record, KAMUPIN_OUTCOME_NOT_DONE, NULL);
        kp_record_save(operation->context, record, NULL);
        heard = kp_settle_report(operation->service, record,
                                 kp_now_ms(operation->context) + KP_GIVE_UP_MS, recorded_at, NULL);
    } else {
        return; /* decided: reported already, or waiting in the journal */
    }
    if (heard == KAMUPIN_OK && record->operation_id[0] != '\0')
        kp_record_remove(operation->context, record, NULL);
}
