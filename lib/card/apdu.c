/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   apdu.c: encoding of command APDUs, and what status words say. Pure: looks at its input only. */
#include <card/apdu.h>

#include <string.h>

bool kp_command_encode(const kp_command *command, uint8_t *out, size_t room, size_t *length)
{
    bool has_le = command->le != KP_LE_NONE;
    size_t needed =
        4 + (command->length > 0 ? 1 + command->length : 0) + (has_le ? (size_t)1 : (size_t)0);
    if (command->length > KP_APDU_DATA_MAX || (command->length > 0 && command->data == NULL) ||
        (has_le && (command->le < 1 || command->le > KP_LE_MAX)) || needed > room)
        return false;
    out[0] = command->cla;
    out[1] = command->ins;
    out[2] = command->p1;
    out[3] = command->p2;
    if (command->length > 0) {
        out[4] = (uint8_t)command->length;
        memcpy(out + 5, command->data, command->length);
    }
    if (has_le)
        out[needed - 1] = (uint8_t)(command->le & 0xFF); /* 256 is 00 */
    *length = needed;
    return true;
}

int kp_sw_tries_left(uint16_t sw)
{
    if ((sw & 0xFFF0) == 0x63C0)
        return sw & 0x000F;
    return sw == 0x6983 || sw == 0x6984 ? 0 : -1;
}

const char *kp_command_name(uint8_t ins)
{
    static const struct {
        uint8_t ins;
        const char *name;
    } NAMES[] = {{0x20, "VERIFY"},
                 {0x22, "MANAGE SECURITY ENVIRONMENT"},
                 {0x24, "CHANGE REFERENCE DATA"},
                 {0x2A, "PERFORM SECURITY OPERATION"},
                 {0x2C, "RESET RETRY COUNTER"},
                 {0x82, "EXTERNAL AUTHENTICATE"},
                 {0x84, "GET CHALLENGE"},
                 {0x86, "GENERAL AUTHENTICATE"},
                 {0x87, "GENERAL AUTHENTICATE"},
                 {0x88, "INTERNAL AUTHENTICATE"},
                 {0xA4, "SELECT"},
                 {0xB0, "READ BINARY"},
                 {0xB2, "READ RECORD"},
                 {0xC0, "GET RESPONSE"},
                 {0xCA, "GET DATA"},
                 {0xCB, "GET DATA"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        if (NAMES[i].ins == ins)
            return NAMES[i].name;
    return "another command";
}

bool kp_sw_blocked(uint16_t sw)
{
    return sw == 0x6983 || sw == 0x6984 || sw == 0x63C0;
}
