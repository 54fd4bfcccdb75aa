/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   stand.h: every fault at every position of an operation. What positions there are is found by a run
   in which nothing goes wrong; then the operation is run again for each of them and each fault that
   it can meet, on a fresh card, and what it answered, what the card was asked and what is left open
   is compared with what has to be. */
#ifndef KP_TEST_FAULTS_STAND_H
#define KP_TEST_FAULTS_STAND_H

#include "world.h"

#include <kamupin/kamupin.h>
#include <pin/reset.h>

#include <stdio.h>

#define KP_PIN       "123456" /* of our card */
#define KP_OTHER_PIN "654321" /* of the card that it is exchanged for */
#define KP_WRONG_PIN "111111"
#define KP_NEW_PIN   "98765432"
#define KP_PUK       "87654321"

typedef struct kp_stand kp_stand;

/** One operation. */
typedef struct kp_act {
    const char *name;
    const char *personality; /* "akis1", "akis2" */
    const char *other; /* what its card is exchanged for; NULL: another of the same personality */
    const char *more;  /* lines of the card's state file, NULL: none */
    kamupin_status (*run)(kp_stand *stand);
    void (*judge)(kp_stand *stand, kamupin_status status); /* further rules; NULL: none */
    kamupin_status right; /* what it answers when nothing goes wrong */
    bool opens;           /* it opens its card itself, else it is given an open one */
    uint8_t decisive;     /* the instruction that it is about; 0: it only reads */
    const char *typed;    /* at the reader's keypad; NULL: it has none */
    kp_keypad_kind keypad;
    int detail;            /* of the operation's own */
    size_t beside;         /* further readers, with a card in each that nothing happens to */
    bool joined;           /* of several operations: what comes between two of them may go unseen */
    bool gives_up;         /* it may block its card */
    unsigned int verifies; /* VERIFY that it sends; 0: at most one, as everything else that costs */
    bool survives;         /* no fault may be seen in its status: it judges itself */
    int behind; /* commands behind the last one that its verdict hangs on, before it logs out */
} kp_act;

struct kp_stand {
    kp_world world;
    const kp_act *act;
    kamupin_context *context;
    kamupin_cancel *cancel;
    kamupin_card *card;
    char folder[64];
    char where[160];      /* what is tried just now, for messages */
    kp_evidence evidence; /* of a reset */
    kp_profile row;       /* that a test has changed for its card */
    kamupin_signature signature;
    size_t runs;
};

/** Tries every fault at every position; fails the cmocka test at the first rule that is broken. */
void kp_stand_try(const kp_act *act);
/** … and the operation, of a wrong PIN, tried again and again with the same fault each time: the last
 * try is never spent. */
void kp_stand_insist(const kp_act *act);
/** Tries every fault at every position, and every second fault behind it. */
void kp_stand_try_pairs(const kp_act *act);

kamupin_secret *kp_stand_secret(kp_stand *stand, const char *digits);
/** Whether the PIN on our card is that. */
bool kp_stand_pin_is(const kp_stand *stand, const char *digits);
/** Times that our card executed a command. */
unsigned int kp_stand_executed(const kp_stand *stand, uint8_t ins);

/** Fails the test with what is tried just now. */
#define kp_rule(stand, holds, rule)                                                                \
    do {                                                                                           \
        if (!(holds))                                                                              \
            fail_msg("%s: %s", (stand)->where, rule);                                              \
    } while (0)

/** cards.c: the text of a card's state file, which the caller frees. `which`: as in
 * kp_world.players; `more` lines are ours' alone. */
char *kp_card_text(const char *personality, size_t which, const char *more);
/** The key that signs with a card's first certificate, and that of its second (EC, only akis2). */
struct evp_pkey_st *kp_card_key(size_t index);
/** AES-256-CMAC with the card's key, as the service computes it. */
void kp_card_cryptogram(const unsigned char *challenge, size_t length, unsigned char out[16]);
/** Frees the keys, when a test program ends. */
int kp_cards_teardown(void **state);

#endif
