/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_backend.h: readers that follow a script. Each reader has its own list of steps (the exact
   command that must come next, and what is answered); the first difference is kept, printed, and
   from then on every command fails, so that a test cannot pass by luck. Both ends of such a test
   are this project's: it proves which bytes are sent in which order, not that a card agrees.

       kp_script script;
       kp_script_init(&script);
       size_t r = kp_script_add(&script, "Reader 0", "3B9F…");
       kp_script_expect(&script, r, "00A4000C023F00", "9000");
       kp_script_break(&script, r, "00840000 08", KAMUPIN_E_CARD_RESET);
       options.backend = &script.backend;
       …
       kp_script_verify(&script);   // fails the test on a difference or an unused step
       kp_script_free(&script);

   Hex may hold spaces; ".." in an expected command stands for any one byte. */
#ifndef KP_TEST_SCRIPT_BACKEND_H
#define KP_TEST_SCRIPT_BACKEND_H

#include <kamupin/reader.h>
#include <pthread.h>

#define KP_SCRIPT_READERS 1024

/** What happens to the card after a step was answered. */
typedef enum kp_script_then { KP_THEN_STAY = 0, KP_THEN_REMOVE } kp_script_then;

typedef struct kp_script_step {
    const char *expect;    /* hex of the whole command APDU */
    const char *reply;     /* hex of the whole answer with its status word; NULL: `status` is
                              answered; "" : success with no byte at all, as PC/SC-lite does */
    kamupin_status status; /* what the backend answers when reply is NULL */
    kp_script_then then;
    bool unsent; /* … and whether it says that the command surely did not reach the card */
} kp_script_step;

typedef struct kp_script_slot {
    char name[KAMUPIN_READER_NAME_MAX];
    bool gone, present, mute, exclusive;
    unsigned int events;
    unsigned char atr[KAMUPIN_ATR_MAX];
    size_t atr_length;
    struct kp_script_line *steps; /* grown as steps are added */
    size_t step_count, next_step;
    /* one-shot answers; ok when not set */
    kamupin_status next_connect, next_reconnect, next_begin;
    /* counts */
    unsigned int connects, disconnects, reconnects, begins, ends, transmits, controls;
    bool connected, held;
    bool taken; /* another program holds the card: connect and begin wait, see kp_script_take */
    bool asked; /* a command was sent to the card, see kp_script.meet */
} kp_script_slot;

typedef struct kp_script kp_script;
struct kp_script {
    kamupin_reader_backend backend; /* give its address to kamupin_context_options.backend */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    kp_script_slot *readers; /* room for KP_SCRIPT_READERS */
    size_t reader_count;
    kamupin_status next_open, next_list, next_watch; /* one-shot answers */
    /* one-shot: called, unlocked, after the names were given and before the states are looked at */
    void (*between)(kp_script *script);
    /* so many cards have to be in their first command at the same time, or the test fails; met:
       they were */
    unsigned int meet, meeting;
    bool met;
    /* counts; workers: most that were open at the same time */
    unsigned int opens, closes, lists, watches, wakes, watching, waiting;
    unsigned int workers_now, workers_most;
    bool deaf;             /* a taken card's connect does not listen to wake */
    char difference[1400]; /* "" while all is as written */
};

void kp_script_init(kp_script *script);
/** Adds a reader. `atr` in hex, NULL for an empty reader. Answers its index. */
size_t kp_script_add(kp_script *script, const char *name, const char *atr);

/** Appends one step, or several. */
void kp_script_expect(kp_script *script, size_t reader, const char *command, const char *reply);
void kp_script_break(kp_script *script, size_t reader, const char *command, kamupin_status status);
void kp_script_steps(kp_script *script, size_t reader, const kp_script_step *steps, size_t count);
/** Makes an appended step (0 up) fail, and drops those behind it. */
void kp_script_cut(kp_script *script, size_t reader, size_t step, kamupin_status status,
                   kp_script_then then);
/** Gives the readers a `control`, which they have not otherwise; from then on every control takes the next
 * step. */
void kp_script_give_control(kp_script *script);
/** Appends the step of a control: its code, its data in hex, and the answer in hex (NULL: `status` is answered). */
void kp_script_control(kp_script *script, size_t reader, unsigned long code, const char *data,
                       const char *reply, kamupin_status status, bool unsent);
/** Appends the READ BINARY steps of `length` bytes from `offset` on, in blocks of 244. */
void kp_script_expect_read(kp_script *script, size_t reader, size_t offset,
                           const unsigned char *bytes, size_t length);

/** Changes what the readers see; wakes a watch. May be called from any thread. */
void kp_script_insert(kp_script *script, size_t reader, const char *atr);
void kp_script_remove(kp_script *script, size_t reader);
void kp_script_unplug(kp_script *script, size_t reader);

/** Another program begins a transaction on the card, or ends it: meanwhile connecting waits, and
 * nothing but the end wakes it when `deaf`, as in PC/SC-lite. */
void kp_script_take(kp_script *script, size_t reader, bool deaf);
void kp_script_let_go(kp_script *script, size_t reader);
/** Waits (at most 10 s) until nobody is inside a call on the script any more that kp_script_take
 * keeps waiting. */
bool kp_script_wait_for_strays(kp_script *script);

/** Commands sent to a reader so far. */
unsigned int kp_script_sent(kp_script *script, size_t reader);
/** Waits (at most 10 s) until somebody is inside `watch` with a time-out. */
bool kp_script_wait_for_watcher(kp_script *script);

/** NULL when every step was used and nothing differed, else what is wrong. */
const char *kp_script_problem(kp_script *script);
/** Fails the cmocka test unless kp_script_problem is NULL, connections were closed and transactions
 * ended. Call it in the test's own thread, after handles were freed. */
void kp_script_verify(kp_script *script);
void kp_script_free(kp_script *script);

#endif
