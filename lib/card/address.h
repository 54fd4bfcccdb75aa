/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   address.h: how a card is named by whoever wants it: plainly (card id, serial, reader's name or
   ATR), or by a URI that may give several of these, all of which have to be true. */
#ifndef KP_CARD_ADDRESS_H
#define KP_CARD_ADDRESS_H

#include <kamupin/card.h>

typedef struct kp_address {
    const char *plain; /* borrowed; NULL of a URI, whose parts stand below ("": not given) */
    char reader[KAMUPIN_READER_NAME_MAX];
    char card_id[KAMUPIN_CARD_ID_MAX];
    char serial[sizeof((kamupin_card_info *)0)->serial];
    char atr[2 * KAMUPIN_ATR_MAX + 1]; /* upper-case hex, as the plain one may be as well */
} kp_address;

/** Takes an address apart: "kamupin:" begins a URI (RFC 3986), kamupin:NAME=VALUE;…, of reader,
 * card-id, serial and atr, each at most once, with percent-encoded values. Errors: card-address. */
kamupin_status kp_address_parse(const char *text, kp_address *address, kamupin_error *error);

/** Whether what is known without asking the card (reader, ATR) already answers a plain address, or
 * allows a URI. */
bool kp_address_seen(const kp_address *address, const kamupin_card_info *info);

/** Whether a card that was read is meant. */
bool kp_address_fits(const kp_address *address, const kamupin_card_info *info);

#endif
