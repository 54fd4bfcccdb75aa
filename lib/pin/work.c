/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   work.c: the steps that all PIN work shares. Sends nothing but the one command it is told to. */
#include <core/fail.h>
#include <pin/guard.h>
#include <pin/session.h>
#include <pin/work.h>

#include <openssl/crypto.h>

#include <string.h>

#define SW_VERIFICATION_FAILED 0x6300 /* "no information given" (ISO/IEC 7816-4, table 6) */

/* The commands of operations that bring no session along: what of them the row wants protected can
   be refused before anybody is asked for a PIN. */
static unsigned int commands_of(kp_card_operation operation)
{
    switch (operation) {
    case KP_OP_VERIFY:
    case KP_OP_SIGN:
        return KP_PROTECTED_VERIFY;
    case KP_OP_CHANGE:
        return KP_PROTECTED_CHANGE;
    case KP_OP_RESET_BY_CRYPTOGRAM:
    case KP_OP_RESET_BY_SEALED_PUK:
        return KP_PROTECTED_RESET;
    case KP_OP_RESET_BY_RELAY:
        return 0; /* may bring a session along */
    }
    return 0;
}

static unsigned int command_of(const kp_profile *row, const kp_form *form)
{
    if (form == &row->verify)
        return KP_PROTECTED_VERIFY;
    if (form == &row->change)
        return KP_PROTECTED_CHANGE;
    return form == &row->reset_after_authentication ? KP_PROTECTED_RESET : 0;
}

kamupin_status kp_pin_ready(kamupin_card *card, kp_card_operation operation, unsigned int risk,
                            unsigned int vouched)
{
    if ((risk & ~KP_ALL_RISKS) != 0)
        return kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "risk %#x",
                       risk);
    if (card->identity.info.usable != KAMUPIN_OK)
        return kp_fail_local(&card->error, card->identity.info.usable);
    kamupin_status status = kp_pin_session_wanted(card, commands_of(operation));
    return status == KAMUPIN_OK
               ? kp_guard_proof(card->identity.profile, operation, risk, vouched, &card->error)
               : status;
}

kamupin_status kp_pin_lock(kamupin_card *card, kp_lock *lock)
{
    return kp_lock_take(card->context, card->identity.info.card_id, lock, &card->error);
}

kamupin_status kp_pin_send(kamupin_card *card, const kp_form *form, const uint8_t *data,
                           size_t length, uint16_t *sw)
{
    const kp_command command = {.cla = form->cla,
                                .ins = form->ins,
                                .p1 = form->p1,
                                .p2 = form->p2,
                                .data = data,
                                .length = length,
                                .le = KP_LE_NONE,
                                .secret = true};
    kp_response response;
    kamupin_status status = kp_pin_session_wanted(card, command_of(card->identity.profile, form));

    if (status == KAMUPIN_OK)
        status = kp_channel_send(&card->channel, &command, &response, &card->error);
    *sw = status == KAMUPIN_OK ? response.sw : 0;
    return status;
}

kamupin_status kp_pin_pad(const kp_profile *profile, const kamupin_secret *pin, kp_pin_block *block,
                          kamupin_error *error)
{
    kp_bytes bytes;
    kamupin_status status = kp_secret_read(pin, KAMUPIN_SECRET_PIN, &bytes, error);

    *block = (kp_pin_block){.length = 0};
    if (status != KAMUPIN_OK)
        return status;
    if (bytes.length > sizeof block->bytes ||
        (profile->pin_block != 0 && bytes.length > profile->pin_block))
        return kp_fail_local(error, KAMUPIN_E_PIN_TOO_LONG);
    memcpy(block->bytes, bytes.data, bytes.length);
    block->length = bytes.length;
    while (block->length < profile->pin_block && block->length < sizeof block->bytes)
        block->bytes[block->length++] = profile->pin_pad;
    return KAMUPIN_OK;
}

kamupin_status kp_pin_send_verify(kamupin_card *card, const kamupin_secret *pin, uint16_t *sw)
{
    const kp_profile *profile = card->identity.profile;
    kp_pin_block block;
    kamupin_status status = kp_pin_pad(profile, pin, &block, &card->error);

    *sw = 0;
    if (status == KAMUPIN_OK)
        status = kp_pin_send(card, &profile->verify, block.bytes, block.length, sw);
    OPENSSL_cleanse(&block, sizeof block);
    return status;
}

kamupin_status kp_pin_judge(kamupin_card *card, uint16_t sw)
{
    kamupin_status status = KAMUPIN_E_CARD_REFUSED;

    if (sw == KP_SW_OK)
        return KAMUPIN_OK;
    if (kp_sw_blocked(sw))
        status = KAMUPIN_E_PIN_BLOCKED;
    else if (kp_sw_tries_left(sw) > 0 || sw == SW_VERIFICATION_FAILED)
        status = KAMUPIN_E_PIN_WRONG;
    kp_fail(&card->error, status, KAMUPIN_FROM_CARD, NULL);
    card->error.status_word = sw;
    card->error.tries_left = status == KAMUPIN_E_CARD_REFUSED ? -1 : kp_sw_tries_left(sw);
    return status;
}
