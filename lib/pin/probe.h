/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   probe.h: what the steps of a probe with a PIN share: probe.c, and probe_sacrifice.c for the steps on
   a card that may be lost. */
#ifndef KP_PIN_PROBE_H
#define KP_PIN_PROBE_H

#include <card/probe.h>
#include <pin/work.h>

#define KP_PROBE_RISK ((unsigned int)(KAMUPIN_RISK_UNPROVEN | KAMUPIN_RISK_UNKNOWN_TRIES))

/** One run of them. */
typedef struct kp_probe_steps {
    kp_probe *probe;
    kamupin_card *card;
    kamupin_secret *pin; /* the right one, as soon as it was asked for */
} kp_probe_steps;

/** Tells what a PIN command came to: its header and status word. */
void kp_probe_tell_form(const kp_probe_steps *it, kp_probe_text text, const kp_form *form,
                        kamupin_status status);

/** "2", or "?". Returns `room`. */
const char *kp_probe_tries_text(kamupin_tries known, int left, char *room, size_t size);

/** Calls `send` with the card locked, held and recognised again; logs out behind it. */
kamupin_status kp_probe_held(const kp_probe_steps *it,
                             kamupin_status (*send)(const kp_probe_steps *it));

/** The steps on a sacrifice. Before the person is asked: whether the card could be unblocked again, as
 * far as PUK and row tell. Errors: puk-last-try, card-dead, command-unknown, sealed-puk-refused and
 * those of kamupin_card_read. */
kamupin_status kp_probe_may_block(const kp_probe_steps *it);
kamupin_status kp_probe_block(const kp_probe_steps *it);
kamupin_status kp_probe_unblock(const kp_probe_steps *it);

#endif
