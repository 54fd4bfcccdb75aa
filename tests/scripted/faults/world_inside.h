/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world_inside.h: what the parts of the world share: world.c, which the library sees,
   world_wire.c, which carries commands, and world_cards.c, which tests see. */
#ifndef KP_TEST_FAULTS_WORLD_INSIDE_H
#define KP_TEST_FAULTS_WORLD_INSIDE_H

#include "world.h"

/** What the backend hands out. */
typedef struct kp_worker {
    kp_world *world;
    unsigned int listed; /* how the readers were when it listed them */
    bool woken;
    kp_slot *slot; /* the reader that it was connected to; NULL: none yet */
    unsigned int life;
} kp_worker;

typedef struct kp_connection {
    kp_worker *by;
    kp_slot *slot;
    unsigned int events, resets;
} kp_connection;

/** Takes the lock, notes the call about a reader (NULL: about none), and answers what goes wrong at
 * it; the answer lets the lock go. */
kp_fault kp_world_enter(kp_world *world, const kp_slot *slot, kp_call call, uint8_t ins);
/** … of a connection's transmissions and entries. */
kp_fault kp_world_enter_at(const kp_connection *at, kp_call call, uint8_t ins);
kamupin_reader_answer kp_world_leave(kp_world *world, kamupin_reader_answer made);
kamupin_reader_answer kp_world_answer(kamupin_status status);

/** How the daemon answers a worker, and to a fault of one call; and on a connection. */
kamupin_status kp_world_serving(const kp_worker *by, kp_fault due);
kamupin_status kp_world_standing(const kp_connection *at, kp_fault due);

/** A new worker; lets the lock go. */
kamupin_reader_answer kp_world_open(kp_world *world, kp_fault due, void **out);
/** The reader of that name, or NULL. */
kp_slot *kp_world_slot(kp_world *world, const char *name);

/* world_watch.c */
kamupin_reader_answer kp_world_list(void *object, char *names, size_t *length);
kamupin_reader_answer kp_world_watch(void *object, kamupin_reader_state *states, size_t count,
                                     long timeout_ms);
void kp_world_wake(void *object);
/** Under the lock: whether the thread that follows the world has nothing to do until it changes. */
void kp_world_rest(kp_world *world, bool resting);
/** … or it has no worker any more and the backend cannot wait: then it has ended. */
void kp_world_rest_for_ever(kp_world *world);
/** Under the lock: the world has changed. */
void kp_world_changed(kp_world *world);

/** Keeps the first rule that was broken. */
void kp_world_broken(kp_world *world, const char *rule);

kamupin_reader_answer kp_world_transmit(void *object, const unsigned char *command,
                                        size_t command_length, unsigned char *reply,
                                        size_t *reply_length);

/** Gives the card a command, or what happens in its place; `call` is TRANSMIT, or FINISH of an entry. */
kamupin_reader_answer kp_world_give(kp_connection *at, kp_call call, const unsigned char *command,
                                    size_t command_length, unsigned char *reply,
                                    size_t *reply_length);
/** The card's own work; the length of its answer. */
size_t kp_world_execute(kp_player *player, const unsigned char *command, size_t length,
                        unsigned char *reply);
/** What a call answers whose answer is lost. */
kamupin_reader_answer kp_world_lost(kp_fault fault, size_t *reply_length);

/** Fills the world's backend. */
void kp_world_backend(kp_world *world);

/** Changes the world, as far as a fault does that. */
void kp_world_happen(kp_world *world, kp_fault fault);

#endif
