/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   authorised.c: the lists of applications that an institution's authorised person signs. */
#include <cert/signed.h>

#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

struct kamupin_authorised_list {
    kamupin_session *session;
    kamupin_error error;
    kp_list list;
    kp_buffer signature; /* empty: none was made yet, or the service did not take it */
};

kamupin_status kamupin_authorised_lists(kamupin_session *session, size_t *count)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (count == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    *count = session->list_count = 0;
    if (session->lists == NULL)
        session->lists = calloc(KP_LISTS_MAX, sizeof *session->lists);
    if (session->lists == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_NO_MEMORY);
    status = kp_list_all(session, session->lists, &session->list_count, &session->error);
    *count = session->list_count;
    return status;
}

kamupin_status kamupin_authorised_listed(const kamupin_session *session, size_t index,
                                         kamupin_authorised_info *info)
{
    if (session == NULL || info == NULL || info->size != sizeof *info ||
        index >= session->list_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = session->lists[index];
    return KAMUPIN_OK;
}

kamupin_status kamupin_authorised_list_new(kamupin_session *session, const char *list_id,
                                           kamupin_authorised_list **list, kamupin_error *error)
{
    const kp_buffer content = KP_BUFFER_INIT(KP_CONTENT_MAX);
    const kp_buffer signature = KP_BUFFER_INIT(KP_SIGNATURE_MAX);
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (list == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *list = NULL;
    kamupin_status status = kp_session_check(session, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!kp_session_is_id(list_id)) /* no list has such a name */
        return kp_fail_local(error, KAMUPIN_E_LIST_UNKNOWN);
    kamupin_authorised_list *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->session = session;
    kp_error_clear(&made->error);
    made->list.content = content;
    made->signature = signature;
    status = kp_list_look(session, list_id, &made->list, &own);
    if (status != KAMUPIN_OK)
        kamupin_authorised_list_free(&made);
    *list = made;
    kp_error_copy(&own, error);
    return status;
}

void kamupin_authorised_list_free(kamupin_authorised_list **list)
{
    if (list == NULL || *list == NULL)
        return;
    kp_list_drop(&(*list)->list);
    kp_buffer_wipe(&(*list)->signature);
    free(*list);
    *list = NULL;
}

void kamupin_authorised_list_error(const kamupin_authorised_list *list, kamupin_error *error)
{
    if (list == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&list->error, error);
}

/* ---- what it is ---- */

kamupin_status kamupin_authorised_list_read(const kamupin_authorised_list *list,
                                            kamupin_authorised_info *info)
{
    if (list == NULL || info == NULL || info->size != sizeof *info)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = list->list.info;
    return KAMUPIN_OK;
}

kamupin_status kamupin_authorised_list_row(const kamupin_authorised_list *list, size_t index,
                                           kamupin_authorised_row *row)
{
    if (list == NULL || row == NULL || row->size != sizeof *row || index >= list->list.info.entries)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *row = list->list.rows[index];
    return KAMUPIN_OK;
}

kamupin_status kamupin_authorised_list_content(const kamupin_authorised_list *list,
                                               const unsigned char **content, size_t *length)
{
    if (list == NULL || content == NULL || length == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *content = list->list.content.data;
    *length = list->list.content.length;
    return KAMUPIN_OK;
}

/* ---- signing it ---- */

/* What the service says of it now; the number of its rows stays that of those that were shown. */
static void take_state(kamupin_authorised_list *list, const kamupin_authorised_info *now)
{
    list->list.info.state = now->state;
    list->list.info.signed_at = now->signed_at;
}

kamupin_status kamupin_authorised_list_sign(kamupin_authorised_list *list, kamupin_card *card,
                                            const kamupin_secret *pin, unsigned int risk)
{
    const kp_wanted_signature wanted = {card, pin, risk};
    kamupin_authorised_info now;

    if (list == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&list->error);
    kamupin_status status = kp_context_check(list->session->context, &list->error);
    if (status != KAMUPIN_OK)
        return status;
    if (list->list.info.state != KAMUPIN_LIST_WAITING) /* before a PIN is used */
        return kp_fail_local(&list->error, KAMUPIN_E_LIST_SIGNED);
    status = kp_signed_once(&wanted, &list->list.content, &list->signature, &list->error);
    if (status != KAMUPIN_OK)
        return status;
    status = kp_list_submit(list->session, list->list.info.list_id, list->signature.data,
                            list->signature.length, &now, &list->error);
    if (status == KAMUPIN_OK)
        take_state(list, &now);
    else if (!kp_signed_lives(status))
        kp_buffer_wipe(&list->signature);
    return status;
}
