/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   verify.c: VERIFY, once, under the guard, in one held transaction, logged out behind it. */
#include <core/fail.h>
#include <core/look.h>
#include <pin/guard.h>
#include <pin/work.h>

kamupin_status kp_pin_verify_held(kamupin_card *card, const kamupin_secret *pin, unsigned int risk)
{
    uint16_t sw;
    kamupin_status status = kp_guard_pin(card, risk);

    if (status == KAMUPIN_OK)
        status = kp_pin_send_verify(card, pin, &sw);
    return status == KAMUPIN_OK ? kp_pin_judge(card, sw) : status;
}

/* What is refused before the card is touched: an impossible PIN would only cost a try. */
static kamupin_status verify_ready(kamupin_card *card, const kamupin_secret *pin, unsigned int risk,
                                   unsigned int vouched)
{
    kamupin_status status = kp_card_enter(card);

    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, pin, NULL, &card->error);
    return status == KAMUPIN_OK ? kp_pin_ready(card, KP_OP_VERIFY, risk, vouched) : status;
}

static kamupin_status hold_and_verify(kamupin_card *card, const kamupin_secret *pin,
                                      unsigned int risk)
{
    kamupin_status status = kp_card_hold(card);

    if (status == KAMUPIN_OK) {
        status = kp_pin_verify_held(card, pin, risk);
        if (status == KAMUPIN_E_PIN_WRONG)
            kp_look_note(pin, KAMUPIN_SECRET_PIN, &card->error);
        kp_card_release(card);
    }
    return status;
}

kamupin_status kp_pin_verify(kamupin_card *card, const kamupin_secret *pin, unsigned int risk,
                             unsigned int vouched)
{
    kamupin_status status = verify_ready(card, pin, risk, vouched);

    return status == KAMUPIN_OK ? hold_and_verify(card, pin, risk) : status;
}

kamupin_status kamupin_pin_verify(kamupin_card *card, const kamupin_secret *pin, unsigned int risk)
{
    kp_lock lock = KP_LOCK_INIT;

    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = verify_ready(card, pin, risk, 0);
    if (status == KAMUPIN_OK)
        status = kp_pin_lock(card, &lock);
    if (status == KAMUPIN_OK)
        status = hold_and_verify(card, pin, risk);
    kp_lock_drop(&lock);
    return status;
}
