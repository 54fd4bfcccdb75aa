/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pinpad.h: PIN work at the keypad of the reader (PC/SC part 10). The digits go from the keypad to
   the card: neither this library nor the program, nor PC/SC, ever holds them. Retry guard, per-card
   lock, transaction, logout and "nothing is sent twice" are those of pin.h.

       kamupin_pad_info pad = KAMUPIN_PAD_INFO_INIT;
       if (kamupin_pad_read(card, NULL, &pad) == KAMUPIN_OK && pad.verify) {
           puts("Type your PIN at the reader's keypad.");
           status = kamupin_pad_verify(card, NULL, KAMUPIN_RISK_NONE);
       } */
#ifndef KAMUPIN_PINPAD_H
#define KAMUPIN_PINPAD_H

#include <kamupin/pin.h>

KAMUPIN_BEGIN

/** What a reader does otherwise than it says; OR them together. The library has a table of known
 *  readers, by USB vendor and product id. */
typedef enum kamupin_pad_quirk {
    KAMUPIN_PAD_PLAIN = 0,        /**< nothing */
    KAMUPIN_PAD_UNUSABLE = 1,     /**< it claims a keypad and has none, or one that does not work */
    KAMUPIN_PAD_FIXED_LENGTH = 2, /**< it has to be told beforehand how many digits will come */
    KAMUPIN_PAD_NO_CHANGE = 4,    /**< it can verify a PIN and not change it */
    KAMUPIN_PAD_BARE_HEADER = 8   /**< it wants the command's four header bytes without a length */
} kamupin_pad_quirk;

/** A caller's own word on a reader, in place of the library's table and of what the reader says. */
typedef struct kamupin_pad_quirks {
    size_t size;             /**< sizeof(kamupin_pad_quirks) */
    unsigned int flags;      /**< kamupin_pad_quirk values */
    unsigned int min_digits; /**< the fewest that it takes; 0: as it says */
    unsigned int max_digits; /**< the most that it takes; 0: as it says */
} kamupin_pad_quirks;

/** The keypad of a card's reader, as it can be used with this card. */
typedef struct kamupin_pad_info {
    size_t size;             /**< sizeof; set by KAMUPIN_PAD_INFO_INIT */
    bool verify;             /**< a PIN can be verified there */
    bool change;             /**< … and changed */
    bool wants_digits;       /**< only when `digits` of the options says how many there are */
    bool in_steps;           /**< the entry is started and then waited for: cancel can end it */
    unsigned int min_digits; /**< of a PIN that can be typed there: the reader's and the policy's */
    unsigned int max_digits;
    unsigned int vendor; /**< USB ids; 0 when the reader does not say */
    unsigned int product;
    unsigned int lines, columns; /**< of its display; 0 when it has none or does not say */
    unsigned int quirks;         /**< kamupin_pad_quirk values that hold */
    char firmware[32];           /**< as the reader says; "" when it does not */
} kamupin_pad_info;

#define KAMUPIN_PAD_INFO_INIT KAMUPIN_SIZED(kamupin_pad_info)

/** How an entry at the keypad is asked for; every field may be left zero. */
typedef struct kamupin_pad_options {
    size_t size;         /**< sizeof; set by KAMUPIN_PAD_OPTIONS_INIT */
    unsigned int digits; /**< how many digits each PIN has, old and new alike; 0: any; at most 15 */
    unsigned int timeout_seconds; /**< for the person to type in; 0: 30; at most 120 */
    unsigned int
        language; /**< of the reader's display, a Windows language id; 0: Turkish, 0x041F */
    const kamupin_pad_quirks *quirks; /**< NULL: the library's table decides */
    /** Told when everything was checked and the keypad is about to ask; NULL: nobody is. On the
     *  calling thread; may pull cancel and call nothing else on the card. */
    void (*typing)(void *user);
    void *user; /**< handed to `typing` */
} kamupin_pad_options;

#define KAMUPIN_PAD_OPTIONS_INIT KAMUPIN_SIZED(kamupin_pad_options)

/** What the keypad of the card's reader can do with this card. Sends nothing to the card.
 *  @param options its `quirks` and `digits` count; NULL for all defaults
 *  @param info size set by the caller; a reader without a keypad is no failure: `verify` and
 *          `change` are false
 *  Threads: the card's. The reason of a failure is in kamupin_card_error.
 *  Errors: invalid-argument, cancelled, forked, card-removed, reader-*. */
KAMUPIN_API kamupin_status kamupin_pad_read(kamupin_card *card, const kamupin_pad_options *options,
                                            kamupin_pad_info *info);

/** Verifies a PIN that is typed at the keypad, and logs the card out again. The card stays held
 *  while the person types: the reader asks for the PIN and gives it to the card in one step.
 *  @param options NULL for all defaults
 *  @param risk kamupin_pin_risk values
 *  Threads: the card's. Spends one try when the PIN is wrong. The reason of a failure is in
 *  kamupin_card_error. Returns when the entry has ended; pulling the card's cancel handle ends it
 *  early only where the reader works in steps, elsewhere its own cancel key does.
 *  Errors: pin-pad-unsupported, cancelled (at the keypad, or by the handle), timed-out (nobody
 *  typed), pin-pad-length, pin-pad-failed, and those of kamupin_pin_verify but for what it says of
 *  typed PINs. After timed-out, cancelled and pin-pad-length the card was given nothing. */
KAMUPIN_API kamupin_status kamupin_pad_verify(kamupin_card *card,
                                              const kamupin_pad_options *options,
                                              unsigned int risk);

/** Changes the PIN at the keypad: the old one, the new one, and the new one again. The card stays
 *  held while the person types.
 *  @param options NULL for all defaults; `digits` is the length of old and new PIN alike
 *  @param risk kamupin_pin_risk values
 *  Threads: the card's, as kamupin_pad_verify. Spends one try when the old PIN is wrong. The reason
 *  of a failure is in kamupin_card_error.
 *  Errors: as kamupin_pad_verify, and pin-mismatch (the two new ones differ; the card was given
 *  nothing). After card-removed, card-reset and pin-pad-failed the card may hold the old PIN or
 *  the new one, as after kamupin_pin_change. */
KAMUPIN_API kamupin_status kamupin_pad_change(kamupin_card *card,
                                              const kamupin_pad_options *options,
                                              unsigned int risk);

KAMUPIN_END
#endif
