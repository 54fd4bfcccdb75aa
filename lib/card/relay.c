/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   relay.c: the allow-list of a relay. Pure. */
#include <card/relay.h>

#include <card/channel.h>
#include <card/sm.h>

/* Commands that carry a PIN, or what stands for one: never a service's, in any class. ENVELOPE
   (ISO/IEC 7816-4, 11.8.2) carries any other command within it, where nobody would look. */
static bool is_about_a_pin(uint8_t ins)
{
    return ins == 0x20 || ins == 0x21 || ins == 0x24 || ins == 0x25 || ins == 0x26 || ins == 0x28 ||
           ins == 0x2C || ins == 0x2D || ins == 0xC2 || ins == 0xC3;
}

bool kp_relay_parse(const uint8_t *bytes, size_t length, kp_command *command)
{
    if (length < 4 || length > KP_RELAY_COMMAND_MAX)
        return false;
    *command = (kp_command){.cla = bytes[0],
                            .ins = bytes[1],
                            .p1 = bytes[2],
                            .p2 = bytes[3],
                            .le = KP_LE_NONE,
                            .secret = true};
    if (length == 4)
        return true;
    if (length > 5) {
        command->length = bytes[4];
        command->data = bytes + 5;
        if (command->length == 0 ||
            (length != 5 + command->length && length != 6 + command->length))
            return false;
    }
    if (length == 5 || length == 6 + command->length)
        command->le = bytes[length - 1] == 0 ? KP_LE_MAX : bytes[length - 1];
    return true;
}

bool kp_relay_may_be(const kp_relay_rule *rule)
{
    const kp_command command = {.cla = rule->cla, .ins = rule->ins, .p1 = rule->p1, .p2 = rule->p2};

    return !is_about_a_pin(rule->ins) && !kp_never_send(&command);
}

const kp_relay_rule *kp_relay_allows(const kp_profile *row, const kp_command *command)
{
    if (is_about_a_pin(command->ins) || kp_never_send(command) ||
        ((command->cla & 0x0C) != 0 && !kp_sm_is_protected(command)))
        return NULL;
    for (size_t i = 0; i < row->relay_rules; i++) {
        const kp_relay_rule *rule = &row->relay[i];
        if (rule->cla == command->cla && rule->ins == command->ins && rule->p1 == command->p1 &&
            rule->p2 == command->p2)
            return rule;
    }
    return NULL;
}
