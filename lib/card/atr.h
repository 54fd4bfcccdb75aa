/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   atr.h: an answer to reset taken apart (ISO/IEC 7816-3, 8.2), as far as a card is recognised by
   it: the historical bytes. */
#ifndef KP_CARD_ATR_H
#define KP_CARD_ATR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct kp_atr {
    const uint8_t *historical; /* within the bytes that were given */
    size_t historical_length;
    bool has_check; /* a check byte is due: a protocol other than T=0 is offered */
    bool check_ok; /* … is there, and right. Some cards in circulation are listed with a wrong one:
                      worth a line in a log, no reason to refuse */
} kp_atr;

/** Takes `length` bytes apart; false when they are no ATR: wrong first byte, or cut before the end
 * of the historical bytes. */
bool kp_atr_parse(const uint8_t *bytes, size_t length, kp_atr *atr);

#endif
