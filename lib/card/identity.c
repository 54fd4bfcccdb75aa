/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   identity.c: recognition, and recognising again. Read-only on the card; fails closed: only what is
   clearly a Kamu SM e-signature or seal card comes out usable. The rules stand in docs/cards.md. */
#include <card/identity.h>

#include <card/atr.h>
#include <card/certclass.h>
#include <card/certread.h>
#include <card/pad.h>
#include <card/readers.h>
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

/* Whether an answer to the selection of the identity card's application says that it is not there.
   Where Kamu SM's certificate is asked for, only the one exact word counts. A row from a file for
   other cards has no more to go by than that the card does not have it: any of the status words for
   "no such file", "no such instruction or parameter", but none that speaks of a file that is there. */
static bool says_absent(const kp_profile *profile, uint16_t sw)
{
    static const uint16_t absent[] = {SW_NOT_FOUND, 0x6700, 0x6999, 0x6A80, 0x6A81, 0x6A83,
                                      0x6A86,       0x6A87, 0x6A88, 0x6B00, 0x6D00, 0x6E00};
    if (profile->recognition == KP_RECOGNISE_KAMU_SM)
        return sw == SW_NOT_FOUND;
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        if (sw == absent[i])
            return true;
    return false;
}

/* Judges one answer to the selection of an identity card's application. */
static void judge_decoy(kp_channel *channel, kp_identity *identity, uint16_t sw)
{
    if (says_absent(identity->profile, sw))
        return;
    if (sw == KP_SW_OK)
        identity->info.kind = KAMUPIN_CARD_IDENTITY;
    unusable(channel, identity,
             sw == KP_SW_OK ? KAMUPIN_E_CARD_IDENTITY_CARD : KAMUPIN_E_CARD_UNRECOGNISED, sw);
}

/* A Turkish identity card has the same ATR and, beside others, the same application: what gives it
   away is DF 3D10. It has to be answered "not found", by identifier and by path, since no public
   source says which of the two forms such a card takes. Asked of every card, whatever its row. */
