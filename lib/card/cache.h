/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cache.h: what a context keeps of the cards that it has read: identity and certificates, which are
   public; never a secret, never a counter. */
#ifndef KP_CARD_CACHE_H
#define KP_CARD_CACHE_H

#include <card/identity.h>

#define KP_CACHE_CARDS 32 /* kept at a time; the oldest makes room */

/** Reads the card of a held channel as kp_identity_read does. When this context has read a usable
 * card in the same reader with the same ATR and event count before, the card is only asked whether
 * it is still that one (kp_identity_confirm: a swap that the daemon missed is noticed), and for its
 * counters; its certificates are those that were read then. Any other answer, and it is read in
 * full. Errors: those of kp_identity_read. */
kamupin_status kp_cache_read(kp_channel *channel, const kamupin_reader_state *state,
                             kp_identity *identity, kamupin_error *error);

#endif
