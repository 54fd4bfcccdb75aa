/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   identity.c: recognition, and recognising again. Read-only on the card; fails closed: only what is
   clearly a Kamu SM e-signature or seal card comes out usable. The rules stand in docs/cards.md. */
#include <card/identity.h>

#include <card/atr.h>
#include <card/certclass.h>
#include <card/certread.h>
#include <card/select.h>
#include <core/buffer.h>
#include <core/fail.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDENTITY_CARD_DF 0x3D10
#define SW_NOT_FOUND     0x6A82

/* Notes why the card gets no PIN command. What its ATR's family is called is no more said of it: an
   identity card shares the ATR. */
static void unusable(kp_channel *channel, kp_identity *identity, kamupin_status why, uint16_t sw)
{
    identity->info.usable = why;
    identity->info.product[0] = '\0';
    kp_log(channel->context, KAMUPIN_LOG_INFO, "card", "%s: %s (SW %04X)", channel->reader,
           kamupin_status_name(why), sw);
}

/* Judges one answer to the selection of an identity card's application. */
static void judge_decoy(kp_channel *channel, kp_identity *identity, uint16_t sw)
{
    if (sw == SW_NOT_FOUND)
        return;
    if (sw == KP_SW_OK)
        identity->info.kind = KAMUPIN_CARD_IDENTITY;
    unusable(channel, identity,
             sw == KP_SW_OK ? KAMUPIN_E_CARD_IDENTITY_CARD : KAMUPIN_E_CARD_UNRECOGNISED, sw);
}

/* A Turkish identity card has the same ATR and, beside others, the same application: what gives it
   away is DF 3D10. It has to be answered "not found", exactly, by identifier and by path, since no
   public source says which of the two forms such a card takes. */
static kamupin_status check_decoy(kp_channel *channel, kp_identity *identity, kamupin_error *error)
{
    static const uint8_t path[] = {IDENTITY_CARD_DF >> 8, IDENTITY_CARD_DF & 0xFF};
    const kp_command by_path = {
        .ins = 0xA4, .p1 = 0x08, .data = path, .length = sizeof path, .le = KP_LE_MAX};
    kp_response response;
    kamupin_status status = kp_select_mf(channel, &response, error);
    if (status != KAMUPIN_OK)
        return status;
    if (response.sw != KP_SW_OK) {
        unusable(channel, identity, KAMUPIN_E_CARD_UNRECOGNISED, response.sw);
        return KAMUPIN_OK;
    }
    status = kp_select_folder(channel, identity->profile, IDENTITY_CARD_DF, &response, error);
    if (status == KAMUPIN_OK)
        judge_decoy(channel, identity, response.sw);
    if (status != KAMUPIN_OK || identity->info.usable != KAMUPIN_OK)
        return status;
    status = kp_channel_send(channel, &by_path, &response, error);
    if (status == KAMUPIN_OK)
        judge_decoy(channel, identity, response.sw);
    return status;
}

/* The chip's serial number in upper-case hex; "" when the card does not give it. */
static kamupin_status read_serial(kp_channel *channel, const kp_profile *profile, char *serial,
                                  size_t room, kamupin_error *error)
{
    const kp_command command = {.cla = profile->serial.cla,
                                .ins = profile->serial.ins,
                                .p1 = profile->serial.p1,
                                .p2 = profile->serial.p2,
                                .le = profile->serial_le};
    kp_response response;
    serial[0] = '\0';
    kamupin_status status = kp_channel_send(channel, &command, &response, error);
    if (status == KAMUPIN_OK && response.sw == KP_SW_OK &&
        response.length >= profile->serial_offset + profile->serial_length &&
        room > 2 * profile->serial_length)
        kp_hex(response.data + profile->serial_offset, profile->serial_length, true, serial);
    return status;
}

/* Names the card, and says whether it may be used: one certificate has to classify. */
static kamupin_status name_and_judge(kp_channel *channel, kp_identity *identity,
                                     kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    kamupin_status status = KAMUPIN_OK;
    bool ours = false;
    if (identity->profile->naming == KP_NAME_BY_SERIAL && info->serial[0] != '\0')
        snprintf(info->card_id, sizeof info->card_id, "serial:%s", info->serial);
    else if (identity->profile->naming == KP_NAME_BY_CERTIFICATES &&
             identity->certificate_count > 0)
        status = kp_certificates_name(identity, info->card_id, error);
    for (size_t i = 0; i < identity->certificate_count; i++)
        ours |= kp_certificate_classify(identity->certificates[i].data,
                                        identity->certificates[i].length) > KP_CERTIFICATE_OTHER;
    if (ours && info->card_id[0] != '\0')
        info->kind = KAMUPIN_CARD_SIGNATURE;
    else
        unusable(channel, identity,
                 identity->certificate_count == 0 ? KAMUPIN_E_CARD_NO_CERTIFICATE
                                                  : KAMUPIN_E_CARD_UNRECOGNISED,
                 0);
    return status;
}

