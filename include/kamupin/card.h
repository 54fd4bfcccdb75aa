/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   card.h: cards in readers, and what can be known of them without spending a try. Listing and
   opening are read-only: they send SELECT, READ BINARY and read-only GET DATA of the card's
   profile, and no PIN command ever.

       kamupin_reader_list *list = NULL;
       kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
       if (kamupin_reader_list_new(context, NULL, &list, &error) == KAMUPIN_OK)
           for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
               printf("%s: %s %s\n", info.reader, info.product, info.card_id);
       kamupin_reader_list_free(&list); */
#ifndef KAMUPIN_CARD_H
#define KAMUPIN_CARD_H

#include <kamupin/cancel.h>

KAMUPIN_BEGIN

typedef struct kamupin_reader_list kamupin_reader_list;
typedef struct kamupin_card kamupin_card;

#define KAMUPIN_CARD_ID_MAX 80 /**< "serial:<HEX>" or "certs:<64 hex>", with the NUL */

/** What a card is. Only a card that is clearly an e-signature card gets PIN commands:
 *  recognition fails closed. */
typedef enum kamupin_card_kind {
    KAMUPIN_CARD_NONE = 0,      /**< no card to speak of */
    KAMUPIN_CARD_UNKNOWN = 1,   /**< not recognised */
    KAMUPIN_CARD_SIGNATURE = 2, /**< e-signature or seal card of Kamu SM */
    KAMUPIN_CARD_IDENTITY = 3,  /**< Turkish identity card (TCKK) */
    KAMUPIN_CARD_OTHER = 4      /**< recognised by a row from a file (kamupin_profile_load), and not
                                   an e-signature card of Kamu SM: no operation of the service */
} kamupin_card_kind;

/** State of a reference (PIN or PUK). */
typedef enum kamupin_pin_state {
    KAMUPIN_PIN_UNKNOWN = 0, /**< cannot be told without spending a try */
    KAMUPIN_PIN_NOT_SET = 1,
    KAMUPIN_PIN_USABLE = 2,
    KAMUPIN_PIN_BLOCKED = 3,
    KAMUPIN_PIN_DEAD = 4 /**< blocked, and the PUK is used up */
} kamupin_pin_state;

/** A state's stable word, as JSON, journals and the service profile have it: "unknown", "not-set",
 *  "usable", "blocked", "dead".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_pin_state_name(kamupin_pin_state state);

/** How well the tries left are known. */
typedef enum kamupin_tries {
    KAMUPIN_TRIES_UNKNOWN = 0,
    KAMUPIN_TRIES_KNOWN = 1,   /**< read from the card; see tries_left */
    KAMUPIN_TRIES_VERIFIED = 2 /**< the PIN is verified now, so the card does not say */
} kamupin_tries;

/** All that is known of a reader and its card. Copied out; belongs to the caller. */
typedef struct kamupin_card_info {
    size_t size;                          /**< sizeof; set by KAMUPIN_CARD_INFO_INIT */
    char reader[KAMUPIN_READER_NAME_MAX]; /**< the reader's name */
    kamupin_card_kind kind;
    kamupin_status usable; /**< ok: PIN work is possible; else why not, such as no-card */
    char card_id[KAMUPIN_CARD_ID_MAX]; /**< names the card and proves nothing; "" when it has no
                                          name */
    char serial[68];  /**< chip serial, upper-case hex without separators; "" when not readable */
    char profile[24]; /**< the profile row, such as "akis-2"; "" when none knows the ATR */
    char product[48]; /**< for people: "AKİS v2.x"; "" of a card that was not recognised */
    unsigned char atr[KAMUPIN_ATR_MAX];
    size_t atr_length;
    size_t certificates; /**< certificates that were read */
    kamupin_pin_state pin_state;
    kamupin_tries pin_tries;
    int pin_tries_left; /**< when pin_tries is KNOWN, else -1 */
    int pin_tries_max;  /**< -1 when not known */
    kamupin_pin_state puk_state;
    kamupin_tries puk_tries;
    int puk_tries_left;  /**< when puk_tries is KNOWN, else -1 */
    int puk_tries_max;   /**< -1 when not known */
    unsigned int events; /**< the reader's event count at the time */
    bool pin_pad; /**< the reader says it has a keypad (asked only with a card that a profile knows
                     in it); pinpad.h tells what it can be used for */
} kamupin_card_info;

#define KAMUPIN_CARD_INFO_INIT KAMUPIN_SIZED(kamupin_card_info)

