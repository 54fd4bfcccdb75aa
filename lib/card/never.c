/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   never.c: the never-send list, asked for every command in the last place before the wire. It knows
   nothing of profiles, callers or reasons: what stands here is not sent. Pure. */
#include <card/channel.h>

enum {
    INS_VERIFY = 0x20,
    INS_VERIFY_TLV = 0x21,
    INS_CHANGE = 0x24,
    INS_CHANGE_TLV = 0x25,
    INS_DISABLE_VERIFICATION = 0x26,
    INS_ENABLE_VERIFICATION = 0x28,
    INS_RESET = 0x2C,
    INS_RESET_TLV = 0x2D
};

/* AKİS' own instructions (class 80, whatever its channel bits): life-cycle phase, create, delete.
   No instruction of the interindustry class with these numbers is used here, so they go in any. */
static bool changes_the_card_for_good(uint8_t ins)
{
    return ins == 0x09 || ins == 0x10 || ins == 0x15 || ins == 0x16 || ins == 0x19;
}

/* Reference 82 is the PUK of v1.1 and later (82, or 02 with the bit of the current application not
   set); 00 is that of v1.0. */
bool kp_names_a_puk(const kp_command *command)
{
    if ((command->p2 & 0x1F) == 0x02)
        return true;
    bool changes_pin_of_v1 = command->ins == INS_CHANGE && command->p1 == 0x02;
    return command->p2 == 0x00 && !changes_pin_of_v1;
}

/* A command under secure messaging (first interindustry class, and AKİS' own alike) always has a
   data field; what it carries for the card is in DO 87 or 85, the first there is. */
static bool carries_nothing(const kp_command *command)
{
    const bool wrapped = (command->cla & 0x4C) == 0x0C;
    return command->length == 0 ||
           (wrapped && command->data[0] != 0x87 && command->data[0] != 0x85);
}

bool kp_never_send(const kp_command *command)
{
    if (changes_the_card_for_good(command->ins))
        return true;
    switch (command->ins) {
    case INS_VERIFY:
        /* without data it asks for the tries left, and nobody knows whether AKİS takes one for it
         */
        return carries_nothing(command) || command->p1 != 0x00 || kp_names_a_puk(command);
    case INS_CHANGE:
        /* P1 01 carries no old PIN: on v1.0 it is the PUK's */
        return carries_nothing(command) || (command->p1 != 0x00 && command->p1 != 0x02) ||
               kp_names_a_puk(command);
    case INS_RESET:
        /* P1 00 carries PUK and new PIN, 01 the PUK alone; only 02, the new PIN alone, is free of
           it */
        return carries_nothing(command) || command->p1 != 0x02 || kp_names_a_puk(command);
    case INS_VERIFY_TLV:
    case INS_CHANGE_TLV:
    case INS_RESET_TLV:
    case INS_DISABLE_VERIFICATION:
    case INS_ENABLE_VERIFICATION:
        return true;
    default:
        return false;
    }
}
