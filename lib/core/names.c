/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   names.c: the stable words of public enumerations, one table each, for JSON, journals and the
   service profile. */
#include <kamupin/application.h>
#include <kamupin/consent.h>
#include <kamupin/lifecycle.h>
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

const char *kamupin_certificate_state_name(kamupin_certificate_state state)
{
    static const char *const names[] = {
        [0] = "unknown",
        [KAMUPIN_STATE_ISSUED] = "issued",
        [KAMUPIN_STATE_NOT_YET_VALID] = "not-yet-valid",
        [KAMUPIN_STATE_ACTIVE] = "active",
        [KAMUPIN_STATE_SUSPENDED] = "suspended",
        [KAMUPIN_STATE_REVOKED] = "revoked",
        [KAMUPIN_STATE_EXPIRED] = "expired",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

const char *kamupin_actor_name(kamupin_actor actor)
{
    static const char *const names[] = {
        [KAMUPIN_BY_NOBODY] = "nobody",
        [KAMUPIN_BY_HOLDER] = "holder",
        [KAMUPIN_BY_AUTHORITY] = "authority",
        [KAMUPIN_BY_INSTITUTION] = "institution",
    };
    return (size_t)actor < COUNT(names) ? names[actor] : "nobody";
}

const char *kamupin_suspend_reason_name(kamupin_suspend_reason reason)
{
    static const char *const names[] = {
        [KAMUPIN_SUSPEND_UNSAID] = "unsaid", [KAMUPIN_SUSPEND_LOST] = "lost",
        [KAMUPIN_SUSPEND_STOLEN] = "stolen", [KAMUPIN_SUSPEND_LEFT_BEHIND] = "left-behind",
        [KAMUPIN_SUSPEND_OTHER] = "other",
    };
    return (size_t)reason < COUNT(names) ? names[reason] : "unsaid";
}

const char *kamupin_revocation_reason_name(kamupin_revocation_reason reason)
{
    static const char *const names[] = {
        [KAMUPIN_REASON_UNSPECIFIED] = "unspecified",
        [KAMUPIN_REASON_KEY_COMPROMISE] = "keyCompromise",
        [KAMUPIN_REASON_CA_COMPROMISE] = "cACompromise",
        [KAMUPIN_REASON_AFFILIATION_CHANGED] = "affiliationChanged",
        [KAMUPIN_REASON_SUPERSEDED] = "superseded",
        [KAMUPIN_REASON_CESSATION_OF_OPERATION] = "cessationOfOperation",
        [KAMUPIN_REASON_CERTIFICATE_HOLD] = "certificateHold",
        [7] = "none",
        [KAMUPIN_REASON_REMOVE_FROM_CRL] = "removeFromCRL",
        [KAMUPIN_REASON_PRIVILEGE_WITHDRAWN] = "privilegeWithdrawn",
        [KAMUPIN_REASON_AA_COMPROMISE] = "aACompromise",
    };
    return (size_t)reason < COUNT(names) ? names[reason] : "none";
}

const char *kamupin_consent_state_name(kamupin_consent_state state)
{
    static const char *const names[] = {
        [0] = "unknown",
        [KAMUPIN_CONSENT_NONE] = "none",
        [KAMUPIN_CONSENT_PENDING] = "pending",
        [KAMUPIN_CONSENT_ACCEPTED] = "accepted",
        [KAMUPIN_CONSENT_REFUSED] = "refused",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

const char *kamupin_application_state_name(kamupin_application_state state)
{
    static const char *const names[] = {
        [0] = "unknown",
        [KAMUPIN_APPLICATION_PENDING] = "pending-pre-application",
        [KAMUPIN_APPLICATION_DRAFT] = "draft",
        [KAMUPIN_APPLICATION_SUBMITTED] = "submitted",
        [KAMUPIN_APPLICATION_PAID] = "paid",
        [KAMUPIN_APPLICATION_PRODUCED] = "produced",
        [KAMUPIN_APPLICATION_REFUSED] = "refused",
        [KAMUPIN_APPLICATION_EXPIRED] = "expired",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}

const char *kamupin_application_reason_name(kamupin_application_reason reason)
{
    static const char *const names[] = {
        [0] = "unknown",
        [KAMUPIN_APPLICATION_RENEWAL] = "renewal",
        [KAMUPIN_APPLICATION_LOST] = "lost",
        [KAMUPIN_APPLICATION_OTHER] = "other",
    };
    return (size_t)reason < COUNT(names) ? names[reason] : "unknown";
}

const char *kamupin_list_state_name(kamupin_list_state state)
{
    static const char *const names[] = {
        [0] = "unknown",
        [KAMUPIN_LIST_WAITING] = "waiting",
        [KAMUPIN_LIST_SIGNED] = "signed",
        [KAMUPIN_LIST_WITHDRAWN] = "withdrawn",
    };
    return (size_t)state < COUNT(names) ? names[state] : "unknown";
}
