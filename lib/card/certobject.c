/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certobject.c: certificates that lie in data objects instead of files: GET DATA with a tag list,
   53 { 70 certificate, … } (NIST SP 800-73-4, part 1, appendix A). Read-only on the card. */
#include <card/certread.h>

#include <card/certclass.h>
#include <card/tlv.h>
#include <core/fail.h>

#include <stdlib.h>
#include <string.h>

/* One GET DATA, its answer gathered over 61xx by the channel. */
static kamupin_status get_object(kp_channel *channel, uint32_t tag, kp_response *response,
                                 kamupin_error *error)
{
    uint8_t data[5] = {0x5C, 0};
    size_t length = 2;
    for (int shift = 16; shift >= 0; shift -= 8)
        if (tag >> shift != 0)
            data[length++] = (uint8_t)(tag >> shift & 0xFF);
    data[1] = (uint8_t)(length - 2);
    const kp_command command = {
        .ins = 0xCB, .p1 = 0x3F, .p2 = 0xFF, .data = data, .length = length, .le = KP_LE_MAX};
    return kp_channel_send(channel, &command, response, error);
}

/* The certificate within an answer; length 0 when there is none that is whole. */
static kp_tlv certificate_in(const kp_response *response)
{
    const kp_tlv none = {0};
    kp_tlv at = kp_tlv_over(response->data, response->length);
    if (response->sw != KP_SW_OK || !kp_tlv_find(&at, 0x53))
        return none;
    at = kp_tlv_inside(&at);
    if (!kp_tlv_find(&at, 0x70) || at.length > KP_CERTIFICATE_SIZE_MAX ||
        kp_certificate_classify(at.value, at.length) == KP_CERTIFICATE_BROKEN)
        return none;
    return at;
}

kamupin_status kp_certificate_objects_read(kp_channel *channel, kp_identity *identity,
                                           kamupin_error *error)
{
    const kp_profile *profile = identity->profile;
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = 0; i < profile->certificate_object_count; i++) {
        kp_response response;
        kp_der *der = &identity->certificates[identity->certificate_count];
        status = get_object(channel, profile->certificate_objects[i], &response, error);
        if (status != KAMUPIN_OK)
            break;
        kp_tlv found = certificate_in(&response);
        if (found.length == 0)
            continue;
        der->data = malloc(found.length);
        if (der->data == NULL) {
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
            break;
        }
        memcpy(der->data, found.value, found.length);
        der->length = found.length;
        der->file = profile->certificate_objects[i];
        identity->certificate_count++;
    }
    identity->info.certificates = identity->certificate_count;
    return status;
}

kamupin_status kp_certificate_objects_confirm(kp_channel *channel, const kp_identity *identity,
                                              bool *same, kamupin_error *error)
{
    const kp_der *der = &identity->certificates[0];
    kp_response response;
    *same = false;
    if (identity->certificate_count == 0)
        return KAMUPIN_OK;
    kamupin_status status = get_object(channel, der->file, &response, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_tlv found = certificate_in(&response);
    *same = found.length == der->length && memcmp(found.value, der->data, der->length) == 0;
    return KAMUPIN_OK;
}
