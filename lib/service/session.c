/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: one call with a session's right, and the pieces that several of those calls share.
   Renewing is auth/'s. */
#include <service/session.h>

#include <core/fail.h>

#include <string.h>

static const char *const TYPES[] = {"tckn", "passport", "vkn", "detsis", NULL}; /* type - 1 */
static const char *const ORGANISATIONS[] = {"vkn", "detsis", NULL};

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

void kp_session_read_organisation(kp_fields fields, kamupin_identity *identity)
{
    const kamupin_identity empty = KAMUPIN_IDENTITY_INIT;

    *identity = empty;
    size_t type = kp_json_word(fields, "type", ORGANISATIONS);
    identity->type = (kamupin_identity_type)(KAMUPIN_IDENTITY_VKN + type);
    kp_json_text(fields, "number", identity->number, sizeof identity->number);
}

void kp_session_put_identity(kp_buffer *body, const char *before, const kamupin_identity *identity)
{
    kp_json_put_field(body, before, "type", TYPES[identity->type - 1]);
    kp_json_put_field(body, ",", "number", identity->number);
    kp_buffer_text(body, "}");
}
