/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   select.c: SELECT and READ BINARY (ISO/IEC 7816-4, 11.2 and 11.3). Only forms these two commands.
 */
#include <card/select.h>
#include <card/tlv.h>
#include <core/fail.h>

static kamupin_status select_by(kp_channel *channel, uint8_t p1, const uint8_t *name, size_t length,
                                kp_response *response, kamupin_error *error)
{
    const uint8_t p2 = channel->row == NULL ? 0x00 : channel->row->select_p2;
    const kp_command command = {.ins = 0xA4,
                                .p1 = p1,
                                .p2 = p2,
                                .data = name,
                                .length = length,
                                .le = p2 == 0x0C ? KP_LE_NONE : KP_LE_MAX};
    return kp_channel_send(channel, &command, response, error);
}

static kamupin_status select_identifier(kp_channel *channel, uint8_t p1, uint16_t file,
                                        kp_response *response, kamupin_error *error)
{
    const uint8_t identifier[] = {(uint8_t)(file >> 8), (uint8_t)(file & 0xFF)};
    return select_by(channel, p1, identifier, sizeof identifier, response, error);
}

kamupin_status kp_select_mf(kp_channel *channel, kp_response *response, kamupin_error *error)
{
    return select_identifier(channel, 0x00, 0x3F00, response, error);
}

kamupin_status kp_select_application_under_mf(kp_channel *channel, const kp_profile *profile,
                                              kp_response *response, kamupin_error *error)
{
    channel->fcp_90_at = 0;
    kamupin_status status = select_by(channel, profile->application_p1, profile->application,
                                      profile->application_length, response, error);
    if (status == KAMUPIN_OK && response->sw == KP_SW_OK) {
        channel->fcp_90 = 0; /* says nothing */
        kp_fcp_number(response, 0x90, &channel->fcp_90);
        channel->fcp_90_at = channel->commands;
    }
    return status;
}

kamupin_status kp_select_application(kp_channel *channel, const kp_profile *profile,
                                     kp_response *response, kamupin_error *error)
{
    if (profile->application_p1 != 0x04) {
        kamupin_status status = kp_select_mf(channel, response, error);
        if (status != KAMUPIN_OK || response->sw != KP_SW_OK || profile->application_length == 0)
            return status;
    }
    return kp_select_application_under_mf(channel, profile, response, error);
}

kamupin_status kp_select_folder(kp_channel *channel, const kp_profile *profile, uint16_t file,
                                kp_response *response, kamupin_error *error)
{
    uint8_t p1 = profile->application_p1 == 0x04 ? 0x01 : profile->application_p1;
    return select_identifier(channel, p1, file, response, error);
}

kamupin_status kp_select_path(kp_channel *channel, uint16_t file, kp_response *response,
                              kamupin_error *error)
{
    return select_identifier(channel, 0x08, file, response, error);
}

kamupin_status kp_select_file(kp_channel *channel, const kp_profile *profile, uint16_t file,
                              kp_response *response, kamupin_error *error)
{
    return select_identifier(channel, profile->file_p1, file, response, error);
}

kamupin_status kp_read_block(kp_channel *channel, size_t offset, size_t length,
                             kp_response *response, kamupin_error *error)
{
    size_t wanted = length < kp_channel_block(channel) ? length : kp_channel_block(channel);
    const kp_command command = {.ins = 0xB0,
                                .p1 = (uint8_t)(offset >> 8 & 0x7F),
                                .p2 = (uint8_t)(offset & 0xFF),
                                .le = (int)wanted};
    kamupin_status status = kp_channel_send(channel, &command, response, error);
    /* what is more would be taken for the file's next bytes */
    if (status == KAMUPIN_OK && response->length > wanted)
        status = kp_fail(error, KAMUPIN_E_CARD_REPLY_MALFORMED, KAMUPIN_FROM_CARD,
                         "%zu bytes of a file where %zu were asked for", response->length, wanted);
    return status;
}

bool kp_fcp_number(const kp_response *response, uint32_t tag, uint32_t *number)
{
    kp_tlv at = kp_tlv_over(response->data, response->length);
    if (!kp_tlv_next(&at) || (at.tag != 0x6F && at.tag != 0x62))
        return false;
    at = kp_tlv_inside(&at);
    return kp_tlv_find(&at, tag) && kp_tlv_number(&at, number);
}
