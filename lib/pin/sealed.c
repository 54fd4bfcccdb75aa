/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sealed.c: the form for cards that know no external authentication: the service discloses the
   card's PUK, sealed to the operation's key, and one RESET RETRY COUNTER carries it and the new
   PIN. The card is held after the service has answered: nothing binds the two. Even a right use of
   the PUK may count on the card (row H03), so its counter is read before and after. */
#include <core/fail.h>
#include <pin/attempt.h>
#include <pin/guard.h>

/* A wrong PUK, or one that the card takes no more: it was refused and changed nothing. */
static bool says_refused(uint16_t sw)
{
    return kp_sw_blocked(sw) || kp_sw_tries_left(sw) >= 0 || sw == 0x6982;
}

/* Reads the PUK's counter behind the command, as evidence: a failure changes nothing any more. */
static void look_after(kp_attempt *it)
{
    kamupin_card_info *info = &it->card->identity.info;
    kamupin_error ignored = KAMUPIN_ERROR_INIT;

    if (it->card->channel.stale ||
        kp_identity_read_puk(&it->card->channel, it->card->identity.profile, info, &ignored) !=
            KAMUPIN_OK)
        return;
    if (info->puk_tries == KAMUPIN_TRIES_KNOWN)
        it->evidence->puk_tries_after = info->puk_tries_left;
}

/* What became of the command. */
static kamupin_status judge(kp_attempt *it, kamupin_status status, uint16_t sw)
{
    kp_evidence *evidence = it->evidence;

    if (status != KAMUPIN_OK) {
        if (!it->card->channel.delivered) {
            evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
            evidence->outcome = KAMUPIN_OUTCOME_NONE;
        }
        return status;
    }
    if (sw == KP_SW_OK) {
        evidence->authentication = KP_AUTHENTICATION_ACCEPTED;
        evidence->outcome = KAMUPIN_OUTCOME_DONE;
        evidence->state_after = KAMUPIN_PIN_USABLE;
        return KAMUPIN_OK;
    }
    if (says_refused(sw)) {
        evidence->authentication = KP_AUTHENTICATION_REFUSED;
        evidence->outcome = KAMUPIN_OUTCOME_NOT_DONE;
        return kp_attempt_refused(it, KAMUPIN_E_AUTHENTICATION_REFUSED, sw, "RESET RETRY COUNTER");
    }
    evidence->outcome = kp_attempt_outcome(sw);
    return kp_attempt_refused(it, KAMUPIN_E_CARD_REFUSED, sw, "RESET RETRY COUNTER");
}

/* Everything between hold and release. */
static kamupin_status use(kp_attempt *it, const kamupin_secret *puk)
{
    kp_evidence *evidence = it->evidence;
    uint16_t sw = 0;
    kamupin_status status = kp_guard_puk(it->card);

    evidence->puk_tries_before = it->card->identity.info.puk_tries == KAMUPIN_TRIES_KNOWN
                                     ? it->card->identity.info.puk_tries_left
                                     : -1;
    if (status != KAMUPIN_OK)
        return status;
    /* One command spends the PUK and sets the PIN: from here on both are unknown. */
    evidence->authentication = KP_AUTHENTICATION_UNKNOWN;
    evidence->outcome = KAMUPIN_OUTCOME_UNKNOWN;
    status = kp_attempt_mark(it);
    if (status != KAMUPIN_OK) {
        evidence->authentication = KP_AUTHENTICATION_NOT_SENT;
        evidence->outcome = KAMUPIN_OUTCOME_NONE;
        return status;
    }
    status = kp_channel_send_sealed(&it->card->channel, &it->card->identity.profile->reset_with_puk,
                                    puk, it->new_pin, &sw, &it->card->error);
    status = judge(it, status, sw);
    look_after(it);
    kp_attempt_mark_end(it);
    return status;
}

kamupin_status kp_attempt_by_sealed_puk(kp_attempt *it)
{
    const kamupin_card_info *info = &it->card->identity.info;
    kamupin_secret *puk = NULL;
    int uses_left = 0;

    /* As the card was when it was chosen. A usable PIN's tries may have changed since, and would
     * mislead whoever has to find out later. */
    it->evidence->state_before = info->pin_state;
    it->evidence->tries_before = info->pin_state == KAMUPIN_PIN_BLOCKED ? 0 : -1;
    kamupin_status status =
        it->authority->puk(it->authority->user, &puk, &uses_left, &it->card->error);
    if (status == KAMUPIN_OK)
        status = kp_cancel_check(it->card->cancel, &it->card->error);
    if (status == KAMUPIN_OK)
        status = kp_attempt_ledger(it, uses_left);
    if (status == KAMUPIN_OK)
        status = kp_card_hold(it->card);
    if (status == KAMUPIN_OK) {
        status = use(it, puk);
        kp_card_release(it->card);
    }
    kamupin_secret_free(&puk);
    return status;
}
