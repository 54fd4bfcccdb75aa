/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.c: a session's life, who is logged in, and logging out. How one logs in is in this room's
   other files. */
#include <auth/callback.h>
#include <auth/password.h>
#include <service/session.h>

#include <core/fail.h>
#include <service/service.h>

#include <stdlib.h>
#include <string.h>

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

void kamupin_session_free(kamupin_session **session)
{
    if (session == NULL || *session == NULL)
        return;
    kamupin_session *self = *session;
    if (self->login_free != NULL)
        self->login_free(self);
    kp_session_drop_lists(self);
    kp_password_drop(self);
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

kamupin_status kp_session_check(const kamupin_session *session, kamupin_error *error)
{
    if (session == NULL)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "no session");
    return kp_context_check(session->context, error);
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
    kp_keys_forget(session->service);
    kp_session_drop_lists(session);
    kp_password_drop(session);
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

kamupin_status kamupin_session_info_get(kamupin_session *session, kamupin_session_info *info)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (info == NULL || info->size != sizeof *info)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    return kp_session_who(session, info, &session->error);
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

kamupin_status kamupin_session_end(kamupin_session *session)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    status = kp_session_end_at_service(session, &session->error);
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
