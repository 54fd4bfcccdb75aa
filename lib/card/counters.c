/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   counters.c: how many tries a reference has left, read without spending one. What cannot be read
   or makes no sense is "unknown", and the guard refuses on that: never a guess upwards. */
#include <card/identity.h>
#include <card/select.h>
#include <card/tlv.h>

#include <string.h>

#define TRIES_SANE_MAX 15 /* what 63Cx can say */

/* The byte of FCP tag 90 on v1.0. */
enum { V1_NEW_PIN = 0x08, V1_VALID = 0x02, V1_ONE_WRONG = 0x40, V1_LAST_TRY = 0x80 };

/* One reference's part of kamupin_card_info. */
typedef struct reference {
    kamupin_pin_state state;
    kamupin_tries tries;
    int left, max;
} reference;

static const reference nothing_known = {KAMUPIN_PIN_UNKNOWN, KAMUPIN_TRIES_UNKNOWN, -1, -1};

static reference counted(int left, int max)
{
    reference found = {KAMUPIN_PIN_USABLE, KAMUPIN_TRIES_KNOWN, left, max};
    if (left == 0)
        found.state = KAMUPIN_PIN_BLOCKED;
    return found;
}

bool kp_counter_parse(const kp_response *response, uint8_t object, int *left, int *max)
{
    kp_tlv at = kp_tlv_over(response->data, response->length);
    if (!kp_tlv_find(&at, 0x70))
        return false;
    at = kp_tlv_inside(&at);
    if (!kp_tlv_find(&at, 0xBF8100U | object))
        return false;
    at = kp_tlv_inside(&at);
    if (!kp_tlv_find(&at, 0xA0))
        return false;
    kp_tlv maximum = kp_tlv_inside(&at), remaining = maximum;
    uint32_t most = 0, rest = 0;
    if (!kp_tlv_find(&maximum, 0x9A) || !kp_tlv_number(&maximum, &most) ||
        !kp_tlv_find(&remaining, 0x9B) || !kp_tlv_number(&remaining, &rest) || most < 1 ||
        most > TRIES_SANE_MAX || rest > most)
        return false;
    *left = (int)rest;
    *max = (int)most;
    return true;
}

kp_command kp_counter_command(uint8_t object, uint8_t data[KP_COUNTER_QUESTION])
{
    const uint8_t question[KP_COUNTER_QUESTION] = {0x4D, 0x08,   0x70, 0x06, 0xBF,
                                                   0x81, object, 0x02, 0xA0, 0x80};
    memcpy(data, question, sizeof question);
    return (kp_command){.ins = 0xCB,
                        .p1 = 0x3F,
                        .p2 = 0xFF,
                        .data = data,
                        .length = sizeof question,
                        .le = KP_LE_MAX};
}

/* GET DATA on the PIN object, under the selected application. */
static kamupin_status read_object(kp_channel *channel, const kp_profile *profile, uint8_t object,
                                  uint16_t not_set_sw, reference *found, kamupin_error *error)
{
    uint8_t data[KP_COUNTER_QUESTION];
    const kp_command command = kp_counter_command(object, data);
    int left = 0, max = 0;
    kp_response response;
    kamupin_status status = kp_channel_send(channel, &command, &response, error);
    *found = nothing_known;
    if (status != KAMUPIN_OK)
        return status;
    if (response.sw == KP_SW_OK) {
        if (kp_counter_parse(&response, object, &left, &max))
            *found = counted(left, max);
    } else if (not_set_sw != 0 && response.sw == not_set_sw) {
        found->state = KAMUPIN_PIN_NOT_SET;
        found->max = profile->tries_max;
    }
    if (found->state == KAMUPIN_PIN_UNKNOWN)
        kp_log(channel->context, KAMUPIN_LOG_WARNING, "card",
               "%s: the counter of object %02X cannot be read (SW %04X)", channel->reader, object,
               response.sw);
    return KAMUPIN_OK;
}

/* VERIFY without data, which the row knows to spend nothing (ISO/IEC 7816-4, 11.6.6): 63Cx, blocked,
   or 9000 while the PIN is verified, when no number is told. */
