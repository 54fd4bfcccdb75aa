/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   pin_desk.h: the authority's desk for tests of kp_pin_reset, on a bench of pin_bench.h: answers
   the challenge as the test says, and remembers each mark with the commands that were sent before
   it. */
#ifndef KP_TEST_PIN_DESK_H
#define KP_TEST_PIN_DESK_H

#include <pin/reset.h>

#include "pin_bench.h"

#define CHALLENGE    "00 84 00 00 08"
#define CHALLENGED   "A1A2A3A4A5A6A7A8 9000"
#define AUTHENTICATE "00 82 00 83 10 C0C1C2C3C4C5C6C7C8C9CACBCCCDCECF"
#define RESET        "00 2C 02 81 08 3938373635343332"
#define NEW_PIN      "98765432"
#define PUK_TEXT     "71717171"
#define BEFORE_IT                                                                                  \
    6 /* commands before EXTERNAL AUTHENTICATE: 4 of identification, guard, challenge */

/* The authority's side, and what it saw: each mark with the commands that were sent before it. */
typedef struct kp_desk {
    kp_bench *bench;
    kp_authority_form form;
    const char *const *relayed; /* by relay: its commands in hex, NULL-terminated; then the right */
    size_t relay_at;
    /* what it answers */
    kamupin_status answers;
    int attempts_left;
    size_t cryptogram_length;
    int64_t takes_ms;
    bool pulls_cancel;
    unsigned int pulls_after;  /* in a relay: so many answers later */
    unsigned int failing_mark; /* 1, 2, 3; 0: none */
    /* what it saw */
    unsigned int asked, asked_at, marks;
    int64_t deadline;
    unsigned char challenge[64];
    size_t challenge_length;
    struct {
        unsigned int sent;
        kp_authentication authentication;
        kamupin_outcome outcome;
        uint16_t status_word;
    } mark[4];
} kp_desk;

/** A desk that gives 16 bytes C0 C1 … CF at once, with 3 attempts left. */
kp_desk kp_desk_of(kp_bench *bench);
kp_authority kp_desk_authority(kp_desk *it);

/** Opens a bench with a blocked akis-2 card, scripted up to its challenge, and a desk. */
void kp_desk_open_blocked(kp_bench *bench, kp_desk *it);

/** A desk for one form, at a card whose row the test may change: a blocked akis-2. */
typedef struct kp_desk_place {
    kp_bench bench;
    kp_desk desk;
    kp_profile row; /* in place of the card's */
} kp_desk_place;
void kp_desk_open_place(kp_desk_place *place, kp_authority_form form);

/** One attempt with NEW_PIN; the service vouches for the row and nothing is risked, or as given. */
kamupin_status kp_desk_reset(kp_desk *it, kp_evidence *evidence);
kamupin_status kp_desk_reset_with(kp_desk *it, unsigned int risk, unsigned int vouched,
                                  kp_evidence *evidence);

/** Fails the test unless mark `index` came after `sent` commands and said that. */
void kp_desk_expect_mark(const kp_desk *it, unsigned int index, unsigned int sent,
                         kp_authentication authentication, kamupin_outcome outcome,
                         unsigned int sw);
/** Fails the test unless the evidence says that, and of the state after only what it may. */
void kp_desk_expect_evidence(const kp_evidence *evidence, kp_authentication authentication,
                             kamupin_outcome outcome, unsigned int sw);

#endif
