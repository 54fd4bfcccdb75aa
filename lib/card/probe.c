/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.c: the steps of a probe that are safe on any card, least destructive first (docs/cards.md,
   "What nobody has shown"): selections, FCI, the certificates, the tries by GET DATA. What a card
   answers is told by tags, lengths and status words; values only where they cannot name anybody. */
#include <card/probe.h>

#include <card/atr.h>
#include <card/certclass.h>
#include <card/certread.h>
#include <card/select.h>
#include <card/tlv.h>
#include <core/buffer.h>

#include <stdio.h>
#include <string.h>

#define IDENTITY_CARD_DF 0x3D10
#define FIRST_FILE       0x2F10

void kp_probe_tell(const kp_probe *probe, kp_probe_text text, const kp_command *command,
                   uint16_t sw, const char *value)
{
    static const struct {
        const char *step, *texts[2];
    } said[KP_PROBE_TEXT_COUNT] = {
#define KP_PROBE_TEXT(NAME, STEP, TR, EN) {STEP, {TR, EN}},
#include <card/probe_texts.def>
    };
    kamupin_probe_finding finding = {.size = sizeof finding, .status_word = sw};
    const char *sentence = said[text].texts[probe->request->language == KAMUPIN_TURKISH ? 0 : 1];
    const char *place = strstr(sentence, "{}");
    uint8_t bytes[5 + KP_APDU_DATA_MAX + 1];
    size_t length = 0;
    if (probe->request->told == NULL)
        return;
    snprintf(finding.step, sizeof finding.step, "%s", said[text].step);
    if (place == NULL)
        snprintf(finding.text, sizeof finding.text, "%s", sentence);
    else
        snprintf(finding.text, sizeof finding.text, "%.*s%s%s", (int)(place - sentence), sentence,
                 value, place + 2);
    if (command != NULL && kp_command_encode(command, bytes, sizeof bytes, &length)) {
        if (command->secret)
            length = 4;
        if (2 * length < sizeof finding.command)
            kp_hex(bytes, length, true, finding.command);
    }
    probe->request->told(probe->request->user, &finding);
}

/* Tags of an FCI whose values describe the file and nothing else (ISO/IEC 7816-4, table 10; 90 is
   v1.0's own security byte). */
static bool is_plain_tag(uint32_t tag)
{
    static const uint8_t plain[] = {0x80, 0x81, 0x82, 0x83, 0x84, 0x8A, 0x90};
    return tag != 0 && memchr(plain, (int)(tag & 0xFF), sizeof plain) != NULL && tag <= 0xFF;
}

/* "9000 6F{82=38 83=3D00 85(12)}": the status word, and of an FCI tags with values that describe
   the file, or with their lengths. */
static const char *describe(const kp_response *response, char *room, size_t size)
{
    int length = snprintf(room, size, "%04X", response->sw);
    kp_tlv at = kp_tlv_over(response->data, response->length);
    if (!kp_tlv_next(&at) || (at.tag != 0x6F && at.tag != 0x62))
        return room;
    kp_tlv in = kp_tlv_inside(&at);
    length += snprintf(room + length, size - (size_t)length, " %02X{", (unsigned int)at.tag);
    for (bool first = true; kp_tlv_next(&in) && (size_t)length + 60 < size; first = false) {
        length += snprintf(room + length, size - (size_t)length, "%s%02X", first ? "" : " ",
                           (unsigned int)in.tag);
        if (is_plain_tag(in.tag) && in.length <= KP_APPLICATION_MAX) {
            room[length++] = '=';
            kp_hex(in.value, in.length, true, room + length);
            length += (int)(2 * in.length);
        } else {
            length += snprintf(room + length, size - (size_t)length, "(%zu)", in.length);
        }
    }
    snprintf(room + length, size - (size_t)length, "}");
    return room;
}

/* One SELECT, told. */
static kamupin_status try_select(kp_probe *probe, kp_channel *channel, kp_probe_text text,
                                 const kp_command *command, kp_response *response,
                                 kamupin_error *error)
{
    char value[300];
    kamupin_status status = kp_channel_send(channel, command, response, error);
    if (status == KAMUPIN_OK)
        kp_probe_tell(probe, text, command, response->sw, describe(response, value, sizeof value));
    return status;
}

