/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   lifecycle.c: what the authority says of a person's certificates, and suspending, reopening and
   opening them for use. Asks the service alone: no reader is touched, because the card may be gone.
   Revoking is in factor/, which it takes. */
#include <cert/certificate.h>
#include <kamupin/lifecycle.h>
#include <service/certificates.h>

#include <core/fail.h>

#include <openssl/err.h>
#include <string.h>

#define ID_ROOM 64

/* ---- the list ---- */

kamupin_status kamupin_certificate_record_list(kamupin_session *session, kamupin_role role,
                                               size_t *count)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (count == NULL || (role != KAMUPIN_ROLE_INDIVIDUAL && role != KAMUPIN_ROLE_AUTHORISED))
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_certificate_all(session, role, &session->certificates, &session->error);
    *count = session->certificates.count;
    return status;
}

kamupin_status kamupin_certificate_record_listed(const kamupin_session *session, size_t index,
                                                 kamupin_certificate_record *record)
{
    if (session == NULL || record == NULL || record->size != sizeof *record ||
        index >= session->certificates.count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *record = session->certificates.entries[index].record;
    return KAMUPIN_OK;
}

/* ---- details ---- */

/* Whether a certificate has the serial number and the issuer that the service says: a serial number is
 * one issuer's, and others have the same. */
static bool is_that(const kamupin_certificate *certificate, const kp_known_certificate *known)
{
    const char *serial = kamupin_certificate_text(certificate, KAMUPIN_CERTIFICATE_SERIAL, 0);
    const X509_NAME *issuer = X509_get_issuer_name(kp_certificate_x509(certificate));
    const unsigned char *next = known->issuer;

    ERR_set_mark();
    X509_NAME *said = d2i_X509_NAME(NULL, &next, (long)known->issuer_length);
    const bool same = said != NULL && next == known->issuer + known->issuer_length &&
                      X509_NAME_cmp(said, issuer) == 0;
    X509_NAME_free(said);
    ERR_pop_to_mark();
    return same && serial != NULL && kp_serial_same(serial, known->record.serial);
}

/* The certificate itself, which has to be the one that the record is of. */
static kamupin_status take_apart(kamupin_session *session, const kp_known_certificate *known,
                                 const kp_buffer *der, kamupin_certificate **certificate)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    kamupin_status status =
        kamupin_certificate_new(session->context, der->data, der->length, certificate, &own);
    if (status == KAMUPIN_E_CERTIFICATE_MALFORMED)
        return kp_fail(&session->error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                       "field \"certificate\" holds none");
    if (status != KAMUPIN_OK) {
        kp_error_copy(&own, &session->error);
        return status;
    }
    if (is_that(*certificate, known))
        return KAMUPIN_OK;
    kamupin_certificate_free(certificate);
    return kp_fail(&session->error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_SERVICE,
                   "field \"certificate\" holds another");
}

kamupin_status kamupin_certificate_details(kamupin_session *session, const char *which,
                                           kamupin_certificate_record *record,
                                           kamupin_certificate **certificate)
{
    kp_buffer der = KP_BUFFER_INIT(KP_CERTIFICATE_DER_MAX);
    kp_known_certificate found;
    char id[ID_ROOM];

    if (certificate != NULL)
        *certificate = NULL;
    kamupin_status status = kp_session_enter(session);
    if (status != KAMUPIN_OK)
        return status;
    if (which == NULL || (record != NULL && record->size != sizeof *record))
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    kp_events_drop(&session->events);
    status = kp_certificate_find(session, which, (kamupin_certificate_may)0, id, &session->error);
    if (status == KAMUPIN_OK)
        status = kp_certificate_look(session, id, &found, &session->events, &der, &session->error);
    if (status == KAMUPIN_OK && certificate != NULL)
        status = take_apart(session, &found, &der, certificate);
    if (status == KAMUPIN_OK && record != NULL)
        *record = found.record;
    kp_buffer_wipe(&der);
    return status;
}

kamupin_status kamupin_certificate_event_listed(const kamupin_session *session, size_t index,
                                                kamupin_certificate_event *event)
{
    if (session == NULL || event == NULL || event->size != sizeof *event ||
        index >= session->events.count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *event = session->events.entries[index];
    return KAMUPIN_OK;
}

/* ---- suspending and its like ---- */

static kamupin_status make_move(kamupin_session *session, const char *which, kp_move move,
                                kamupin_suspend_reason reason, kamupin_certificate_record *record)
{
    static const kamupin_certificate_may may[] = {KAMUPIN_MAY_SUSPEND, KAMUPIN_MAY_UNSUSPEND,
                                                  KAMUPIN_MAY_ACTIVATE}; /* by kp_move */
    kamupin_certificate_record made;
    char id[ID_ROOM];

    kamupin_status status = kp_session_enter(session);
    if (status != KAMUPIN_OK)
        return status;
    if ((record != NULL && record->size != sizeof *record) || reason < KAMUPIN_SUSPEND_UNSAID ||
        reason > KAMUPIN_SUSPEND_OTHER)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_certificate_find(session, which, may[move], id, &session->error);
    if (status == KAMUPIN_OK)
        status = kp_certificate_move(session, id, move, reason, &made, &session->error);
    if (status == KAMUPIN_OK && record != NULL)
        *record = made;
    return status;
}

kamupin_status kamupin_certificate_suspend(kamupin_session *session, const char *which,
                                           kamupin_suspend_reason reason,
                                           kamupin_certificate_record *record)
{
    return make_move(session, which, KP_SUSPEND, reason, record);
}

kamupin_status kamupin_certificate_unsuspend(kamupin_session *session, const char *which,
                                             kamupin_certificate_record *record)
{
    return make_move(session, which, KP_UNSUSPEND, KAMUPIN_SUSPEND_UNSAID, record);
}

kamupin_status kamupin_certificate_activate(kamupin_session *session, const char *which,
                                            kamupin_certificate_record *record)
{
    return make_move(session, which, KP_ACTIVATE, KAMUPIN_SUSPEND_UNSAID, record);
}
