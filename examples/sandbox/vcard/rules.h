// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// One-shot faults: "when that APDU comes, this happens before or after the card executes it".
// Touches nothing but its own list.
#ifndef KAMUPIN_VCARD_RULES_H
#define KAMUPIN_VCARD_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VC_RULES 32

enum vc_action { VC_EJECT, VC_POWER_CYCLE, VC_MUTE, VC_CUT, VC_SHORT, VC_SW, VC_WAIT };

struct vc_rule {
    bool by_count;   // else by instruction
    unsigned number; // the count since the mark, or the instruction byte
    unsigned nth;    // by instruction: which one from now on
    bool before;
    enum vc_action action;
    unsigned value; // milliseconds (VC_WAIT: 0 until a hand lets it go), bytes or status word
};

struct vc_rules {
    struct vc_rule rule[VC_RULES];
    size_t count;
};

// Adds the rule that WORDS (after "on") describe; cuts WORDS up. False: not a rule, or no room.
bool vc_rules_add(struct vc_rules *rules, char *words);

// An APDU with instruction INS came as the COUNTth since the mark. True: *RULE is due and is no
// longer listed.
bool vc_rules_due(struct vc_rules *rules, uint8_t ins, unsigned count, struct vc_rule *rule);

const char *vc_action_name(enum vc_action action);

#endif
