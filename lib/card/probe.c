/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.c: the steps of a probe that are safe on any card, least destructive first (docs/cards.md,
   "What nobody has shown"): selections, FCI, the certificates, the tries by GET DATA. */
#include <card/probe.h>

#include <card/atr.h>
#include <card/certclass.h>
#include <card/certread.h>
#include <card/select.h>
#include <core/buffer.h>

#include <stdio.h>
#include <string.h>

#define IDENTITY_CARD_DF 0x3D10
#define FIRST_FILE       0x2F10
#define P2_FCI           0x00
#define P2_NOTHING       0x0C

/* ---- selections ---- */

/* One command, told; also when nothing came back, so that the report shows after what. */
static kamupin_status send_told(const kp_probe *probe, kp_channel *channel, kp_probe_text text,
                                const kp_command *command, kp_response *response,
                                kamupin_error *error)
{
    char value[300];
    kamupin_status status = kp_channel_send(channel, command, response, error);
    if (status == KAMUPIN_OK)
        kp_probe_tell(probe, text, command, response->sw,
                      kp_probe_describe(response, value, sizeof value));
    else if (channel->delivered)
        kp_probe_tell(probe, KP_PROBE_LOST, command, 0, kamupin_status_name(status));
    return status;
}

static kp_command select_command(uint8_t p2, uint8_t p1, const uint8_t *data, size_t length)
{
    return (kp_command){.ins = 0xA4,
                        .p1 = p1,
                        .p2 = p2,
                        .data = data,
                        .length = length,
                        .le = p2 == P2_NOTHING ? KP_LE_NONE : KP_LE_MAX};
}

/* A selection, told. Until one was answered 9000 nobody knows which manner the card takes: a
   refused one is tried in the other, too. */
static kamupin_status try_select(kp_probe *probe, kp_channel *channel, kp_probe_text text,
                                 uint8_t p1, const uint8_t *data, size_t length,
                                 kp_response *response, kamupin_error *error)
{
    kp_command command = select_command(probe->row.select_p2, p1, data, length);
    kamupin_status status = send_told(probe, channel, text, &command, response, error);
    if (status == KAMUPIN_OK && response->sw != KP_SW_OK && !probe->settled) {
        command = select_command(probe->row.select_p2 ^ P2_NOTHING, p1, data, length);
        status = send_told(probe, channel, text, &command, response, error);
    }
    if (status == KAMUPIN_OK && response->sw == KP_SW_OK) {
        probe->row.select_p2 = command.p2;
        probe->settled = true;
    }
    return status;
}

static kamupin_status try_select_mf(kp_probe *probe, kp_channel *channel, kp_response *response,
                                    kamupin_error *error)
{
    static const uint8_t mf[] = {0x3F, 0x00};
    return try_select(probe, channel, KP_PROBE_MF, 0x00, mf, sizeof mf, response, error);
}

/* ---- steps ---- */

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
    /* Wanting the FCI is harmless where a built-in row knows it to be; elsewhere it waits until the
       end, because there are cards that do not survive it (Debian's vpicc, a program that plays a
       card, ends). Wanting nothing is the least that can be asked (ISO/IEC 7816-4, 11.2). */
    probe->settled = known != NULL && known->select_p2 == P2_NOTHING;
    if (probe->family == NULL)
        probe->row.select_p2 = P2_NOTHING;
}

/* A card that has the identity card's folder is asked nothing more: what is on it is somebody's. Any
   answer but an error counts as having it. */
