/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listservice.c: what the service knows of certificates, added to a list of them. */
#include <cert/list.h>

#include <core/fail.h>
#include <service/certificates.h>

kamupin_status kamupin_certificate_list_add_service(kamupin_certificate_list *list,
                                                    kamupin_session *session, kamupin_role role)
{
    kp_known_certificates found = {NULL, 0};
    kamupin_status status = kp_certificate_list_enter(list);

    if (status != KAMUPIN_OK)
        return status;
    if (session == NULL || (role != KAMUPIN_ROLE_INDIVIDUAL && role != KAMUPIN_ROLE_AUTHORISED))
        return kp_fail_local(&list->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_certificate_all(session, role, &found, &list->error);
    for (size_t i = 0; i < found.count && status == KAMUPIN_OK; i++) {
        const kp_known_certificate *known = &found.entries[i];
        status = kp_certificate_list_add_record(list, &known->record, known->issuer,
                                                known->issuer_length);
    }
    kp_certificates_drop(&found);
    return status;
}
