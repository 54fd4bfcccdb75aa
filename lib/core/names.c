/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   names.c: the stable words of public enumerations, one table each, for JSON, journals and the
   service profile. */
#include <kamupin/order.h>

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

const char *kamupin_product_name(kamupin_product product)
{
    static const char *const names[] = {
        [KAMUPIN_PRODUCT_ANY] = "any",
        [KAMUPIN_PRODUCT_NES] = "nes",
        [KAMUPIN_PRODUCT_MALI_MUHUR] = "mali-muhur",
        [KAMUPIN_PRODUCT_ELEKTRONIK_MUHUR] = "elektronik-muhur",
        [KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME] = "kurumsal-sifreleme",
    };
    return (size_t)product < COUNT(names) ? names[product] : "unknown-product";
}

const char *kamupin_order_state_name(kamupin_order_state state)
{
    static const char *const names[] = {
        [0] = "unknown-state",
        [KAMUPIN_ORDER_WAITING] = "waiting",
        [KAMUPIN_ORDER_IN_USE] = "in-use",
        [KAMUPIN_ORDER_CARD_WORK] = "card-work",
        [KAMUPIN_ORDER_DONE] = "done",
        [KAMUPIN_ORDER_NOT_DONE] = "not-done",
        [KAMUPIN_ORDER_UNKNOWN] = "unknown",
        [KAMUPIN_ORDER_CANCELLED] = "cancelled",
        [KAMUPIN_ORDER_EXPIRED] = "expired",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown-state";
}
