/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reset.c: a new PIN by the right of an authority: what its forms share. Every command of an
   attempt is sent at most once, and before and after each that changes something the caller is
   told, to make it durable. No form ever falls back to another. */
#include <core/fail.h>
#include <openssl/crypto.h>
#include <pin/attempt.h>
#include <pin/guard.h>
#include <pin/work.h>

kamupin_status kp_attempt_refused(kp_attempt *it, kamupin_status status, uint16_t sw,
                                  const char *command)
{
    kp_fail(&it->card->error, status, KAMUPIN_FROM_CARD, "%s", command);
    it->card->error.status_word = sw;
    it->evidence->status_word = sw;
    return status;
}

kamupin_status kp_attempt_mark(kp_attempt *it)
{
    return it->authority->mark(it->authority->user, it->evidence, &it->card->error);
}

void kp_attempt_mark_end(kp_attempt *it)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = it->authority->mark(it->authority->user, it->evidence, &error);

    if (status != KAMUPIN_OK)
        kp_log(it->card->context, KAMUPIN_LOG_ERROR, "pin",
               "what the card decided is not on disk: %s", kamupin_status_name(status));
}

kamupin_status kp_attempt_ledger(kp_attempt *it, int attempts_left)
{
    if (attempts_left >= KP_ATTEMPTS_LEFT_MIN)
        return KAMUPIN_OK;
    kp_fail_local(&it->card->error, KAMUPIN_E_AUTHORITY_EXHAUSTED);
    it->card->error.tries_left = attempts_left;
    return KAMUPIN_E_AUTHORITY_EXHAUSTED;
}

/* ISO/IEC 7816-4, 5.1.3: 64xx and 66xx to 6Exx leave the card as it was; after a warning, 65xx
   (memory changed) or 6Fxx only a look can tell. */
kamupin_outcome kp_attempt_outcome(uint16_t sw)
{
    unsigned int sw1 = sw >> 8;

    return sw1 == 0x64 || (sw1 >= 0x66 && sw1 <= 0x6E) ? KAMUPIN_OUTCOME_NOT_DONE
                                                       : KAMUPIN_OUTCOME_UNKNOWN;
}

kamupin_status kp_attempt_won(kp_attempt *it)
{
    it->evidence->authentication = KP_AUTHENTICATION_ACCEPTED;
    it->evidence->outcome = KAMUPIN_OUTCOME_UNKNOWN; /* the new PIN is next */
    kamupin_status status = kp_attempt_mark(it);
    if (status != KAMUPIN_OK)
        it->evidence->outcome = KAMUPIN_OUTCOME_NONE;
    return status;
}

kamupin_status kp_attempt_set_pin(kp_attempt *it)
{
    const kp_profile *profile = it->card->identity.profile;
    kp_pin_block pin;
    uint16_t sw;
    kamupin_status status = kp_pin_pad(profile, it->new_pin, &pin, &it->card->error);

    it->evidence->outcome = KAMUPIN_OUTCOME_NONE;
    if (status == KAMUPIN_OK) {
        status =
            kp_pin_send(it->card, &profile->reset_after_authentication, pin.bytes, pin.length, &sw);
        if (status != KAMUPIN_OK) {
            if (it->card->channel.delivered)
                it->evidence->outcome = KAMUPIN_OUTCOME_UNKNOWN;
        } else if (sw == KP_SW_OK) {
            it->evidence->outcome = KAMUPIN_OUTCOME_DONE;
            it->evidence->state_after = KAMUPIN_PIN_USABLE;
        } else {
            it->evidence->outcome = kp_attempt_outcome(sw);
            status = kp_attempt_refused(it, KAMUPIN_E_CARD_REFUSED, sw, "RESET RETRY COUNTER");
        }
    }
    OPENSSL_cleanse(&pin, sizeof pin);
    kp_attempt_mark_end(it);
    return status;
}

/* The forms that win a right while the card is held: everything between hold and release. */
static kamupin_status reset_held(kp_attempt *it)
{
    const kamupin_card_info *info = &it->card->identity.info;
    kamupin_status status = kp_guard_reset(it->card);

    it->evidence->state_before = info->pin_state;
    it->evidence->tries_before = info->pin_tries == KAMUPIN_TRIES_KNOWN ? info->pin_tries_left : -1;
    if (status != KAMUPIN_OK)
        return status;
    return it->authority->form == KP_FORM_RELAY ? kp_attempt_by_relay(it)
                                                : kp_attempt_by_cryptogram(it);
}

kp_card_operation kp_form_operation(kp_authority_form form)
{
    switch (form) {
    case KP_FORM_CRYPTOGRAM:
        return KP_OP_RESET_BY_CRYPTOGRAM;
    case KP_FORM_SEALED_PUK:
        return KP_OP_RESET_BY_SEALED_PUK;
    case KP_FORM_RELAY:
        return KP_OP_RESET_BY_RELAY;
    }
    return KP_OP_RESET_BY_CRYPTOGRAM;
}

kamupin_status kp_pin_reset(kamupin_card *card, const kp_authority *authority,
                            const kamupin_secret *new_pin, unsigned int risk, unsigned int vouched,
                            kp_evidence *evidence)
{
    kp_attempt it = {
        .card = card, .authority = authority, .new_pin = new_pin, .evidence = evidence};

    *evidence = (kp_evidence){
        .tries_before = -1, .tries_after = -1, .puk_tries_before = -1, .puk_tries_after = -1};
    kamupin_status status = kp_card_enter(card);
    if (status == KAMUPIN_OK)
        status = kp_pin_check(card->identity.profile, new_pin, NULL, &card->error);
    if (status == KAMUPIN_OK)
        status =
            kp_pin_ready(card, kp_form_operation(authority->form), risk & KP_ALL_RISKS, vouched);
    if (status == KAMUPIN_OK && authority->form == KP_FORM_SEALED_PUK) {
        status =
            kp_guard_sealed_puk(card->identity.profile, &card->identity.info, risk, &card->error);
        return status == KAMUPIN_OK ? kp_attempt_by_sealed_puk(&it) : status;
    }
    if (status == KAMUPIN_OK)
        status = kp_card_hold(card);
    if (status == KAMUPIN_OK) {
        status = reset_held(&it);
        kp_card_release(card);
    }
    return status;
}