static kamupin_status ask_by_verify(kp_channel *channel, const kp_profile *profile,
                                    reference *found, kamupin_error *error)
{
    const kp_form *form = &profile->tries_question;
    const kp_command command = {
        .cla = form->cla, .ins = form->ins, .p1 = form->p1, .p2 = form->p2, .le = KP_LE_NONE};
    kp_response response;
    kamupin_status status = kp_channel_send(channel, &command, &response, error);
    int max = profile->tries_max > 0 ? profile->tries_max : -1;
    *found = nothing_known;
    if (status != KAMUPIN_OK)
        return status;
    if (kp_sw_tries_left(response.sw) >= 0)
        *found = counted(kp_sw_tries_left(response.sw), max);
    else if (response.sw == KP_SW_OK)
        *found = (reference){KAMUPIN_PIN_USABLE, KAMUPIN_TRIES_VERIFIED, -1, max};
    return KAMUPIN_OK;
}

/* Whether the last thing that the card said was the application's FCP. */
static bool told_now(const kp_channel *channel)
{
    return channel->fcp_90_at != 0 && channel->fcp_90_at == channel->commands;
}

/* v1.0 tells by the application's FCP; when that was answered just now it is not asked for again.
   What it looks like when blocked is not known; both marks
   together stand in no source and may be just that, so they say nothing. */
static kamupin_status read_tag_90(kp_channel *channel, const kp_profile *profile, reference *found,
                                  kamupin_error *error)
{
    kp_response response;
    *found = nothing_known;
    if (!told_now(channel)) {
        kamupin_status status = kp_select_application(channel, profile, &response, error);
        if (status != KAMUPIN_OK)
            return status;
    }
    const uint32_t bits = channel->fcp_90;
    if (!told_now(channel) || (bits & V1_VALID) == 0 || (bits & V1_NEW_PIN) != 0 ||
        (bits & (V1_LAST_TRY | V1_ONE_WRONG)) == (V1_LAST_TRY | V1_ONE_WRONG))
        return KAMUPIN_OK;
    int left = profile->tries_max;
    if ((bits & V1_LAST_TRY) != 0)
        left = 1;
    else if ((bits & V1_ONE_WRONG) != 0)
        left = profile->tries_max - 1;
    *found = counted(left, profile->tries_max);
    return KAMUPIN_OK;
}

/* A blocked PIN whose PUK is used up is beyond help. */
static void see_whether_dead(kamupin_card_info *info)
{
    if (info->pin_state == KAMUPIN_PIN_BLOCKED && info->puk_tries == KAMUPIN_TRIES_KNOWN &&
        info->puk_tries_left == 0)
        info->pin_state = KAMUPIN_PIN_DEAD;
}

kamupin_status kp_identity_read_pin(kp_channel *channel, const kp_profile *profile,
                                    kamupin_card_info *info, kamupin_error *error)
{
    reference found = nothing_known;
    kamupin_status status = KAMUPIN_OK;
    if (profile->counters == KP_COUNTER_FCP_TAG_90)
        status = read_tag_90(channel, profile, &found, error);
    else if (profile->counters == KP_COUNTER_GET_DATA_OBJECT)
        status =
            read_object(channel, profile, profile->pin_object, profile->not_set_sw, &found, error);
    else if (profile->counters == KP_COUNTER_VERIFY_QUESTION)
        status = ask_by_verify(channel, profile, &found, error);
    info->pin_state = found.state;
    info->pin_tries = found.tries;
    info->pin_tries_left = found.left;
    info->pin_tries_max = found.max;
    see_whether_dead(info);
    return status;
}

kamupin_status kp_identity_read_puk(kp_channel *channel, const kp_profile *profile,
                                    kamupin_card_info *info, kamupin_error *error)
{
    reference found = nothing_known;
    kamupin_status status = KAMUPIN_OK;
    if (profile->counters == KP_COUNTER_GET_DATA_OBJECT)
        status = read_object(channel, profile, profile->puk_object, 0, &found, error);
    info->puk_state = found.state;
    info->puk_tries = found.tries;
    info->puk_tries_left = found.left;
    info->puk_tries_max = found.max;
    see_whether_dead(info);
    return status;
}
