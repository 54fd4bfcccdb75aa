/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: a session's life, who is logged in, and logging out. How one logs in is in this room's
   other files. */
#include <auth/callback.h>
#include <service/session.h>

#include <core/fail.h>
#include <service/service.h>

#include <stdlib.h>
#include <string.h>

/* In the order of kamupin_assurance, from PASSWORD. */
static const char *const ASSURANCES[] = {
    "password", "mobile-signature", "e-signature", "identity-card", "bank", NULL};

kamupin_status kamupin_session_new(kamupin_context *context, const kamupin_session_options *options,
                                   kamupin_session **session, kamupin_error *error)
{
    if (session == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *session = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status != KAMUPIN_OK)
        return status;
    if (options == NULL || options->size != sizeof *options || options->service == NULL ||
        (options->redirect != NULL && strlen(options->redirect) >= KP_URL_MAX))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "options without a service, or of another size");
    if (options->redirect != NULL)
        status = kp_redirect_check(options->redirect, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_session *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_error_clear(&made->error);
    made->context = context;
    made->cancel = options->cancel;
    made->keep = options->keep;
    made->keep_user = options->keep_user;
    if (options->redirect != NULL)
        memcpy(made->redirect, options->redirect, strlen(options->redirect) + 1);
    status = kp_service_new(context, options->service, options->cancel, &made->service, error);
    if (status != KAMUPIN_OK)
        kamupin_session_free(&made);
    *session = made;
    return status;
}

static void drop_organisations(kamupin_session *session)
{
    free(session->organisations);
    session->organisations = NULL;
    session->organisation_count = 0;
}

void kamupin_session_free(kamupin_session **session)
{
    if (session == NULL || *session == NULL)
        return;
    kamupin_session *self = *session;
    if (self->login_free != NULL)
        self->login_free(self);
    drop_organisations(self);
    kp_service_free(&self->service);
    free(self);
    *session = NULL;
}

void kamupin_session_error(const kamupin_session *session, kamupin_error *error)
{
    if (session == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&session->error, error);
}

kamupin_status kp_session_enter(kamupin_session *session)
{
    if (session == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&session->error);
    return kp_context_check(session->context, &session->error);
}

void kp_session_logged_in(kamupin_session *session, kamupin_secret *token, int64_t deadline_ms)
{
    kamupin_secret_free(&session->service->token);
    session->service->token = token;
    session->deadline_ms = deadline_ms;
}

void kp_session_forget(kamupin_session *session)
{
    kamupin_secret_free(&session->service->token);
    session->deadline_ms = 0;
    drop_organisations(session);
    if (session->login_free != NULL)
        session->login_free(session);
    session->login = NULL;
    if (session->keep != NULL)
        session->keep(session->keep_user, NULL, 0);
}

kamupin_status kamupin_session_methods(kamupin_session *session, unsigned int *methods)
{
    kamupin_status status = kp_session_enter(session);

    if (status == KAMUPIN_OK && methods == NULL)
        status = kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (status == KAMUPIN_OK)
        status = kp_session_metadata(session, &session->error);
    if (status == KAMUPIN_OK)
        *methods = session->metadata.login.methods;
    return status;
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
        kp_session_read_organisation(entry, &organisation->identity);
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
    const int64_t left =
        kp_call_deadline(fields, "seconds_left", answer->sent_ms) - kp_now_ms(session->context);
    info->seconds_left = left <= 0 ? 0 : (int)((left + 999) / 1000);
    kamupin_status status = read_organisations(session, fields, error);
    info->organisation_count = session->organisation_count;
    return status == KAMUPIN_OK ? kp_json_done(fields, error) : status;
}

kamupin_status kamupin_session_info_get(kamupin_session *session, kamupin_session_info *info)
{
    kp_answer answer = {NULL, 0};

    kamupin_status status = kp_session_enter(session);
    if (status != KAMUPIN_OK)
        return status;
    if (info == NULL || info->size != sizeof *info)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_session_call(session, "/session", NULL, &answer, &session->error);
    if (status == KAMUPIN_OK)
        status = read_info(session, &answer, info, &session->error);
    if (status != KAMUPIN_OK)
        drop_organisations(session);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kamupin_session_organisation(const kamupin_session *session, size_t index,
                                            kamupin_identity *identity, char *name,
                                            size_t name_size)
{
    if (session == NULL || identity == NULL || identity->size != sizeof *identity ||
        index >= session->organisation_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    const kp_organisation *organisation = &session->organisations[index];
    if (name != NULL && name_size <= strlen(organisation->name))
        return KAMUPIN_E_INVALID_ARGUMENT;
    *identity = organisation->identity;
    if (name != NULL)
        memcpy(name, organisation->name, strlen(organisation->name) + 1);
    return KAMUPIN_OK;
}

/* ---- logging out ---- */

static kamupin_status end_at_service(kamupin_session *session)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    if (session->service->token == NULL)
        return KAMUPIN_OK; /* nobody is logged in */
    kp_buffer_text(&body, "{}");
    kamupin_status status =
        kp_session_call(session, "/session/end", &body, &answer, &session->error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        if (!json_is_true(json_object_get(answer.root, "ended")))
            kp_json_refuse(fields, "ended");
        status = kp_json_done(fields, &session->error);
    }
    if (status == KAMUPIN_E_SESSION_ENDED || status == KAMUPIN_E_SESSION_EXPIRED) {
        kp_error_clear(&session->error); /* over already, which is what was wanted */
        status = KAMUPIN_OK;
    }
    kp_json_free(answer.root);
    kp_buffer_wipe(&body);
    return status;
}

kamupin_status kamupin_session_end(kamupin_session *session)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    status = end_at_service(session);
    if (session->revoke != NULL) {
        kamupin_error error = KAMUPIN_ERROR_INIT;
        kamupin_status revoked = session->revoke(session, &error);
        if (status == KAMUPIN_OK && revoked != KAMUPIN_OK) {
            kp_error_copy(&error, &session->error);
            status = revoked;
        }
    }
    kp_session_forget(session);
    return status;
}
