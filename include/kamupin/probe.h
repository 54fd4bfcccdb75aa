/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.h: finding out how a card wants to be spoken to, least destructive first, and a draft of
   its profile (docs/profiles.md). By itself a probe sends only what is safe on any card. Neither
   what it tells nor the draft holds a serial number, a name, a certificate or a reader's name: both
   are fit to be sent to whoever looks after the profiles.

       char draft[KAMUPIN_PROBE_DRAFT_MAX];
       kamupin_probe_request request = KAMUPIN_PROBE_REQUEST_INIT;
       request.told = print_it;
       status = kamupin_card_probe(context, &request, draft, sizeof draft, &error); */
#ifndef KAMUPIN_PROBE_H
#define KAMUPIN_PROBE_H

#include <kamupin/card.h>
#include <kamupin/secret.h>

KAMUPIN_BEGIN

/** Steps that could cost something: none is taken unless it was asked for by name, the card is one
 *  that may get PIN commands, and `ask` has agreed. They are taken in this order. */
typedef enum kamupin_probe_step {
    KAMUPIN_PROBE_VERIFY = 1,       /**< VERIFY with the right PIN: a wrong one spends a try */
    KAMUPIN_PROBE_EMPTY_VERIFY = 2, /**< VERIFY without data, after a good VERIFY alone: it may
                                       spend a try, which the right PIN then gives back */
    KAMUPIN_PROBE_CHANGE = 4,       /**< CHANGE from the right PIN to the same one, after a good
                                       VERIFY alone */
    KAMUPIN_PROBE_SACRIFICE = 8,    /**< whoever asks for it says that this card may be lost: wrong
                                       PINs until it is blocked, after a good VERIFY alone. Not on a
                                       card whose PUK is known to be used up or at its last try */
    KAMUPIN_PROBE_UNBLOCK = 16 /**< `unblock` has the card given a new PIN, after it was blocked
                                       by SACRIFICE alone. Nobody is asked for a PUK, and the probe
                                       itself sends none */
} kamupin_probe_step;

/** One thing that was found. Valid during the call that tells it. */
typedef struct kamupin_probe_finding {
    size_t size;      /**< sizeof */
    char step[24];    /**< stable: "atr", "mf", "identity-folder", "application", "certificate",
                             "certificates", "tries", "verify", "empty-verify", "change", "block",
                             "unblock", "end" */
    char command[48]; /**< header and data of what was sent, hex; of a PIN command the header
                             alone; "" when nothing was sent */
    unsigned int status_word; /**< the card's SW1-SW2; 0 when nothing was sent */
    char text[400];           /**< what it was and what came of it, in the language asked for */
} kamupin_probe_finding;

/** What a probe may do, and whom it asks. */
typedef struct kamupin_probe_request {
    size_t size;        /**< sizeof; set by KAMUPIN_PROBE_REQUEST_INIT */
    const char *card;   /**< an address as kamupin_card_matches has it; NULL: the only card */
    unsigned int steps; /**< kamupin_probe_step values; 0: only what is safe on any card */
    kamupin_language language;
    /** Is told each finding, on the calling thread; NULL: nobody. */
    void (*told)(void *user, const kamupin_probe_finding *finding);
    /** Asked before each step of `steps`, on the calling thread, while the card is not held: false
     *  ends the probe (cancelled). Of KAMUPIN_PROBE_VERIFY it appends the PIN to `pin`; of the
     *  others `pin` is NULL. Needed when `steps` is not 0. */
    bool (*ask)(void *user, kamupin_probe_step step, kamupin_secret *pin);
    /** For KAMUPIN_PROBE_UNBLOCK: has the blocked card given a new PIN the way that programs do it,
     *  by a service (kamupin_unblock or kamupin_operation_new). Called on the calling thread while
     *  the card is not held, after `ask`.
     *  @param card its card_id; valid in the call
     *  @param new_pin empty, kind PIN, the probe's: the new PIN is appended to it
     *  @param error receives the reason of a failure
     *  @return ok, or why there is no new PIN, which the probe answers then */
    kamupin_status (*unblock)(void *user, const char *card, kamupin_secret *new_pin,
                              kamupin_error *error);
    void *user;             /**< handed to all three */
    kamupin_cancel *cancel; /**< may be NULL */
} kamupin_probe_request;

#define KAMUPIN_PROBE_REQUEST_INIT KAMUPIN_SIZED(kamupin_probe_request)

#define KAMUPIN_PROBE_DRAFT_MAX 4096 /**< bytes that always suffice, with the NUL */

/** Probes a card: ATR, MF, whether it has the identity card's folder (then it ends there), the
 *  application and its FCI, certificates from 2F10 on, the tries by GET DATA; then `steps`. Neither
 *  an identity card nor one that may get no PIN command is ever blocked.
 *  @param draft receives a profile in the format of docs/profiles.md, what was seen marked known;
 *         "" for a Turkish identity card or when nothing could be read
 *  @param size bytes at `draft`, at least KAMUPIN_PROBE_DRAFT_MAX
 *  @param error receives the reason of a failure; may be NULL. Findings and draft are good all the
 *         same as far as the probe came.
 *  Threads: any. The PIN steps accept unproven forms and tries that cannot be read; a last try
 *  is for KAMUPIN_PROBE_SACRIFICE alone.
 *  Errors: those of kamupin_card_open, card-reset, card-removed, card-swapped (another card was put
 *  in since the probe began: it gets no PIN) and, with `steps`, those of kamupin_pin_verify and
 *  kamupin_pin_change, puk-last-try, card-dead, and those of `unblock`; card-reply-malformed when a
 *  wrong PIN is accepted, or the card is not blocked by 15; command-unknown before anything is
 *  blocked, when no way to unblock such a card is known; cancelled, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_card_probe(kamupin_context *context,
                                              const kamupin_probe_request *request, char *draft,
                                              size_t size, kamupin_error *error);

KAMUPIN_END
#endif
