/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   guard.c: the retry guard. Sends at most one read-only question, to a card that is held; then only
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

/* The PUK's counter as `info` has it: known, and never the last. */
static kamupin_status judge_puk(const kamupin_card_info *info, kamupin_error *error)
{
    if (puk_used_up(info) || info->puk_state == KAMUPIN_PIN_BLOCKED)
        return kp_fail_local(error, KAMUPIN_E_CARD_DEAD);
    if (info->puk_tries != KAMUPIN_TRIES_KNOWN)
        return kp_fail(error, KAMUPIN_E_SEALED_PUK_REFUSED, KAMUPIN_FROM_LOCAL,
                       "the tries left of the card's PUK cannot be read");
    if (info->puk_tries_left >= 2)
        return KAMUPIN_OK;
    kp_fail_local(error, KAMUPIN_E_PUK_LAST_TRY);
    if (error != NULL)
        error->tries_left = info->puk_tries_left;
    return KAMUPIN_E_PUK_LAST_TRY;
}

kamupin_status kp_guard_puk(kamupin_card *card)
{
    kamupin_card_info *info = &card->identity.info;

    info->puk_state = KAMUPIN_PIN_UNKNOWN;
    info->puk_tries = KAMUPIN_TRIES_UNKNOWN;
    info->puk_tries_left = -1;
    kamupin_status status =
        kp_identity_read_puk(&card->channel, card->identity.profile, info, &card->error);
    return status == KAMUPIN_OK ? judge_puk(info, &card->error) : status;
}

kamupin_status kp_guard_sealed_puk(const kp_profile *profile, const kamupin_card_info *info,
                                   unsigned int risk, kamupin_error *error)
{
    if ((risk & KAMUPIN_RISK_SEALED_PUK) == 0)
        return kp_fail(error, KAMUPIN_E_SEALED_PUK_REFUSED, KAMUPIN_FROM_LOCAL,
                       "the caller did not allow it");
    if (profile == NULL || profile->external_authenticate.proof != KP_UNKNOWN)
        return kp_fail(error, KAMUPIN_E_SEALED_PUK_REFUSED, KAMUPIN_FROM_LOCAL,
                       "row %s knows external authentication",
                       profile == NULL ? "none" : profile->name);
    if (profile->pin_block != 0)
        return kp_fail(error, KAMUPIN_E_SEALED_PUK_REFUSED, KAMUPIN_FROM_LOCAL,
                       "row %s pads, and nothing says how beside a PUK", profile->name);
    return judge_puk(info, error);
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
