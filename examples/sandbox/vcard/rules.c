// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// One-shot faults: parsing and matching. Touches nothing but its own list.
#include "rules.h"

#include <stdlib.h>
#include <string.h>

struct action_word {
    const char *word;
    unsigned preset;
    unsigned low, high; // of the value after '='; 0, 0: takes none
    int base;
};

static const struct action_word actions[] = {
    [VC_EJECT] = {"eject", 0, 0, 0, 10},      [VC_POWER_CYCLE] = {"power-cycle", 0, 0, 0, 10},
    [VC_MUTE] = {"mute", 2000, 1, 60000, 10}, [VC_CUT] = {"cut", 0, 0, 0, 10},
    [VC_SHORT] = {"short", 1, 0, 255, 10},    [VC_SW] = {"sw", 0x10000, 0x6000, 0x9FFF, 16},
    [VC_WAIT] = {"wait", 0, 1, 60000, 10},
};
#define ACTIONS (sizeof actions / sizeof actions[0])

const char *vc_action_name(enum vc_action action)
{
    return actions[action].word;
}

static bool number(const char *text, int base, unsigned low, unsigned high, unsigned *out)
{
    const char *digits = base == 10 ? "0123456789" : "0123456789abcdefABCDEF";
    size_t len = strlen(text);
    if (len == 0 || len > 6 || strspn(text, digits) != len)
        return false;
    unsigned long value = strtoul(text, NULL, base);
    if (value < low || value > high)
        return false;
    *out = (unsigned)value;
    return true;
}

static bool parse_action(char *word, struct vc_rule *rule)
{
    char *value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    for (size_t i = 0; i < ACTIONS; i++) {
        const struct action_word *action = &actions[i];
        if (strcmp(word, action->word) != 0)
            continue;
        rule->action = (enum vc_action)i;
        rule->value = action->preset;
        if (value)
            return action->high > 0 &&
                   number(value, action->base, action->low, action->high, &rule->value);
        return rule->action != VC_SW;
    }
    return false;
}

bool vc_rules_add(struct vc_rules *rules, char *words)
{
    struct vc_rule rule = {.nth = 1};
    bool condition = false, place = false, action = false;
    char *rest = NULL;
    if (rules->count == VC_RULES)
        return false;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        bool good;
        if (!condition && strncmp(word, "ins=", 4) == 0) {
            good = condition = strlen(word) == 6 && number(word + 4, 16, 0, 255, &rule.number);
        } else if (!condition && strncmp(word, "count=", 6) == 0) {
            good = condition = number(word + 6, 10, 1, 999999, &rule.number);
            rule.by_count = true;
        } else if (condition && !place && !rule.by_count && strncmp(word, "nth=", 4) == 0) {
            good = number(word + 4, 10, 1, 999999, &rule.nth);
        } else if (condition && !place) {
            rule.before = strcmp(word, "before") == 0;
            good = place = rule.before || strcmp(word, "after") == 0;
        } else {
            good = place && !action && parse_action(word, &rule);
            action = true;
        }
        if (!good)
            return false;
    }
    if (!action || (rule.before && rule.action == VC_WAIT))
        return false;
    rules->rule[rules->count++] = rule;
    return true;
}

bool vc_rules_due(struct vc_rules *rules, uint8_t ins, unsigned count, struct vc_rule *rule)
{
    size_t due = rules->count;
    for (size_t i = 0; i < rules->count; i++) {
        struct vc_rule *one = &rules->rule[i];
        bool match = one->number == (one->by_count ? count : ins);
        if (match && !one->by_count && one->nth > 1)
            one->nth--;
        else if (match && due == rules->count)
            due = i;
    }
    if (due == rules->count)
        return false;
    *rule = rules->rule[due];
    rules->count--;
    memmove(&rules->rule[due], &rules->rule[due + 1], (rules->count - due) * sizeof rules->rule[0]);
    return true;
}
