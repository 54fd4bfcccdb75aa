/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   world.h: readers, a daemon and cards, in which one thing goes wrong at a chosen moment: with the
   daemon, or at the first reader, whose card can be exchanged for another. The cards are the sandbox's virtual cards (examples/sandbox/vcard), without a disk: they execute what
   reaches them and keep their own counters, so that what a fault costs is counted at the card. Every
   call of the backend is a position, numbered from 0 since kp_world_start. */
#ifndef KP_TEST_FAULTS_WORLD_H
#define KP_TEST_FAULTS_WORLD_H

#include <card.h> /* the virtual card's */

#include <kamupin/reader.h>
#include <pthread.h>

#define KP_WORLD_READER  "Dünya 00 00" /* the first one */
#define KP_WORLD_READERS 4
#define KP_WORLD_CALLS   400

/** What goes wrong. The first four change the world before the call, which then meets it. */
typedef enum kp_fault {
    KP_FAULT_NONE,
    KP_FAULT_RESET,  /* another program reset the card */
    KP_FAULT_REMOVE, /* the card is pulled */
    KP_FAULT_SWAP,   /* … and another card of the same kind put in */
    KP_FAULT_DEAD,   /* the daemon dies */
    KP_FAULT_SHARED, /* sharing violation: this call only */
    KP_FAULT_FAILED, /* the reader fails: this call only, the card has not seen it */
    KP_FAULT_MUTE,   /* of a transmission, as the rest: the card does not take it, no byte comes */
    /* The card executes the command, and the answer is lost … */
    KP_FAULT_LOST_RESET,     /* … because the card lost its power, */
    KP_FAULT_LOST_REMOVE,    /* … was pulled, */
    KP_FAULT_LOST_UNNOTICED, /* … was pulled, which the daemon sees only later, */
    KP_FAULT_LOST_SWAP,      /* … was exchanged, */
    KP_FAULT_LOST_DEAD,      /* … or because the daemon died */
    KP_FAULT_LOST_FAILED,    /* … or the reader failed: the card has its session still; */
    KP_FAULT_LOST_SILENT,    /* … or no byte of it came: the card has its session still */
    KP_FAULTS
} kp_fault;

typedef enum kp_call {
    KP_CALL_OPEN,
    KP_CALL_CLOSE,
    KP_CALL_LIST,
    KP_CALL_WATCH,
    KP_CALL_CONNECT,
    KP_CALL_DISCONNECT,
    KP_CALL_RECONNECT,
    KP_CALL_BEGIN,
    KP_CALL_END,
    KP_CALL_FEATURES, /* what the reader's keypad can do */
    KP_CALL_TRANSMIT, /* also of an entry at the keypad in one order */
    /* an entry in steps */
    KP_CALL_START,
    KP_CALL_KEY,
    KP_CALL_ABORT,
    KP_CALL_FINISH
} kp_call;

/** One call that was made. */
typedef struct kp_event {
    kp_call call;
    uint8_t ins; /* of a transmission or an entry */
} kp_event;

/** A card, and what it was asked to do. */
typedef struct kp_player {
    struct vc_card card;
    struct vc_state fresh;      /* as it was put in; shares its files and keys with card.state */
    unsigned int executed[256]; /* commands by instruction */
    unsigned int least_tries;   /* the lowest that its PIN's counter stood at after a command */
} kp_player;

/** How the keypad takes an entry. */
typedef enum kp_keypad_kind {
    KP_KEYPAD_DIRECT, /* in one order */
    KP_KEYPAD_LATE,   /* in steps; the card has the command when the entry is finished, */
    KP_KEYPAD_EARLY /* … or as soon as the last digit is typed, and "finish" fetches its answer */
} kp_keypad_kind;

