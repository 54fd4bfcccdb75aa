/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   signed.c: a signature is made by the card once. When the answer to it is lost, the same one is
   handed in again: a second one would ask the person for the PIN, and be another document. */
#include <cert/signed.h>

#include <core/fail.h>
#include <service/client.h>

static kamupin_status keep(const kamupin_cms *cms, kp_buffer *made, kamupin_error *error)
{
    const unsigned char *der = NULL;
    size_t length = 0;

    kamupin_status status = kamupin_cms_der(cms, &der, &length);
    if (status != KAMUPIN_OK)
        return kp_fail_local(error, status);
    if (length > KP_SIGNATURE_MAX)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a signature of %zu bytes is more than a request holds", length);
    kp_buffer_append(made, der, length);
    return made->failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}

kamupin_status kp_signed_once(const kp_wanted_signature *wanted, const kp_buffer *content,
                              kp_buffer *made, kamupin_error *error)
{
    kamupin_cms_options options = KAMUPIN_CMS_OPTIONS_INIT;
    kamupin_cms *cms = NULL;

    if (made->length > 0)
        return KAMUPIN_OK;
    if (wanted->card == NULL)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "no card");
    options.content = content->data;
    options.length = content->length;
    options.risk = wanted->risk;
    kamupin_status status = kamupin_card_cms(wanted->card, &options, wanted->pin, &cms);
    if (status != KAMUPIN_OK)
        kamupin_card_error(wanted->card, error);
    else
        status = keep(cms, made, error);
    kamupin_cms_free(&cms);
    return status;
}

bool kp_signed_lives(kamupin_status status)
{
    return kp_call_is_open(status) || status == KAMUPIN_E_LOGIN_REQUIRED;
}