static kp_command select_command(const kp_probe *probe, uint8_t p1, const uint8_t *data,
                                 size_t length)
{
    const bool plain = probe->row.select_p2 == 0x0C;
    return (kp_command){.ins = 0xA4,
                        .p1 = p1,
                        .p2 = probe->row.select_p2,
                        .data = data,
                        .length = length,
                        .le = plain ? KP_LE_NONE : KP_LE_MAX};
}

static void look_at_atr(kp_probe *probe, const kp_channel *channel, const uint8_t *atr,
                        size_t length)
{
    char text[2 * KAMUPIN_ATR_MAX + 1];
    kp_atr parsed;
    kp_hex(atr, length < KAMUPIN_ATR_MAX ? length : KAMUPIN_ATR_MAX, true, text);
    kp_probe_tell(probe, KP_PROBE_ATR, NULL, 0, text);
    if (kp_atr_parse(atr, length, &parsed)) {
        if (parsed.has_check && !parsed.check_ok)
            kp_probe_tell(probe, KP_PROBE_ATR_CHECK, NULL, 0, "");
        memcpy(probe->historical, parsed.historical, parsed.historical_length);
        probe->historical_length = parsed.historical_length;
    }
    probe->family = kp_profile_for_atr(NULL, atr, length);
    probe->row = (kp_profile){.file_p1 = 0x02, .certificates = KP_CERTIFICATES_NOWHERE};
    const kp_profile *known = kp_profile_for_atr(channel->context, atr, length);
    if (known != NULL) {
        probe->row = *known;
        kp_probe_tell(probe, KP_PROBE_KNOWN, NULL, 0, known->name);
    } else {
        kp_probe_tell(probe, KP_PROBE_NOT_KNOWN, NULL, 0, "");
    }
}

/* The MF, and whether the card wants to be selected without an answer. */
static kamupin_status select_mf(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    static const uint8_t mf[] = {0x3F, 0x00};
    kp_response response;
    kp_command command = select_command(probe, 0x00, mf, sizeof mf);
    kamupin_status status = try_select(probe, channel, KP_PROBE_MF, &command, &response, error);
    if (status != KAMUPIN_OK || response.sw == KP_SW_OK || probe->row.select_p2 == 0x0C)
        return status;
    command.p2 = 0x0C;
    command.le = KP_LE_NONE;
    status = try_select(probe, channel, KP_PROBE_MF_PLAIN, &command, &response, error);
    if (status == KAMUPIN_OK && response.sw == KP_SW_OK)
        probe->row.select_p2 = 0x0C;
    return status;
}

/* A card that has the identity card's folder is asked nothing more: what is on it is somebody's. Any
   answer but an error counts as having it. */
static kamupin_status look_for_identity(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    static const uint8_t df[] = {IDENTITY_CARD_DF >> 8, IDENTITY_CARD_DF & 0xFF};
    static const struct {
        kp_probe_text text;
        uint8_t p1;
    } ways[] = {{KP_PROBE_DECOY_ID, 0x01}, {KP_PROBE_DECOY_ID, 0x00}, {KP_PROBE_DECOY_PATH, 0x08}};
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && status == KAMUPIN_OK; i++) {
        kp_response response;
        const kp_command command = select_command(probe, ways[i].p1, df, sizeof df);
        status = try_select(probe, channel, ways[i].text, &command, &response, error);
        const unsigned int sw1 = response.sw >> 8;
        if (status == KAMUPIN_OK &&
            (sw1 == 0x90 || sw1 == 0x61 || sw1 == 0x62 || sw1 == 0x63 || response.sw == 0x6982)) {
            probe->identity_card = true;
            kp_probe_tell(probe, KP_PROBE_IDENTITY, NULL, 0, "");
            break;
        }
    }
    return status;
}

static kamupin_status find_application(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    static const uint8_t name[] = {'P', 'K', 'C', 'S', '-', '1', '5'}, df[] = {0x3D, 0x00};
    static const uint8_t mf[] = {0x3F, 0x00};
    static const struct {
        kp_probe_text text;
        uint8_t p1;
        const uint8_t *data;
        size_t length;
    } ways[] = {{KP_PROBE_BY_NAME, 0x04, name, sizeof name},
                {KP_PROBE_BY_CHILD, 0x01, df, sizeof df},
                {KP_PROBE_BY_FILE, 0x00, df, sizeof df}};
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && status == KAMUPIN_OK; i++) {
        kp_response response;
        kp_command command = select_command(probe, 0x00, mf, sizeof mf);
        if (i > 0) /* by identifier it is looked for below the MF */
            status = kp_channel_send(channel, &command, &response, error);
        command = select_command(probe, ways[i].p1, ways[i].data, ways[i].length);
        if (status == KAMUPIN_OK)
            status = try_select(probe, channel, ways[i].text, &command, &response, error);
        if (status != KAMUPIN_OK || response.sw != KP_SW_OK)
            continue;
        probe->application = true;
        probe->row.application_p1 = ways[i].p1;
        probe->row.application_length = ways[i].length;
        memcpy(probe->row.application, ways[i].data, ways[i].length);
        return KAMUPIN_OK;
    }
    if (status == KAMUPIN_OK)
        kp_probe_tell(probe, KP_PROBE_NO_APPLICATION, NULL, 0, "");
    return status;
}

