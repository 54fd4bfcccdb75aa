/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   names.c: the stable words of public enumerations, one table each, for JSON, journals and the
   service profile. */
#include <kamupin/operation.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

const char *kamupin_pin_state_name(kamupin_pin_state state)
{
    static const char *const names[] = {
        [KAMUPIN_PIN_UNKNOWN] = "unknown", [KAMUPIN_PIN_NOT_SET] = "not-set",
        [KAMUPIN_PIN_USABLE] = "usable",   [KAMUPIN_PIN_BLOCKED] = "blocked",
        [KAMUPIN_PIN_DEAD] = "dead",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

const char *kamupin_outcome_name(kamupin_outcome outcome)
{
    static const char *const names[] = {
        [KAMUPIN_OUTCOME_NONE] = "none",
        [KAMUPIN_OUTCOME_DONE] = "done",
        [KAMUPIN_OUTCOME_NOT_DONE] = "not-done",
        [KAMUPIN_OUTCOME_UNKNOWN] = "unknown",
    };
    return (size_t)outcome < COUNT(names) ? names[outcome] : "unknown";
}
