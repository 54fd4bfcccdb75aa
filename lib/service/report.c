/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   report.c: telling the service how the card work ended, by the ticket alone. */
#include <service/client.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

#define TRIES_MAX 15 /* what the profile has room for: a nibble, as in a status word 63Cx */

static const char *const EVIDENCE[] = {"not-sent", "accepted", "refused", "unknown", NULL};

static bool is_evidence(const char *word)
{
    for (size_t i = 0; word != NULL && EVIDENCE[i] != NULL; i++)
        if (strcmp(EVIDENCE[i], word) == 0)
            return true;
    return false;
}

static void put_tries(kp_buffer *body, const char *name, int tries)
{
    char text[48];

    if (tries < 0 || tries > TRIES_MAX)
        return;
    snprintf(text, sizeof text, ",\"%s\":%d", name, tries);
    kp_buffer_text(body, text);
}

static void put_report(kp_buffer *body, const kp_report *report)
{
    char status_word[8];

    kp_json_put_field(body, "{", "operation_id", report->operation_id);
    kp_json_put_field(body, ",", "card_id", report->card_id);
    kp_json_put_field(body, ",", "outcome", kamupin_outcome_name(report->outcome));
    kp_buffer_text(body, ",\"evidence\":");
    kp_json_put_field(body, "{", "external_authenticate", report->external_authenticate);
    if (report->status_word != 0) {
        snprintf(status_word, sizeof status_word, "%04X", (unsigned int)report->status_word);
        kp_json_put_field(body, ",", "status_word", status_word);
    }
    kp_json_put_field(body, ",", "pin_state_before", kamupin_pin_state_name(report->state_before));
    kp_json_put_field(body, ",", "pin_state_after", kamupin_pin_state_name(report->state_after));
    put_tries(body, "tries_before", report->tries_before);
    put_tries(body, "tries_after", report->tries_after);
    put_tries(body, "puk_tries_before", report->puk_tries_before);
    put_tries(body, "puk_tries_after", report->puk_tries_after);
    kp_buffer_text(body, "}}");
}

typedef struct recorded {
    kamupin_outcome outcome;
    char at[KP_RECORDED_MAX];
} recorded;

static void read_recorded(kp_answer *answer, void *into)
{
    recorded *told = into;

    if (kp_json_word(answer->fields, "outcome", kp_outcome_words) !=
        (size_t)(told->outcome - KAMUPIN_OUTCOME_DONE))
        kp_json_refuse(answer->fields, "outcome"); /* it recorded something else */
    kp_json_text(answer->fields, "recorded_at", told->at, sizeof told->at);
}

kamupin_status kp_service_report(kp_service *service, const kamupin_secret *ticket,
                                 const kp_report *report, int64_t deadline_ms, char *recorded_at,
                                 kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    recorded told = {.outcome = report->outcome};
    const kp_call call = {.path = "/reports",
                          .right = KP_RIGHT_TICKET,
                          .ticket = ticket,
                          .body = &body,
                          .repeat = true,
                          .deadline_ms = deadline_ms};

    recorded_at[0] = '\0';
    if (report->outcome == KAMUPIN_OUTCOME_NONE || !is_evidence(report->external_authenticate))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "nothing to report: no outcome, or no evidence");
    put_report(&body, report);
    kamupin_status status = kp_call_make(service, &call, read_recorded, &told, error);
    if (status == KAMUPIN_OK)
        memcpy(recorded_at, told.at, sizeof told.at);
    kp_buffer_wipe(&body);
    return status;
}
