/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: one call with a session's right; who is logged in, and logging out. Renewing is
   auth/'s. */
#include <service/session.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

/* In the order of kamupin_assurance, from PASSWORD. */
static const char *const ASSURANCES[] = {
    "password", "mobile-signature", "e-signature", "identity-card", "bank", NULL};

static bool ran_out(const kamupin_session *session)
{
    return kp_now_ms(session->context) >= session->deadline_ms;
}

static kamupin_status renew(kamupin_session *session, kamupin_error *error)
{
    if (session->renew == NULL)
        return kp_fail_local(error, KAMUPIN_E_SESSION_EXPIRED);
    return session->renew(session, error);
}

kamupin_status kp_session_make(kamupin_session *session, const kp_call *how, kp_reader *read,
                               void *into, kamupin_error *error)
{
    kp_call call = *how;
    kamupin_status status = KAMUPIN_OK;
    bool renewable = session->renew != NULL;

    call.right = KP_RIGHT_TOKEN;
    if (session->service->token == NULL) {
        status = kp_fail_local(error, KAMUPIN_E_LOGIN_REQUIRED);
    } else if (ran_out(session)) {
        status = renew(session, error);
        renewable = false; /* once is enough */
    }
    if (status == KAMUPIN_OK)
        status = kp_call_make(session->service, &call, read, into, error);
    if (status == KAMUPIN_E_SESSION_EXPIRED && renewable) {
        status = renew(session, error);
        if (status == KAMUPIN_OK) {
            kp_error_clear(error); /* the token that ran out is nobody's concern any more */
            status = kp_call_make(session->service, &call, read, into, error);
        }
    }
    return status;
}

kamupin_status kp_session_call(kamupin_session *session, const char *path, kp_buffer *body,
                               kp_reader *read, void *into, kamupin_error *error)
{
    const kp_call call = {.path = path, .body = body, .repeat = true};
    kamupin_status status = kp_session_make(session, &call, read, into, error);

    if (body != NULL)
        kp_buffer_wipe(body);
    return status;
}

kamupin_status kp_session_metadata(kamupin_session *session, kamupin_error *error)
{
    if (session->asked)
        return KAMUPIN_OK;
    kamupin_status status = kp_service_metadata(session->service, &session->metadata, error);
    session->asked = status == KAMUPIN_OK;
    return status;
}

bool kp_session_is_id(const char *text)
{
    return text != NULL && kp_json_is_id(text, 8, 63);
}

static void drop_organisations(kamupin_session *session)
{
    free(session->organisations);
    session->organisations = NULL;
    session->organisation_count = 0;
}

void kp_session_drop_lists(kamupin_session *session)
{
    drop_organisations(session);
    free(session->orders);
    free(session->issued);
    session->orders = NULL;
    session->issued = NULL;
    session->order_count = session->issued_count = 0;
    kp_certificates_drop(&session->certificates);
    kp_events_drop(&session->events);
    free(session->applications);
    free(session->lists);
    session->applications = NULL;
    session->lists = NULL;
    session->application_count = session->list_count = 0;
}

/* ---- who is logged in ---- */

static kamupin_assurance read_assurance(kp_fields fields)
{
    char word[32];

    kp_json_text(fields, "assurance", word, sizeof word);
    for (size_t i = 0; ASSURANCES[i] != NULL; i++)
        if (strcmp(ASSURANCES[i], word) == 0)
            return (kamupin_assurance)(KAMUPIN_ASSURANCE_PASSWORD + i);
    return KAMUPIN_ASSURANCE_UNKNOWN;
}

static void read_organisation(kp_fields entry, kp_organisation *organisation)
{
    kp_call_organisation(entry, &organisation->identity);
    if (kp_json_has(entry, "name"))
        kp_json_shown(entry, "name", organisation->name, sizeof organisation->name);
}

static void read_organisations(kamupin_session *session, kp_answer *answer)
{
    const size_t count = kp_json_array(answer->fields, "organisations", KP_ORGANISATIONS_MAX);

    drop_organisations(session);
    if (count == 0)
        return;
    session->organisations = calloc(count, sizeof *session->organisations);
    if (session->organisations == NULL) {
        answer->status = kp_fail_local(answer->error, KAMUPIN_E_NO_MEMORY);
        return;
    }
    session->organisation_count = count;
    for (size_t i = 0; i < count; i++)
        read_organisation(kp_json_entry(answer->fields, "organisations", i),
                          &session->organisations[i]);
}

typedef struct who {
    kamupin_session *session;
    kamupin_session_info *info;
} who;

static void read_who(kp_answer *answer, void *into)
{
    const kamupin_session_info empty = KAMUPIN_SESSION_INFO_INIT;
    const kp_fields person = kp_json_object(answer->fields, "person");
    const who *reading = into;
    kamupin_session_info *info = reading->info;

    *info = empty;
    kp_json_shown(person, "name", info->name, sizeof info->name);
    kp_json_shown(person, "identity", info->identity, sizeof info->identity);
    info->assurance = read_assurance(answer->fields);
    info->seconds_left =
        kp_seconds_until(answer->context, kp_answer_deadline(answer, "seconds_left"));
    read_organisations(reading->session, answer);
    info->organisation_count = reading->session->organisation_count;
}

kamupin_status kp_session_who(kamupin_session *session, kamupin_session_info *info,
                              kamupin_error *error)
{
    who reading = {session, info};

    kamupin_status status = kp_session_call(session, "/session", NULL, read_who, &reading, error);
    if (status != KAMUPIN_OK)
        drop_organisations(session);
    return status;
}

/* ---- logging out ---- */

static void read_ended(kp_answer *answer, void *into)
{
    (void)into;
    if (!kp_json_bool(answer->fields, "ended"))
        kp_json_refuse(answer->fields, "ended");
}

kamupin_status kp_session_end_at_service(kamupin_session *session, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    if (session->service->token == NULL)
        return KAMUPIN_OK; /* nobody is logged in */
    kp_buffer_text(&body, "{}");
    kamupin_status status =
        kp_session_call(session, "/session/end", &body, read_ended, NULL, error);
    if (status == KAMUPIN_E_SESSION_ENDED || status == KAMUPIN_E_SESSION_EXPIRED) {
        kp_error_clear(error); /* over already, which is what was wanted */
        status = KAMUPIN_OK;
    }
    return status;
}
