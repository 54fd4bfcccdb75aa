/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   consent.c: the e-consent: its text, its signature by the card, and where it stands. */
#include <cert/signed.h>

#include <core/fail.h>

#include <stdlib.h>

struct kamupin_consent {
    kamupin_session *session;
    kamupin_error error;
    kp_consent_text text;
    kp_buffer signature; /* empty: none was made yet, or the service did not take it */
};

kamupin_status kamupin_consent_status(kamupin_session *session, kamupin_consent_info *info)
{
    kamupin_consent_info found;
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (info == NULL || info->size != sizeof *info)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_consent_look(session, &found, &session->error);
    if (status == KAMUPIN_OK)
        *info = found;
    return status;
}

kamupin_status kamupin_consent_new(kamupin_session *session, kamupin_language language,
                                   kamupin_consent **consent, kamupin_error *error)
{
    const kp_buffer content = KP_BUFFER_INIT(KP_CONTENT_MAX);
    const kp_buffer signature = KP_BUFFER_INIT(KP_SIGNATURE_MAX);
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (consent == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *consent = NULL;
    kamupin_status status = kp_session_check(session, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_consent *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->session = session;
    kp_error_clear(&made->error);
    made->text.content = content;
    made->signature = signature;
    status = kp_consent_begin(session, language, &made->text, &own);
    if (status != KAMUPIN_OK)
        kamupin_consent_free(&made);
    *consent = made;
    kp_error_copy(&own, error);
    return status;
}

void kamupin_consent_free(kamupin_consent **consent)
{
    if (consent == NULL || *consent == NULL)
        return;
    kp_buffer_wipe(&(*consent)->text.content);
    kp_buffer_wipe(&(*consent)->signature);
    free(*consent);
    *consent = NULL;
}

void kamupin_consent_error(const kamupin_consent *consent, kamupin_error *error)
{
    if (consent == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&consent->error, error);
}

kamupin_status kamupin_consent_text(const kamupin_consent *consent, const unsigned char **text,
                                    size_t *length)
{
    if (consent == NULL || text == NULL || length == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *text = consent->text.content.data;
    *length = consent->text.content.length;
    return KAMUPIN_OK;
}

int kamupin_consent_seconds_left(const kamupin_consent *consent)
{
    return consent == NULL ? -1
                           : kp_seconds_until(consent->session->context, consent->text.deadline_ms);
}

kamupin_status kamupin_consent_sign(kamupin_consent *consent, kamupin_card *card,
                                    const kamupin_secret *pin, unsigned int risk,
                                    kamupin_consent_info *info)
{
    const kp_wanted_signature wanted = {card, pin, risk};
    kamupin_consent_info found;

    if (consent == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&consent->error);
    kamupin_status status = kp_context_check(consent->session->context, &consent->error);
    if (status != KAMUPIN_OK)
        return status;
    if (info != NULL && info->size != sizeof *info)
        return kp_fail_local(&consent->error, KAMUPIN_E_INVALID_ARGUMENT);
    if (consent->signature.length == 0 && kamupin_consent_seconds_left(consent) == 0)
        return kp_fail_local(&consent->error, KAMUPIN_E_CONSENT_EXPIRED); /* before a PIN is used */
    status = kp_signed_once(&wanted, &consent->text.content, &consent->signature, &consent->error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_consent_submit(consent->session, consent->text.consent_id, consent->signature.data,
                               consent->signature.length, &found, &consent->error);
    if (status == KAMUPIN_OK && info != NULL)
        *info = found;
    if (status != KAMUPIN_OK && !kp_signed_lives(status))
        kp_buffer_wipe(&consent->signature);
    return status;
}
