/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   issued.c: the PIN that a card was issued with, shown to a person once (rows D06 to D08). Whether
   it is still true this machine knows too, when it changed that card's PIN. */
#include <kamupin/issued.h>

#include <core/fail.h>
#include <core/journal.h>
#include <service/orders.h>

#include <stdio.h>
#include <stdlib.h>

/* A record names its card, or shows the chip's serial number as it is printed. */
static bool changed_here(kamupin_context *context, const kamupin_issued_pin_info *info)
{
    char by_serial[KAMUPIN_CARD_ID_MAX];

    if (info->card_id[0] != '\0' && kp_changed_here(context, info->card_id))
        return true;
    snprintf(by_serial, sizeof by_serial, "serial:%s", info->serial);
    return kp_changed_here(context, by_serial);
}

kamupin_status kamupin_issued_pin_list(kamupin_session *session, size_t *count)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (count == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    *count = session->issued_count = 0;
    if (session->issued == NULL)
        session->issued = calloc(KP_ISSUED_MAX, sizeof *session->issued);
    if (session->issued == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_NO_MEMORY);
    status = kp_issued_all(session, session->issued, &session->issued_count, &session->error);
    for (size_t i = 0; i < session->issued_count; i++)
        if (changed_here(session->context, &session->issued[i]))
            session->issued[i].stale = true;
    *count = session->issued_count;
    return status;
}

kamupin_status kamupin_issued_pin_listed(const kamupin_session *session, size_t index,
                                         kamupin_issued_pin_info *info)
{
    if (session == NULL || info == NULL || info->size != sizeof *info ||
        index >= session->issued_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = session->issued[index];
    return KAMUPIN_OK;
}

/* No record has a name that is none. */
static kamupin_status check_name(const char *text, kamupin_error *error)
{
    return kp_session_is_id(text) ? KAMUPIN_OK : kp_fail_local(error, KAMUPIN_E_ISSUED_PIN_UNKNOWN);
}

kamupin_status kamupin_issued_pin_show(kamupin_session *session, const char *record_id,
                                       kamupin_issued_pin_fn show, void *user)
{
    kamupin_issued_pin_info info = KAMUPIN_ISSUED_PIN_INFO_INIT;
    kamupin_secret *pin = NULL;
    kp_bytes digits;

    kamupin_status status = kp_session_enter(session);
    if (status != KAMUPIN_OK)
        return status;
    if (show == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = check_name(record_id, &session->error);
    if (status == KAMUPIN_OK)
        status = kp_issued_show(session, record_id, &info, &pin, &session->error);
    if (status == KAMUPIN_OK)
        status = kp_secret_read(pin, KAMUPIN_SECRET_ISSUED_PIN, &digits, &session->error);
    if (status == KAMUPIN_OK) {
        info.stale = info.stale || changed_here(session->context, &info);
        show(user, &info, (const char *)digits.data); /* a slot is zero behind its bytes */
    }
    kamupin_secret_free(&pin);
    return status;
}

kamupin_status kamupin_issued_pin_delete(kamupin_session *session, const char *record_id,
                                         kamupin_delete confirmed)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (confirmed != KAMUPIN_DELETE_FOR_GOOD)
        return kp_fail_local(&session->error, KAMUPIN_E_NOT_ACKNOWLEDGED);
    status = check_name(record_id, &session->error);
    return status == KAMUPIN_OK ? kp_issued_delete(session, record_id, &session->error) : status;
}
