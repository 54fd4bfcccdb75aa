/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   guard.c: the retry guard. Sends at most one read-only command, to a card that is held; then only
   decides. Everything that is not clearly allowed is refused. */
#include <core/fail.h>
#include <pin/guard.h>

static kamupin_status refuse(kamupin_card *card, kamupin_status status, int tries_left)
{
    kp_fail_local(&card->error, status);
    card->error.tries_left = tries_left;
    return status;
}

static bool puk_used_up(const kamupin_card_info *info)
{
    return info->pin_state == KAMUPIN_PIN_DEAD || info->puk_state == KAMUPIN_PIN_DEAD ||
           (info->puk_tries == KAMUPIN_TRIES_KNOWN && info->puk_tries_left <= 0);
}

/* What was known before counts no more, also when the card does not answer now. */
static kamupin_status read_pin(kamupin_card *card)
{
    kamupin_card_info *info = &card->identity.info;

    info->pin_state = KAMUPIN_PIN_UNKNOWN;
    info->pin_tries = KAMUPIN_TRIES_UNKNOWN;
    info->pin_tries_left = -1;
    return kp_identity_read_pin(&card->channel, card->identity.profile, info, &card->error);
}

kamupin_status kp_guard_pin(kamupin_card *card, unsigned int risk)
{
    const kamupin_card_info *info = &card->identity.info;
    kamupin_status status = read_pin(card);

    if (status != KAMUPIN_OK)
        return status;
    if (info->pin_state == KAMUPIN_PIN_NOT_SET)
        return refuse(card, KAMUPIN_E_PIN_NOT_SET, -1);
    if (info->pin_state == KAMUPIN_PIN_BLOCKED || info->pin_state == KAMUPIN_PIN_DEAD ||
        (info->pin_tries == KAMUPIN_TRIES_KNOWN && info->pin_tries_left <= 0))
        return refuse(card, puk_used_up(info) ? KAMUPIN_E_CARD_DEAD : KAMUPIN_E_PIN_BLOCKED, 0);
    if (info->pin_tries != KAMUPIN_TRIES_KNOWN) /* "verified now" says no number either */
        return (risk & KAMUPIN_RISK_UNKNOWN_TRIES) != 0
                   ? KAMUPIN_OK
                   : refuse(card, KAMUPIN_E_PIN_TRIES_UNKNOWN, -1);
    if (info->pin_tries_left < 2 && (risk & KAMUPIN_RISK_LAST_TRY) == 0)
        return refuse(card, KAMUPIN_E_PIN_LAST_TRY, info->pin_tries_left);
    return KAMUPIN_OK;
}

kamupin_status kp_guard_reset(kamupin_card *card)
{
    const kamupin_card_info *info = &card->identity.info;
    kamupin_status status = read_pin(card);

    if (status != KAMUPIN_OK)
        return status;
    if (puk_used_up(info))
        return refuse(card, KAMUPIN_E_CARD_DEAD, 0);
    /* Whether a reset by authentication counts as a use of the PUK is not known (row H03). */
    if (info->puk_tries == KAMUPIN_TRIES_KNOWN && info->puk_tries_left == 1)
        return refuse(card, KAMUPIN_E_PUK_LAST_TRY, 1);
    return KAMUPIN_OK;
}

kamupin_status kp_guard_proof(const kp_profile *profile, kp_card_operation operation,
                              unsigned int risk, unsigned int vouched, kamupin_error *error)
{
    switch (profile == NULL ? KP_UNKNOWN : kp_profile_proof(profile, operation)) {
    case KP_KNOWN:
        return KAMUPIN_OK;
    case KP_CANDIDATE:
        if ((risk & KAMUPIN_RISK_UNPROVEN) != 0 || (vouched & (unsigned int)operation) != 0)
            return KAMUPIN_OK;
        return kp_fail(error, KAMUPIN_E_COMMAND_UNPROVEN, KAMUPIN_FROM_LOCAL, "row %s, %s",
                       profile->name, kp_card_operation_name(operation));
    case KP_UNKNOWN:
        break;
    }
    return kp_fail(error, KAMUPIN_E_COMMAND_UNKNOWN, KAMUPIN_FROM_LOCAL, "row %s, %s",
                   profile == NULL ? "none" : profile->name, kp_card_operation_name(operation));
}
