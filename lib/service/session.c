/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: one call with a session's right; who is logged in, and logging out. Renewing is
   auth/'s. */
#include <service/session.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

static const char *const TYPES[] = {"tckn", "passport", "vkn", "detsis", NULL}; /* type - 1 */
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

kamupin_status kp_session_call(kamupin_session *session, const char *path, const kp_buffer *body,
                               kp_answer *answer, kamupin_error *error)
{
    const kp_call call = {.method = body == NULL ? "GET" : "POST",
                          .path = path,
                          .right = KP_RIGHT_TOKEN,
                          .body = body,
                          .repeat = true};
    kamupin_status status = KAMUPIN_OK;
    bool renewed = false;

    answer->root = NULL;
    if (body != NULL && body->failed)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (session->service->token == NULL)
        return kp_fail_local(error, KAMUPIN_E_LOGIN_REQUIRED);
    if (ran_out(session)) {
        renewed = true;
        status = renew(session, error);
    }
    if (status == KAMUPIN_OK)
        status = kp_call_make(session->service, &call, answer, error);
    if (status == KAMUPIN_E_SESSION_EXPIRED && !renewed && session->renew != NULL) {
        status = renew(session, error);
        if (status == KAMUPIN_OK)
            status = kp_call_make(session->service, &call, answer, error);
    }
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
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const size_t length = text == NULL ? 0 : strlen(text);

    return length >= 8 && length <= 63 && strspn(text, ALLOWED) == length;
}

void kp_session_put_identity(kp_buffer *body, const char *before, const kamupin_identity *identity)
{
    kp_json_put_field(body, before, "type", TYPES[identity->type - 1]);
    kp_json_put_field(body, ",", "number", identity->number);
    kp_buffer_text(body, "}");
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

static kamupin_status read_organisations(kamupin_session *session, kp_fields fields,
                                         kamupin_error *error)
{
    const size_t count = kp_json_array(fields, "organisations", KP_ORGANISATIONS_MAX);

    drop_organisations(session);
    if (count == 0)
        return KAMUPIN_OK;
    session->organisations = calloc(count, sizeof *session->organisations);
    if (session->organisations == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    session->organisation_count = count;
    for (size_t i = 0; i < count; i++) {
        const kp_fields entry = kp_json_entry(fields, "organisations", i);
        kp_organisation *organisation = &session->organisations[i];
        kp_call_organisation(entry, &organisation->identity);
        if (json_object_get(entry.object, "name") != NULL)
            kp_json_text(entry, "name", organisation->name, sizeof organisation->name);
    }
    return KAMUPIN_OK;
}

static kamupin_status read_info(kamupin_session *session, const kp_answer *answer,
                                kamupin_session_info *info, kamupin_error *error)
{
    const kamupin_session_info empty = KAMUPIN_SESSION_INFO_INIT;
    const char *wrong = NULL;
    const kp_fields fields = {answer->root, &wrong};
    const kp_fields person = kp_json_object(fields, "person");

    *info = empty;
    kp_json_text(person, "name", info->name, sizeof info->name);
    kp_json_text(person, "identity", info->identity, sizeof info->identity);
    info->assurance = read_assurance(fields);
    info->seconds_left = kp_seconds_until(
        session->context, kp_call_deadline(fields, "seconds_left", answer->sent_ms));
    kamupin_status status = read_organisations(session, fields, error);
    info->organisation_count = session->organisation_count;
    return status == KAMUPIN_OK ? kp_json_done(fields, error) : status;
}

kamupin_status kp_session_who(kamupin_session *session, kamupin_session_info *info,
                              kamupin_error *error)
{
    kp_answer answer = {NULL, 0};

    kamupin_status status = kp_session_call(session, "/session", NULL, &answer, error);
    if (status == KAMUPIN_OK)
        status = read_info(session, &answer, info, error);
    if (status != KAMUPIN_OK)
        drop_organisations(session);
    kp_json_free(answer.root);
    return status;
}

/* ---- logging out ---- */

kamupin_status kp_session_end_at_service(kamupin_session *session, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    if (session->service->token == NULL)
        return KAMUPIN_OK; /* nobody is logged in */
    kp_buffer_text(&body, "{}");
    kamupin_status status = kp_session_call(session, "/session/end", &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        if (!json_is_true(json_object_get(answer.root, "ended")))
            kp_json_refuse(fields, "ended");
        status = kp_json_done(fields, error);
    }
    if (status == KAMUPIN_E_SESSION_ENDED || status == KAMUPIN_E_SESSION_EXPIRED) {
        kp_error_clear(error); /* over already, which is what was wanted */
        status = KAMUPIN_OK;
    }
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    kp_buffer_wipe(&body);
    return status;
}