static kamupin_status look_for_identity(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    static const uint8_t df[] = {IDENTITY_CARD_DF >> 8, IDENTITY_CARD_DF & 0xFF};
    static const struct {
        kp_probe_text text;
        uint8_t p1;
    } ways[] = {
        {KP_PROBE_DECOY_CHILD, 0x01}, {KP_PROBE_DECOY_FILE, 0x00}, {KP_PROBE_DECOY_PATH, 0x08}};
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && status == KAMUPIN_OK; i++) {
        kp_response response;
        status =
            try_select(probe, channel, ways[i].text, ways[i].p1, df, sizeof df, &response, error);
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

/* The application that AKİS cards have; on a card that a row from a file knows, first its own. */
static kamupin_status find_application(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    static const uint8_t name[] = {'P', 'K', 'C', 'S', '-', '1', '5'}, df[] = {0x3D, 0x00};
    const kp_profile own = probe->row; /* what is found replaces it in there */
    const struct {
        kp_probe_text text;
        uint8_t p1;
        const uint8_t *data;
        size_t length;
    } ways[] = {{KP_PROBE_BY_ROW, own.application_p1, own.application, own.application_length},
                {KP_PROBE_BY_NAME, 0x04, name, sizeof name},
                {KP_PROBE_BY_CHILD, 0x01, df, sizeof df},
                {KP_PROBE_BY_FILE, 0x00, df, sizeof df}};
    const bool has_own = probe->family == NULL && own.application_length > 0;
    kamupin_status status = KAMUPIN_OK;
    for (size_t i = has_own ? 0 : 1; i < sizeof ways / sizeof ways[0] && status == KAMUPIN_OK;
         i++) {
        kp_response response;
        if (ways[i].p1 != 0x04) /* by identifier it is looked for below the MF */
            status = kp_select_mf(channel, &response, error);
        if (status == KAMUPIN_OK)
            status = try_select(probe, channel, ways[i].text, ways[i].p1, ways[i].data,
                                ways[i].length, &response, error);
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
    kamupin_status status = try_select(probe, channel, KP_PROBE_FILE, probe->row.file_p1, first,
                                       sizeof first, &response, error);
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
        if (status != KAMUPIN_OK && channel->delivered)
            kp_probe_tell(probe, KP_PROBE_LOST, &command, 0, kamupin_status_name(status));
        if (status != KAMUPIN_OK)
            break;
        if (response.sw == KP_SW_OK && kp_counter_parse(&response, object, &left, &max)) {
            probe->tries[object - 1] = true;
            snprintf(value, sizeof value, "%04X, %d/%d", response.sw, left, max);
        } else {
            snprintf(value, sizeof value, "%04X", response.sw);
        }
        kp_probe_tell(probe, object == 1 ? KP_PROBE_PIN_TRIES : KP_PROBE_PUK_TRIES, &command,
                      response.sw, value);
    }
    return status;
}

/* Last, the FCI of an application that was selected without one: a card that answers it can be
   asked for it, and then tells the sizes of its files. */
static kamupin_status look_at_fci(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    const kp_profile *row = &probe->row;
    const kp_command command =
        select_command(P2_FCI, row->application_p1, row->application, row->application_length);
    kp_response response;
    kamupin_status status = KAMUPIN_OK;
    if (row->application_p1 != 0x04)
        status = kp_select_mf(channel, &response, error);
    if (status == KAMUPIN_OK)
        status = send_told(probe, channel, KP_PROBE_FCI, &command, &response, error);
    if (status == KAMUPIN_OK && response.sw == KP_SW_OK && response.length > 0)
        probe->row.select_p2 = P2_FCI;
    return status;
}

/* Everything below the application. */
static kamupin_status look_inside(kp_probe *probe, kp_channel *channel, kamupin_error *error)
{
    kp_response response;
    kamupin_status status = look_at_certificates(probe, channel, error);
    if (status == KAMUPIN_OK && probe->row.application_p1 == 0x04)
        /* the walk over the files may have left it */
        status = kp_select_application(channel, &probe->row, &response, error);
    if (status == KAMUPIN_OK)
        status = look_at_tries(probe, channel, error);
    if (status == KAMUPIN_OK && probe->row.select_p2 == P2_NOTHING && probe->family == NULL)
        status = look_at_fci(probe, channel, error);
    return status;
}

kamupin_status kp_probe_read(kp_probe *probe, kp_channel *channel, const uint8_t *atr,
                             size_t atr_length, kamupin_error *error)
{
    kp_response response;
    look_at_atr(probe, channel, atr, atr_length);
    channel->row = &probe->row;
    channel->most = channel->commands + KP_RECOGNITION_COMMANDS_MAX;
    kamupin_status status = try_select_mf(probe, channel, &response, error);
    if (status == KAMUPIN_OK)
        status = look_for_identity(probe, channel, error);
    if (status == KAMUPIN_OK && !probe->identity_card)
        status = find_application(probe, channel, error);
    if (status == KAMUPIN_OK && probe->application)
        status = look_inside(probe, channel, error);
    channel->most = 0;
    channel->row = NULL;
    return status;
}