static kamupin_status check_decoy(kp_channel *channel, kp_identity *identity, kamupin_error *error)
{
    kp_response response;
    kamupin_status status = kp_select_mf(channel, &response, error);
    if (status != KAMUPIN_OK)
        return status;
    if (response.sw != KP_SW_OK && identity->profile->recognition == KP_RECOGNISE_KAMU_SM) {
        unusable(channel, identity, KAMUPIN_E_CARD_UNRECOGNISED, response.sw);
        return KAMUPIN_OK;
    }
    status = kp_select_folder(channel, identity->profile, IDENTITY_CARD_DF, &response, error);
    if (status == KAMUPIN_OK)
        judge_decoy(channel, identity, response.sw);
    if (status != KAMUPIN_OK || identity->info.usable != KAMUPIN_OK)
        return status;
    status = kp_select_path(channel, IDENTITY_CARD_DF, &response, error);
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

/* The name that the row wants. */
static kamupin_status name_card(kp_identity *identity, kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    switch (identity->profile->naming) {
    case KP_NAME_BY_SERIAL:
        if (info->serial[0] != '\0')
            snprintf(info->card_id, sizeof info->card_id, "serial:%s", info->serial);
        break;
    case KP_NAME_BY_CERTIFICATES:
        if (identity->certificate_count > 0)
            return kp_certificates_name(identity, info->card_id, error);
        break;
    case KP_NAME_BY_ATR:
        memcpy(info->card_id, "atr:", sizeof "atr:");
        kp_hex(info->atr, info->atr_length, true, info->card_id + strlen("atr:"));
        break;
    }
    return KAMUPIN_OK;
}

/* What of the card shows that it is of the kind that the row is for. */
static bool is_recognised(const kp_identity *identity)
{
    bool ours = false;
    for (size_t i = 0; i < identity->certificate_count; i++)
        ours |= kp_certificate_classify(identity->certificates[i].data,
                                        identity->certificates[i].length) > KP_CERTIFICATE_OTHER;
    switch (identity->profile->recognition) {
    case KP_RECOGNISE_KAMU_SM:
        return ours;
    case KP_RECOGNISE_CERTIFICATE:
        return identity->certificate_count > 0;
    case KP_RECOGNISE_APPLICATION:
        return true;
    }
    return false;
}

/* Names the card, and says whether it may be used. */
static kamupin_status name_and_judge(kp_channel *channel, kp_identity *identity,
                                     kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    const bool kamu_sm = identity->profile->recognition == KP_RECOGNISE_KAMU_SM;
    const bool wants_none = identity->profile->recognition == KP_RECOGNISE_APPLICATION;
    kamupin_status status = name_card(identity, error);
    if (is_recognised(identity) && info->card_id[0] != '\0')
        info->kind = kamu_sm ? KAMUPIN_CARD_SIGNATURE : KAMUPIN_CARD_OTHER;
    else
        unusable(channel, identity,
                 identity->certificate_count == 0 && !wants_none ? KAMUPIN_E_CARD_NO_CERTIFICATE
                                                                 : KAMUPIN_E_CARD_UNRECOGNISED,
                 0);
    return status;
}

static kamupin_status read_certificates(kp_channel *channel, kp_identity *identity,
                                        kamupin_error *error)
{
    switch (identity->profile->certificates) {
    case KP_CERTIFICATES_IN_FILES:
        return kp_certificates_read(channel, identity, error);
    case KP_CERTIFICATES_IN_OBJECTS:
        return kp_certificate_objects_read(channel, identity, error);
    case KP_CERTIFICATES_NOWHERE:
        break;
    }
    return KAMUPIN_OK;
}

/* From the selected application on. */
static kamupin_status read_content(kp_channel *channel, kp_identity *identity, kamupin_error *error)
{
    kamupin_card_info *info = &identity->info;
    kamupin_status status = read_certificates(channel, identity, error);
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

static void describe(kp_channel *channel, const uint8_t *atr, size_t atr_length,
                     kp_identity *identity)
{
    kamupin_card_info *info = &identity->info;
    kp_atr parsed;
    kp_info_describe(channel->context, info, channel->reader, atr, atr_length);
    identity->profile = kp_profile_for_atr(channel->context, atr, atr_length);
    channel->row = identity->profile;
    if (kp_atr_parse(atr, atr_length, &parsed) && parsed.has_check && !parsed.check_ok)
        kp_log(channel->context, KAMUPIN_LOG_INFO, "card",
               "%s: the ATR's check byte is wrong, as on some cards in circulation",
               channel->reader);
}

void kp_info_describe(const kamupin_context *context, kamupin_card_info *info, const char *reader,
                      const uint8_t *atr, size_t atr_length)
{
    const kp_profile *profile = kp_profile_for_atr(context, atr, atr_length);
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

static kamupin_status recognise(kp_channel *channel, const uint8_t *atr, size_t atr_length,
                                kp_identity *identity, kamupin_error *error)
{
    kp_response response;
    kamupin_status status = KAMUPIN_OK;
    *identity = (kp_identity){0};
    describe(channel, atr, atr_length, identity);
    if (identity->profile == NULL)
        return KAMUPIN_OK;
    identity->info.pin_pad = kp_pad_is_there(channel);
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

kamupin_status kp_identity_read(kp_channel *channel, const uint8_t *atr, size_t atr_length,
                                kp_identity *identity, kamupin_error *error)
{
    channel->most = channel->commands + KP_RECOGNITION_COMMANDS_MAX;
    kamupin_status status = recognise(channel, atr, atr_length, identity, error);
    channel->most = 0;
    return status;
}

/* A card that shows nothing of its own can only be the same as long as nothing was put in: what is
   left is the reader's count of that. */
static kamupin_status confirm_by_reader(kp_channel *channel, const kamupin_card_info *info,
                                        bool *same, kamupin_error *error)
{
    kamupin_reader_state state;
    kamupin_status status = kp_readers_of_channel(channel, &state, error);
    *same = status == KAMUPIN_OK && state.events == info->events &&
            kp_readers_show(&state, info->atr, info->atr_length);
    return status;
}

/* Whether the card of the selected application is the one that has this name. */
static kamupin_status is_same(kp_channel *channel, const kp_identity *identity, bool *same,
                              kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    char serial[sizeof identity->info.serial];
    switch (identity->profile->naming) {
    case KP_NAME_BY_SERIAL:
        status = read_serial(channel, identity->profile, serial, sizeof serial, error);
        *same = serial[0] != '\0' && strcmp(serial, identity->info.serial) == 0;
        break;
    case KP_NAME_BY_CERTIFICATES:
        return identity->profile->certificates == KP_CERTIFICATES_IN_OBJECTS
                   ? kp_certificate_objects_confirm(channel, identity, same, error)
                   : kp_certificates_confirm(channel, identity, same, error);
    case KP_NAME_BY_ATR:
        return confirm_by_reader(channel, &identity->info, same, error);
    }
    return status;
}

/* Selects the application, and finds out whether it is that of the card which has this name. A serial
   number is read under the MF, where OpenSC's published driver reads it: so the application's
   selection comes last, and its FCP is still as things stand when the guard wants to know. */
static kamupin_status find_same(kp_channel *channel, const kp_identity *identity, bool *same,
                                kamupin_error *error)
{
    const kp_profile *row = identity->profile;
    const bool name_first = row->naming == KP_NAME_BY_SERIAL && row->application_p1 != 0x04 &&
                            row->application_length > 0;
    kp_response response;
    kamupin_status status = name_first ? kp_select_mf(channel, &response, error)
                                       : kp_select_application(channel, row, &response, error);
    *same = false;
    if (status == KAMUPIN_OK && response.sw == KP_SW_OK)
        status = is_same(channel, identity, same, error);
    if (status == KAMUPIN_OK && *same && name_first) {
        status = kp_select_application_under_mf(channel, row, &response, error);
        *same = status == KAMUPIN_OK && response.sw == KP_SW_OK;
    }
    return status;
}

kamupin_status kp_identity_confirm(kp_channel *channel, const kp_identity *identity,
                                   kamupin_error *error)
{
    bool same = false;
    channel->row = identity->profile;
    kamupin_status status = find_same(channel, identity, &same, error);
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

static kamupin_status logout_by_command(kp_channel *channel, const kp_form *form,
                                        kp_response *response, kamupin_error *error)
{
    const kp_command command = {
        .cla = form->cla, .ins = form->ins, .p1 = form->p1, .p2 = form->p2, .le = KP_LE_NONE};
    return kp_channel_send(channel, &command, response, error);
}

void kp_card_logout(kp_channel *channel, const kp_profile *profile)
{
    kp_response response;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = KAMUPIN_OK;
    const bool by_command = profile->logout == KP_LOGOUT_COMMAND;
    if (by_command)
        status = logout_by_command(channel, &profile->logout_command, &response, &error);
    /* a row may be wrong about its card: nothing stays verified behind a command that was refused */
    if (!by_command || (status == KAMUPIN_OK && response.sw != KP_SW_OK)) {
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
