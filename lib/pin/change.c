/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   change.c: CHANGE REFERENCE DATA with the old PIN, once, under the guard, in one held transaction,
   logged out behind it. The command's data, which holds both PINs, is wiped on every path. */
#include <core/fail.h>
#include <core/look.h>
#include <openssl/crypto.h>
#include <pin/guard.h>
#include <pin/work.h>
#include <string.h>

/* Old and new PIN one after another, each behind its length where the row says so. */
typedef struct change_data {
    kp_pin_block old_pin, new_pin;
    uint8_t bytes[2 * (1 + sizeof(((kp_pin_block *)0)->bytes))];
    size_t length;
} change_data;

static void put(change_data *data, const kp_pin_block *pin, kp_change_coding coding)
{
    if (coding == KP_CHANGE_LENGTH_PREFIXED)
        data->bytes[data->length++] = (uint8_t)pin->length;
    memcpy(data->bytes + data->length, pin->bytes, pin->length);
    data->length += pin->length;
}

static kamupin_status change_held(kamupin_card *card, const kamupin_secret *old_pin,
                                  const kamupin_secret *new_pin, unsigned int risk)
{
    const kp_profile *profile = card->identity.profile;
    change_data data = {.length = 0};
    uint16_t sw = 0;
    kamupin_status status = kp_guard_pin(card, risk);

    if (status == KAMUPIN_OK)
        status = kp_pin_pad(profile, old_pin, &data.old_pin, &card->error);
    if (status == KAMUPIN_OK)
        status = kp_pin_pad(profile, new_pin, &data.new_pin, &card->error);
    if (status == KAMUPIN_OK) {
        put(&data, &data.old_pin, profile->change_coding);
        put(&data, &data.new_pin, profile->change_coding);
        status = kp_pin_send(card, &profile->change, data.bytes, data.length, &sw);
    }
    OPENSSL_cleanse(&data, sizeof data);
    return status == KAMUPIN_OK ? kp_pin_judge(card, sw) : status;
}

/* What is refused before the card is touched. */
static kamupin_status change_ready(kamupin_card *card, const kamupin_secret *old_pin,
                                   const kamupin_secret *new_pin, const kamupin_secret *new_again,
                                   unsigned int risk)
{
    kamupin_status status = kp_card_enter(card);

    if (status == KAMUPIN_OK && new_again == NULL)
        status = kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "new_again");
    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, new_pin, new_again, &card->error);
    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, old_pin, NULL, &card->error);
    return status == KAMUPIN_OK ? kp_pin_ready(card, KP_OP_CHANGE, risk, 0) : status;
}

kamupin_status kamupin_pin_change(kamupin_card *card, const kamupin_secret *old_pin,
                                  const kamupin_secret *new_pin, const kamupin_secret *new_again,
                                  unsigned int risk)
{
    kp_lock lock = KP_LOCK_INIT;

    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = change_ready(card, old_pin, new_pin, new_again, risk);
    if (status == KAMUPIN_OK)
        status = kp_pin_lock(card, &lock);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = change_held(card, old_pin, new_pin, risk);
        if (status == KAMUPIN_E_PIN_WRONG)
            kp_look_note(old_pin, KAMUPIN_SECRET_PIN, &card->error);
        kp_card_release(card);
        if (status == KAMUPIN_OK)
            kp_changed_mark(card->context, card->identity.info.card_id);
    }
    kp_lock_drop(&lock);
    return status;
}

/* What the card's own state says comes first: it is the better reason. */
kamupin_status kamupin_pin_ready(kamupin_card *card, unsigned int risk)
{
    kamupin_status status = kp_card_enter(card);

    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = kp_guard_pin(card, risk);
        kp_card_release(card);
    }
    return status == KAMUPIN_OK ? kp_pin_ready(card, KP_OP_CHANGE, risk, 0) : status;
}