/* How many certificates there are, and how many of Kamu SM's kinds: never what is in them. */
static kamupin_status look_at_certificates(kp_probe *probe, kp_channel *channel,
                                           kamupin_error *error)
{
    static const uint8_t first[] = {FIRST_FILE >> 8, FIRST_FILE & 0xFF};
    kp_identity identity = {.profile = &probe->row};
    kp_response response;
    char value[40];
    const kp_command command = select_command(probe, probe->row.file_p1, first, sizeof first);
    kamupin_status status = try_select(probe, channel, KP_PROBE_FILE, &command, &response, error);
    if (status != KAMUPIN_OK)
        return status;
    probe->row.certificates = KP_CERTIFICATES_IN_FILES;
    probe->row.first_certificate = FIRST_FILE;
    status = kp_certificates_read(channel, &identity, error);
    probe->certificates = identity.certificate_count;
    for (size_t i = 0; i < identity.certificate_count; i++)
        probe->kamu_sm +=
            kp_certificate_classify(identity.certificates[i].data,
                                    identity.certificates[i].length) > KP_CERTIFICATE_OTHER
                ? 1
                : 0;
    kp_identity_wipe(&identity);
    snprintf(value, sizeof value, "%zu / %zu", probe->certificates, probe->kamu_sm);
    if (status == KAMUPIN_OK)
        kp_probe_tell(probe, KP_PROBE_CERTIFICATES, NULL, 0, value);
    if (probe->certificates == 0)
        probe->row.certificates = KP_CERTIFICATES_NOWHERE;
    return status;
}

static kamupin_status look_at_tries(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    for (uint8_t object = 1; object <= 2 && status == KAMUPIN_OK; object++) {
        kp_response response;
        uint8_t data[KP_COUNTER_QUESTION];
        const kp_command command = kp_counter_command(object, data);
        char value[40];
        int left = 0, max = 0;
        status = kp_channel_send(channel, &command, &response, error);
        if (status != KAMUPIN_OK)
            break;
        if (response.sw == KP_SW_OK && kp_counter_parse(&response, object, &left, &max)) {
            probe->tries[object - 1] = true;
            snprintf(value, sizeof value, "%04X, %d/%d", response.sw, left, max);
        } else {
            snprintf(value, sizeof value, "%04X (%zu)", response.sw, response.length);
        }
        kp_probe_tell(probe, object == 1 ? KP_PROBE_PIN_TRIES : KP_PROBE_PUK_TRIES, &command,
                      response.sw, value);
    }
    return status;
}

kamupin_status kp_probe_read(kp_probe *probe, kp_channel *channel, const uint8_t *atr,
                             size_t atr_length, kamupin_error *error)
{
    look_at_atr(probe, channel, atr, atr_length);
    channel->row = &probe->row;
    kamupin_status status = select_mf(probe, channel, error);
    if (status == KAMUPIN_OK)
        status = look_for_identity(probe, channel, error);
    if (status == KAMUPIN_OK && !probe->identity_card)
        status = find_application(probe, channel, error);
    if (status == KAMUPIN_OK && probe->application)
        status = look_at_certificates(probe, channel, error);
    if (status == KAMUPIN_OK && probe->application && !probe->identity_card) {
        const uint8_t p1 = probe->row.application_p1;
        kp_response response;
        const kp_command command =
            select_command(probe, p1, probe->row.application, probe->row.application_length);
        if (p1 == 0x04) /* the walk over the files may have left it */
            status = kp_channel_send(channel, &command, &response, error);
        if (status == KAMUPIN_OK)
            status = look_at_tries(probe, channel, error);
    }
    channel->row = NULL;
    return status;
}