/* From the selected application on. */
static kamupin_status read_content(kp_channel *channel, kp_identity *identity, kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    kamupin_status status = kp_certificates_read(channel, identity, error);
    if (status == KAMUPIN_OK && identity->profile->naming == KP_NAME_BY_SERIAL)
        status = read_serial(channel, identity->profile, info->serial, sizeof info->serial, error);
    if (status == KAMUPIN_OK)
        status = name_and_judge(channel, identity, error);
    if (status != KAMUPIN_OK || info->usable != KAMUPIN_OK)
        return status;
    status = kp_identity_read_pin(channel, identity->profile, info, error);
    if (status == KAMUPIN_OK)
        status = kp_identity_read_puk(channel, identity->profile, info, error);
    if (status == KAMUPIN_OK && info->pin_state == KAMUPIN_PIN_DEAD)
        info->usable = KAMUPIN_E_CARD_DEAD;
    return status;
}

static void describe(const kp_channel *channel, const uint8_t *atr, size_t atr_length,
                     kp_identity *identity)
{
    kamupin_card_info *info = &identity->info;
    kp_atr parsed;
    kp_info_describe(info, channel->reader, atr, atr_length);
    identity->profile = kp_profile_for_atr(atr, atr_length);
    if (kp_atr_parse(atr, atr_length, &parsed) && parsed.has_check && !parsed.check_ok)
        kp_log(channel->context, KAMUPIN_LOG_INFO, "card",
               "%s: the ATR's check byte is wrong, as on some cards in circulation",
               channel->reader);
}

void kp_info_describe(kamupin_card_info *info, const char *reader, const uint8_t *atr,
                      size_t atr_length)
{
    const kp_profile *profile = kp_profile_for_atr(atr, atr_length);
    *info = (kamupin_card_info){.size = sizeof *info,
                                .kind = KAMUPIN_CARD_UNKNOWN,
                                .usable = profile == NULL ? KAMUPIN_E_CARD_UNSUPPORTED : KAMUPIN_OK,
                                .pin_tries_left = -1,
                                .pin_tries_max = -1,
                                .puk_tries_left = -1,
                                .puk_tries_max = -1};
    snprintf(info->reader, sizeof info->reader, "%s", reader);
    if (profile != NULL) {
        snprintf(info->profile, sizeof info->profile, "%s", profile->name);
        snprintf(info->product, sizeof info->product, "%s", profile->product);
    }
    info->atr_length = atr_length < sizeof info->atr ? atr_length : sizeof info->atr;
    if (info->atr_length > 0)
        memcpy(info->atr, atr, info->atr_length);
}

kamupin_status kp_identity_read(kp_channel *channel, const uint8_t *atr, size_t atr_length,
                                kp_identity *identity, kamupin_error *error)
{
    kp_response response;
    kamupin_status status = KAMUPIN_OK;
    *identity = (kp_identity){0};
    describe(channel, atr, atr_length, identity);
    if (identity->profile == NULL)
        return KAMUPIN_OK;
    if (identity->profile->decoy_check)
        status = check_decoy(channel, identity, error);
    if (status != KAMUPIN_OK || identity->info.usable != KAMUPIN_OK)
        return status;
    status = kp_select_application(channel, identity->profile, &response, error);
    if (status == KAMUPIN_OK && response.sw != KP_SW_OK)
        unusable(channel, identity, KAMUPIN_E_CARD_UNRECOGNISED, response.sw);
    else if (status == KAMUPIN_OK)
        status = read_content(channel, identity, error);
    if (status == KAMUPIN_OK)
        channel->stale = false;
    else
        kp_identity_wipe(identity);
    return status;
}

kamupin_status kp_identity_confirm(kp_channel *channel, const kp_identity *identity,
                                   kamupin_error *error)
{
    kp_response response;
    bool same = false;
    kamupin_status status = kp_select_application(channel, identity->profile, &response, error);
    if (status != KAMUPIN_OK)
        return status;
    if (response.sw == KP_SW_OK && identity->profile->naming == KP_NAME_BY_SERIAL) {
        char serial[sizeof identity->info.serial];
        status = read_serial(channel, identity->profile, serial, sizeof serial, error);
        same = serial[0] != '\0' && strcmp(serial, identity->info.serial) == 0;
    } else if (response.sw == KP_SW_OK) {
        status = kp_certificates_confirm(channel, identity, &same, error);
    }
    if (status != KAMUPIN_OK)
        return status;
    if (!same) {
        channel->stale = true;
        return kp_fail(error, KAMUPIN_E_CARD_SWAPPED, KAMUPIN_FROM_CARD,
                       "the card in the reader is not the one that was identified");
    }
    channel->stale = false;
    return KAMUPIN_OK;
}

void kp_card_logout(kp_channel *channel, const kp_profile *profile)
{
    kp_response response;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = KAMUPIN_OK;
    if (profile->logout == KP_LOGOUT_COMMAND) {
        const kp_command command = {.cla = profile->logout_command.cla,
                                    .ins = profile->logout_command.ins,
                                    .p1 = profile->logout_command.p1,
                                    .p2 = profile->logout_command.p2,
                                    .le = KP_LE_NONE};
        status = kp_channel_send(channel, &command, &response, &error);
    } else {
        status = kp_select_mf(channel, &response, &error);
        if (status == KAMUPIN_OK)
            status = kp_select_application(channel, profile, &response, &error);
    }
    if (status != KAMUPIN_OK || response.sw != KP_SW_OK)
        kp_log(channel->context, KAMUPIN_LOG_WARNING, "card",
               "%s: logging out answered %s, SW %04X", channel->reader, kamupin_status_name(status),
               response.sw);
}

void kp_identity_wipe(kp_identity *identity)
{
    for (size_t i = 0; i < identity->certificate_count; i++)
        free(identity->certificates[i].data);
    *identity = (kp_identity){0};
}