/** Lists every reader and identifies every card, once, now. A card that another program holds in a
 *  transaction is waited for 3 seconds, then it is listed as card-in-use. What the context has read
 *  of a card before is not read again when the card confirms that it is the same.
 *  @param cancel ends the work early; may be NULL
 *  @param list receives the handle, also when it is empty (no reader); freed with
 *          kamupin_reader_list_free
 *  @param error receives the reason of a failure; may be NULL
 *  A card that cannot be read is no failure of the call: its entry says why in `usable`.
 *  Threads: any, also several at once.
 *  Errors: reader-service-down, reader-not-permitted, reader-failed, cancelled, no-memory,
 *  forked. */
KAMUPIN_API kamupin_status kamupin_reader_list_new(kamupin_context *context, kamupin_cancel *cancel,
                                                   kamupin_reader_list **list,
                                                   kamupin_error *error);
/** Frees a list and sets the caller's pointer to NULL. NULL is fine. Errors: none. */
KAMUPIN_API void kamupin_reader_list_free(kamupin_reader_list **list);

/** The number of readers. 0 for NULL. */
KAMUPIN_API size_t kamupin_reader_list_count(const kamupin_reader_list *list);

/** Copies what is known of reader `index` (0 up) to `info`, whose size the caller has set.
 *  Errors: invalid-argument (no such index, wrong size). */
KAMUPIN_API kamupin_status kamupin_reader_list_get(const kamupin_reader_list *list, size_t index,
                                                   kamupin_card_info *info);

/** Waits until a card or reader comes, goes or changes against what `list` saw; sends nothing to
 *  any card.
 *  @param timeout_ms milliseconds, -1 for no bound
 *  Threads: the list's. Errors: timed-out, cancelled, and those of kamupin_reader_list_new. */
KAMUPIN_API kamupin_status kamupin_reader_list_wait(kamupin_reader_list *list, long timeout_ms,
                                                    kamupin_cancel *cancel, kamupin_error *error);

/** Whether `info` is of the card that an address means, as kamupin_card_open takes it: a card_id, a
 *  serial, a reader's name, an ATR in hex (colons and spaces may stand between), or a URI
 *
 *      kamupin:serial=…;reader=…;card-id=…;atr=…
 *
 *  of which each part is optional, stands at most once, is percent-encoded (RFC 3986), and has to be
 *  true. For lists of one's own; nothing is sent.
 *  Threads: any. Errors: card-not-found (another card), card-address (a URI that is none),
 *  invalid-argument. */
KAMUPIN_API kamupin_status kamupin_card_matches(const kamupin_card_info *info, const char *which);

/** Opens a card for PIN work. Only cards that can be meant are read.
 *  @param which an address as kamupin_card_matches has it; NULL for the only usable card there is
 *  @param cancel ends this call early, and makes later calls on the handle answer cancelled before
 *          they send anything; borrowed, must outlive the handle; may be NULL
 *  @param card receives the handle, also for a card that may not be used (its info says why; PIN
 *          calls refuse it)
 *  Threads: any; the handle by one at a time.
 *  Errors: those of kamupin_reader_list_new, no-reader, no-card, card-not-found, choice-needed,
 *  card-mute, card-in-use, card-unsupported, card-address. When the only card there is could not be
 *  read, and may be the one that is named, what kept it from being read (reader-*, card-in-use,
 *  card-reset, card-removed) takes the place of card-not-found. */
KAMUPIN_API kamupin_status kamupin_card_open(kamupin_context *context, const char *which,
                                             kamupin_cancel *cancel, kamupin_card **card,
                                             kamupin_error *error);

/** Disconnects without resetting the card, frees, nulls. NULL is fine. */
KAMUPIN_API void kamupin_card_free(kamupin_card **card);

/** Reads the card's identity, PIN state and tries again, and copies them to `info` (size set by the
 *  caller). Spends no try.
 *  Threads: the handle's.
 *  Errors: invalid-argument, cancelled, card-removed, card-swapped, card-reset, reader-*,
 *  card-reply-malformed, card-in-use, forked. */
KAMUPIN_API kamupin_status kamupin_card_read(kamupin_card *card, kamupin_card_info *info);

/** A certificate of the card as it was read at opening.
 *  @param index 0 up to info.certificates - 1
 *  @param der receives DER bytes that belong to the card handle and live as long as it
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_card_certificate(const kamupin_card *card, size_t index,
                                                    const unsigned char **der, size_t *length);

/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_card_error(const kamupin_card *card, kamupin_error *error);

KAMUPIN_END
#endif