typedef struct kp_keypad {
    kp_keypad_kind kind;
    const char *typed;         /* what a person types, one PIN after another; NULL: no keypad */
    void (*asked)(void *user); /* told whenever a key is asked for; NULL: nobody */
    void *user;
    /* the entry; a card that is reset or pulled ends it. From TYPING on it goes on */
    enum {
        KP_ENTRY_NONE,
        KP_ENTRY_ABORTED,
        KP_ENTRY_ANSWERED, /* the card has had its command */
        KP_ENTRY_TYPING,
        KP_ENTRY_TYPED
    } state;
    unsigned int keys; /* that confirm a PIN, still to come */
    bool told_nothing; /* asked before a key was pressed */
    unsigned char command[64], answer[VC_REPLY_MAX + 2];
    size_t command_length, answer_length;
} kp_keypad;

/** A reader. */
typedef struct kp_slot {
    char name[KAMUPIN_READER_NAME_MAX];
    bool unplugged;
    kp_player *inside; /* NULL: no card */
    bool leaving;      /* pulled, and the daemon will see it when it looks next */
    unsigned int events, resets;
    void *holder; /* the connection whose transaction it is */
} kp_slot;

/** Which calls are positions: all; those about the first reader; those about none (but for close),
 * from whatever thread they come. */
typedef enum kp_scope { KP_SCOPE_ALL, KP_SCOPE_READER, KP_SCOPE_NONE } kp_scope;

typedef struct kp_world {
    kamupin_reader_backend backend;
    pthread_mutex_t lock;
    /* 0: ours; 1: the one that it is exchanged for; then those in the other readers */
    kp_player players[1 + KP_WORLD_READERS];
    kp_slot slots[KP_WORLD_READERS];
    size_t readers;
    bool dead;          /* the daemon */
    unsigned int lives; /* of the daemon: a connection of an earlier one is worth nothing */
    /* a thread that follows what happens: see kp_world_settle */
    pthread_cond_t changed, settled;
    bool resting, ended; /* ended: it lets its worker go, and the backend has no open_waiting */
    unsigned int plugs;  /* readers that came or went */
    int revived;         /* descriptor: readable when a dead daemon is there again */
    /* what was called, and what goes wrong: at most two things */
    kp_scope scope;
    kp_event calls[KP_WORLD_CALLS];
    size_t count;
    struct {
        size_t position;
        kp_fault fault;
        bool met;
    } plan[2];
    kp_keypad keypad;
    /* balance */
    int workers, connections;
    const char *problem; /* the first rule that was broken, NULL: none */
} kp_world;

/** Makes a world of so many readers and one card more, from the text of their state files. */
void kp_world_make(kp_world *world, char *const *cards, size_t readers);
void kp_world_free(kp_world *world);

/** Gives the reader a keypad at which that is typed; NULL: none. */
void kp_world_give_keypad(kp_world *world, kp_keypad_kind kind, const char *typed);

/** All cards as they were made, each in its reader but the second, the daemon alive, nothing planned. */
void kp_world_restore(kp_world *world);
/** Puts the first card back into its reader as it is, and the daemon starts again when it was dead. */
void kp_world_repair(kp_world *world);

/** The rest of what can happen, for a program that watches, from any thread: a card is pulled, or put
 * in; a reader comes or goes; a dead daemon starts again. */
void kp_world_put(kp_world *world, size_t reader, kp_player *player);
void kp_world_plug(kp_world *world, size_t reader, bool plugged);
void kp_world_revive(kp_world *world);
/** Lets a watch wait for a dead daemon, else it ends then. */
void kp_world_let_wait(kp_world *world);
/** Waits until the one thread that follows the world has seen all that happened, and waits for more,
 * or for the daemon; or has ended. Answers whether the daemon is alive. */
bool kp_world_settle(kp_world *world);

/** Counts positions from 0 again; forgets the plan. */
void kp_world_start(kp_world *world);
/** Plans a fault, at most two. */
void kp_world_plan(kp_world *world, size_t position, kp_fault fault);
/** Whether such a call can meet such a fault. */
bool kp_world_applies(kp_call call, kp_fault fault);

const char *kp_fault_name(kp_fault fault);
const char *kp_call_name(kp_call call);

#endif
