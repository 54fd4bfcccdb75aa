/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pad.h: talking to a reader's keypad over a card's channel. The PIN passes from the keypad to the
   card inside the reader; nothing here ever holds a digit. */
#ifndef KP_CARD_PAD_H
#define KP_CARD_PAD_H

#include <card/channel.h>
#include <card/pinpad.h>

/** Whether the reader says that PINs can be verified at its keypad: one question to the reader,
 * none to the card. */
bool kp_pad_is_there(const kp_channel *channel);

/** Asks the reader what its keypad can do; `own` as kp_pad_bend. A reader without one is ok and
 * leaves `pad` empty. Errors: card-reset, card-removed, reader-*. */
kamupin_status kp_pad_look(kp_channel *channel, const kamupin_pad_quirks *own, kp_pad *pad,
                           kamupin_error *error);

/** Has the PIN typed at the keypad and given to the held card, once; `sw` receives the status word
 * of the card, or the reader's own (64xx, 6B80: the card was given nothing). The command's form
 * passes the never-send list, and a card that may have been lost gets none. Pulling `cancel` (may be
 * NULL) ends an entry that goes in steps. Errors: pin-pad-unsupported (nothing was done),
 * pin-pad-failed, card-reset, card-removed, command-forbidden, reader-*. */
kamupin_status kp_pad_run(kp_channel *channel, const kp_pad *pad, const kp_pad_entry *entry,
                          const kamupin_cancel *cancel, uint16_t *sw, kamupin_error *error);

/** Status words of the reader itself (part 10, 2.5). */
#define KP_PAD_SW_TIMEOUT   0x6400
#define KP_PAD_SW_CANCELLED 0x6401
#define KP_PAD_SW_MISMATCH  0x6402
#define KP_PAD_SW_LENGTH    0x6403
#define KP_PAD_SW_FORM      0x6B80

#endif
