/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pinpad.h: the structures of PC/SC part 10 (2.02), "IFDs with Secure PIN Entry Capabilities": what
   a reader says of its keypad, and the order to ask for a PIN there. Pure: forms and parses bytes,
   one by one at their offsets; pad.h talks. */
#ifndef KP_CARD_PINPAD_H
#define KP_CARD_PINPAD_H

#include <card/profile.h>
#include <kamupin/pinpad.h>

/** Feature numbers (part 10, 2.2). */
typedef enum kp_pad_feature {
    KP_PAD_VERIFY_START = 0x01,
    KP_PAD_VERIFY_FINISH = 0x02,
    KP_PAD_MODIFY_START = 0x03,
    KP_PAD_MODIFY_FINISH = 0x04,
    KP_PAD_KEY_PRESSED = 0x05,
    KP_PAD_VERIFY_DIRECT = 0x06,
    KP_PAD_MODIFY_DIRECT = 0x07,
    KP_PAD_PIN_PROPERTIES = 0x0A,
    KP_PAD_ABORT = 0x0B,
    KP_PAD_TLV_PROPERTIES = 0x12,
    KP_PAD_FEATURES = 0x13 /* none from here on is of use here */
} kp_pad_feature;

/** What is known of a reader's keypad. Zeroed: no keypad. */
typedef struct kp_pad {
    unsigned long code[KP_PAD_FEATURES]; /* control code of each feature; 0: not offered */
    unsigned int vendor, product;
    unsigned int min_digits, max_digits; /* 0: not said */
    unsigned int lines, columns;
    bool second_timeout; /* bTimerOut2 means something to it */
    unsigned int quirks; /* kamupin_pad_quirk values */
    char firmware[32];
} kp_pad;

/** Takes the answer to the feature request over. Elements that are none (a length other than 4, a
 * code of 0) are skipped, a cut one ends it: what is not clearly offered is not there. */
void kp_pad_parse_features(const uint8_t *data, size_t length, kp_pad *pad);
/** … the four bytes of FEATURE_IFD_PIN_PROPERTIES. */
void kp_pad_parse_pin_properties(const uint8_t *data, size_t length, kp_pad *pad);
/** … the elements of FEATURE_GET_TLV_PROPERTIES; numbers are little-endian, of 1 to 4 bytes. */
void kp_pad_parse_tlv_properties(const uint8_t *data, size_t length, kp_pad *pad);

/** A known reader's row, or NULL. */
typedef struct kp_pad_row {
    unsigned int vendor, product;
    unsigned int flags, min_digits, max_digits; /* as kamupin_pad_quirks */
} kp_pad_row;
const kp_pad_row *kp_pad_row_of(unsigned int vendor, unsigned int product);

/** Puts the quirks into effect: `own` (may be NULL) in place of the table's row for the reader. */
void kp_pad_bend(kp_pad *pad, const kamupin_pad_quirks *own);

/** Whether the reader offers an entry: directly, or in steps. */
bool kp_pad_direct(const kp_pad *pad, bool change);
bool kp_pad_stepwise(const kp_pad *pad, bool change);

/** One entry at the keypad. */
typedef struct kp_pad_entry {
    const kp_form *form; /* of VERIFY, or of CHANGE REFERENCE DATA */
    bool change;
    kp_change_coding coding;             /* of a change */
    unsigned int block;                  /* bytes that each PIN is padded to; 0: not padded */
    uint8_t filler;                      /* … with this */
    unsigned int digits;                 /* exactly so many; 0: from min to max */
    unsigned int min_digits, max_digits; /* 1..15 */
    unsigned int timeout_seconds;        /* 1..255 */
    unsigned int language;
} kp_pad_entry;

/** Whether the reader can be told to make this command. A change whose PINs stand behind their
 * lengths has no form with an open number of digits, and none with padded PINs. */
bool kp_pad_can(const kp_pad *pad, const kp_pad_entry *entry);

/** Room for either structure with its command. */
#define KP_PAD_ORDER_MAX (24 + 5 + 2 * (1 + 15))

/** Writes PIN_VERIFY or PIN_MODIFY for an entry that kp_pad_can allows; false when it does not fit
 * or a field is out of its bounds. */
bool kp_pad_order(const kp_pad *pad, const kp_pad_entry *entry, uint8_t *out, size_t room,
                  size_t *length);

#endif
