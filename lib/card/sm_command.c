/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_command.c: protecting commands for a session, and telling whether a command is protected
   already. Sends nothing. */
#include <card/sm_inside.h>
#include <card/tlv.h>

#include <core/fail.h>

#include <openssl/crypto.h>

#include <string.h>

/* Classes whose bits 3 and 4 tell of secure messaging (ISO/IEC 7816-4, 5.4.1); AKİS' class 80 is
   taken to be coded alike. */
static bool class_can_be_protected(uint8_t cla)
{
    return (cla & 0x7C) == 0x00;
}

static void put(kp_sm_command *out, uint8_t byte)
{
    out->data[out->command.length++] = byte;
}

/* DO 87 or 85 with the encrypted data. */
static kamupin_status put_data(const kp_sm *session, const kp_command *plain, kp_sm_command *out,
                               kamupin_error *error)
{
    uint8_t padded[KP_SM_DATA_MAX + KP_SM_BLOCK_MAX];
    memcpy(padded, plain->data, plain->length);
    size_t length = kp_sm_pad(padded, plain->length, kp_sm_block(session->algorithm));
    kamupin_status status = kp_sm_crypt(session, true, padded, length, error);
    if (status == KAMUPIN_OK) {
        size_t value = length + (session->odd ? 0 : 1);
        put(out, session->odd ? KP_DO_BER : KP_DO_PLAIN);
        if (value >= 0x80)
            put(out, 0x81);
        put(out, (uint8_t)value);
        if (!session->odd)
            put(out, 0x01); /* padding-content indicator: padded as above */
        memcpy(out->data + out->command.length, padded, length);
        out->command.length += length;
    }
    OPENSSL_cleanse(padded, sizeof padded);
    return status;
}

/* DO 8E over header and data objects. */
static kamupin_status put_checksum(const kp_sm *session, kp_sm_command *out, kamupin_error *error)
{
    const uint8_t header[] = {out->command.cla, out->command.ins, out->command.p1, out->command.p2};
    kp_sm_message message;
    uint8_t value[KP_SM_CHECKSUM];
    kp_sm_cover_counter(session, &message);
    kp_sm_cover(session, &message, header, sizeof header);
    kp_sm_cover(session, &message, out->data, out->command.length);
    kamupin_status status = kp_sm_sign(session, &message, value, error);
    if (status == KAMUPIN_OK) {
        put(out, KP_DO_CHECKSUM);
        put(out, KP_SM_CHECKSUM);
        memcpy(out->data + out->command.length, value, sizeof value);
        out->command.length += sizeof value;
    }
    return status;
}

kamupin_status kp_sm_protect(kp_sm *session, const kp_command *plain, kp_sm_command *out,
                             kamupin_error *error)
{
    const bool le_fits = plain->le == KP_LE_NONE || (plain->le >= 1 && plain->le <= KP_LE_MAX);
    if (!class_can_be_protected(plain->cla) || plain->length > KP_SM_DATA_MAX || !le_fits ||
        (plain->length > 0 && plain->data == NULL))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "no command for a session: class %02X, %zu bytes", plain->cla,
                       plain->length);
    if (!kp_sm_alive(session) || session->waiting) {
        kp_sm_kill(session);
        return kp_fail(error, KAMUPIN_E_SECURE_MESSAGING, KAMUPIN_FROM_LOCAL,
                       "the session has ended");
    }
    memset(out, 0, sizeof *out);
    out->command = *plain;
    out->command.cla = plain->cla | 0x0C; /* secure messaging, the header under the checksum */
    out->command.data = out->data;
    out->command.length = 0;
    out->command.le = KP_LE_MAX;
    session->odd = (plain->ins & 1) != 0;
    session->waiting = true;
    kp_sm_step(session);
    kamupin_status status = plain->length > 0 ? put_data(session, plain, out, error) : KAMUPIN_OK;
    if (status == KAMUPIN_OK && plain->le != KP_LE_NONE) {
        put(out, KP_DO_LE);
        put(out, 1);
        put(out, (uint8_t)(plain->le & 0xFF)); /* 256 is 00 */
    }
    if (status == KAMUPIN_OK)
        status = put_checksum(session, out, error);
    if (status != KAMUPIN_OK)
        kp_sm_kill(session);
    return status;
}

/* ---- commands that the service protected ---- */

bool kp_sm_is_protected(const kp_command *command)
{
    kp_tlv at = kp_tlv_over(command->data, command->length);
    bool more = kp_tlv_next(&at);
    if ((command->cla & 0x6C) != 0x0C || command->data == NULL)
        return false;
    if (more && (at.tag == KP_DO_PLAIN || at.tag == KP_DO_BER)) {
        size_t blocks = at.tag == KP_DO_PLAIN && at.length > 0 ? at.length - 1 : at.length;
        if (blocks == 0 || blocks % 8 != 0 || (at.tag == KP_DO_PLAIN && at.value[0] != 0x01))
            return false;
        more = kp_tlv_next(&at);
    }
    if (more && at.tag == KP_DO_LE)
        more = at.length >= 1 && at.length <= 2 && kp_tlv_next(&at);
    return more && at.tag == KP_DO_CHECKSUM && at.length == KP_SM_CHECKSUM && !kp_tlv_next(&at) &&
           !at.broken;
}
