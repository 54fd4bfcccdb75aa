// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Reference data: PIN, PUK and their counters. As on a real card a try is spent on disk first, then
// the value is compared, then the counter restored: who pulls the card in between gains nothing.
#include "card.h"

#include <openssl/crypto.h>
#include <string.h>

#define SW_OK      0x9000
#define SW_MEMORY  0x6581
#define SW_BLOCKED 0x6983
#define PIN_LOW    4
#define PIN_HIGH   16

bool vc_is_dead(const struct vc_state *state)
{
    return state->puk_uses == 0 || (state->puk.value.len > 0 && state->puk.counter.tries == 0);
}

static bool save(struct vc_card *card)
{
    return vc_state_save(&card->state, card->state_path);
}

uint16_t vc_counter_spend(struct vc_card *card, struct vc_counter *counter)
{
    if (counter->tries == 0)
        return SW_BLOCKED;
    counter->tries--;
    return save(card) ? SW_OK : SW_MEMORY;
}

// Makes what a command did durable, or as if it had not been done beyond BEFORE.
static uint16_t commit(struct vc_card *card, struct vc_state *before)
{
    uint16_t sw = SW_OK;
    if (!save(card)) {
        card->state = *before;
        sw = SW_MEMORY;
    }
    OPENSSL_cleanse(before, sizeof *before);
    return sw;
}

static uint16_t wrong(const struct vc_counter *counter)
{
    return (uint16_t)(0x63C0 | counter->tries);
}

static bool equal(const struct vc_bytes *value, const uint8_t *bytes, size_t len)
{
    return value->len == len && CRYPTO_memcmp(value->data, bytes, len) == 0;
}

static bool length_good(size_t len)
{
    return len >= PIN_LOW && len <= PIN_HIGH;
}

static void set(struct vc_bytes *value, const uint8_t *bytes, size_t len)
{
    OPENSSL_cleanse(value->data, sizeof value->data);
    memcpy(value->data, bytes, len);
    value->len = len;
}

// The first bytes of a joined old and new value are the old one, if it is there at all.
static size_t split(const struct vc_reference *old, const struct vc_apdu *apdu)
{
    return apdu->lc < old->value.len ? apdu->lc : old->value.len;
}

uint16_t vc_verify(struct vc_card *card, struct vc_reference *reference, bool *verified,
                   const struct vc_apdu *apdu)
{
    if (reference->value.len == 0)
        return 0x6A88;
    if (apdu->lc == 0)
        return 0x6A80; // no way to ask for the counter, and no try for it
    *verified = false;
    uint16_t sw = vc_counter_spend(card, &reference->counter);
    if (sw != SW_OK)
        return sw;
    if (!equal(&reference->value, apdu->data, apdu->lc))
        return wrong(&reference->counter);
    struct vc_state before = card->state;
    reference->counter.tries = reference->counter.max;
    sw = commit(card, &before);
    *verified = sw == SW_OK;
    return sw;
}

// A new value of a wrong length is as wrong as a wrong old one: the try stays spent.
uint16_t vc_change(struct vc_card *card, struct vc_reference *reference, const uint8_t *old,
                   size_t old_len, const uint8_t *fresh, size_t fresh_len)
{
    if (reference->value.len == 0)
        return 0x6A88;
    uint16_t sw = vc_counter_spend(card, &reference->counter);
    if (sw != SW_OK)
        return sw;
    if (!equal(&reference->value, old, old_len) || !length_good(fresh_len))
        return wrong(&reference->counter);
    struct vc_state before = card->state;
    set(&reference->value, fresh, fresh_len);
    reference->counter.tries = reference->counter.max;
    return commit(card, &before);
}

uint16_t vc_change_joined(struct vc_card *card, struct vc_reference *reference,
                          const struct vc_apdu *apdu)
{
    if (apdu->lc == 0)
        return 0x6A80;
    size_t at = split(reference, apdu);
    return vc_change(card, reference, apdu->data, at, apdu->data + at, apdu->lc - at);
}

// RESET RETRY COUNTER with the PUK and a new PIN behind it, or (RENEW false) with the PUK alone,
// which leaves the PIN as it is. Each one counts as a use of the PUK, the right ones too.
uint16_t vc_reset_with_puk(struct vc_card *card, const struct vc_apdu *apdu, bool renew)
{
    struct vc_state *state = &card->state;
    if (state->puk.value.len == 0 || (!renew && state->pin.value.len == 0))
        return 0x6A88;
    if (apdu->lc == 0)
        return 0x6A80;
    if (vc_is_dead(state))
        return SW_BLOCKED;
    if (state->puk_uses != VC_ABSENT)
        state->puk_uses--;
    uint16_t sw = vc_counter_spend(card, &state->puk.counter);
    if (sw != SW_OK)
        return sw;
    size_t at = split(&state->puk, apdu);
    size_t fresh = apdu->lc - at;
    if (!equal(&state->puk.value, apdu->data, at) || !(renew ? length_good(fresh) : fresh == 0))
        return wrong(&state->puk.counter);
    struct vc_state before = *state;
    if (renew)
        set(&state->pin.value, apdu->data + at, fresh);
    state->puk.counter.tries = state->puk.counter.max;
    state->pin.counter.tries = state->pin.counter.max;
    return commit(card, &before);
}

// RESET RETRY COUNTER without the PUK, with the new PIN or with nothing: the right to it was won
// before, by EXTERNAL AUTHENTICATE or by verifying the PUK, and is good for one reset.
uint16_t vc_reset_with_right(struct vc_card *card, const struct vc_apdu *apdu, bool renew)
{
    struct vc_state *state = &card->state;
    if (vc_is_dead(state))
        return 0x6984;
    if (!renew && state->pin.value.len == 0)
        return 0x6A88;
    if (!card->session.authenticated && !card->session.puk_verified)
        return 0x6982;
    if (renew ? !length_good(apdu->lc) : apdu->lc > 0)
        return renew && apdu->lc > 0 ? 0x6A80 : 0x6700;
    struct vc_state before = *state;
    if (renew)
        set(&state->pin.value, apdu->data, apdu->lc);
    state->pin.counter.tries = state->pin.counter.max;
    card->session.authenticated = false;
    card->session.puk_verified = false;
    return commit(card, &before);
}
