/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   applications.c: a person's applications for certificates, and their forms. */
#include <service/consent.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

kamupin_status kamupin_application_list(kamupin_session *session, size_t *count)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (count == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    *count = session->application_count = 0;
    if (session->applications == NULL)
        session->applications = calloc(KP_APPLICATIONS_MAX, sizeof *session->applications);
    if (session->applications == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_NO_MEMORY);
    status = kp_application_all(session, session->applications, &session->application_count,
                                &session->error);
    *count = session->application_count;
    return status;
}

kamupin_status kamupin_application_listed(const kamupin_session *session, size_t index,
                                          kamupin_application_info *info)
{
    if (session == NULL || info == NULL || info->size != sizeof *info ||
        index >= session->application_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = session->applications[index];
    return KAMUPIN_OK;
}

/* Starts a call on one application. */
static kamupin_status begin(kamupin_session *session, const char *application_id,
                            const kamupin_application_info *info)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (info != NULL && info->size != sizeof *info)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (!kp_session_is_id(application_id)) /* no application has such a name */
        return kp_fail_local(&session->error, KAMUPIN_E_APPLICATION_UNKNOWN);
    return KAMUPIN_OK;
}

kamupin_status kamupin_application_get(kamupin_session *session, const char *application_id,
                                       kamupin_application_info *info, kamupin_document_fn take,
                                       void *user)
{
    kp_buffer document = KP_BUFFER_INIT(KP_DOCUMENT_MAX);
    kamupin_application_info found;

    kamupin_status status = begin(session, application_id, info);
    if (status == KAMUPIN_OK)
        status = kp_application_look(session, application_id, &found, &document, &session->error);
    if (status == KAMUPIN_OK && info != NULL)
        *info = found;
    if (status == KAMUPIN_OK && take != NULL)
        take(user, (const char *)document.data, document.length);
    kp_buffer_wipe(&document);
    return status;
}

kamupin_status kamupin_application_submit(kamupin_session *session, const char *application_id,
                                          const char *schema_id, const char *json, size_t length,
                                          kamupin_application_info *info)
{
    kamupin_application_info found;

    kamupin_status status = begin(session, application_id, info);
    if (status == KAMUPIN_OK && (schema_id == NULL || json == NULL))
        status = kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (status == KAMUPIN_OK)
        status = kp_application_submit(session, application_id, schema_id, json, length, &found,
                                       &session->error);
    if (status == KAMUPIN_OK && info != NULL)
        *info = found;
    return status;
}
