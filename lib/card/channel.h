/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   channel.h: one card through one connection. The only way to the wire: encodes, follows 61xx and
   6Cxx, refuses the never-send list in the last place, masks what it logs, bounds what it takes,
   protects and checks while a session of secure messaging stands,
   and turns every loss of the card's state into card-reset, card-removed or card-swapped, after
   which nothing secret is sent until the card was identified again. */
#ifndef KP_CARD_CHANNEL_H
#define KP_CARD_CHANNEL_H

#include <card/apdu.h>
#include <card/profile.h>
#include <card/sm.h>
#include <core/cancel.h>
#include <core/context.h>
#include <core/secret.h>

typedef struct kp_channel {
    kamupin_context *context;
    const kamupin_reader_backend *backend;
    void *worker;
    void *connection;
    char reader[KAMUPIN_READER_NAME_MAX];
    const kp_profile *row; /* of the card, once it is known; NULL before */
    bool held;             /* inside a transaction */
    bool stale;            /* the card's state may be lost: identify before anything secret */
    bool delivered;        /* the last kp_channel_send may have reached the card */
    const kamupin_secret *sealed_puk; /* set by kp_channel_send_sealed alone, while it sends */
    unsigned long commands;           /* sent so far, for the log and tests */
    unsigned long most;           /* no more than so many, when not 0: while a card is recognised */
    const kamupin_cancel *cancel; /* asked before each command when set: only while a card is read,
                                     never during PIN work */
    uint32_t
        fcp_90; /* tag 90 of the application's FCP, as the last selection answered it, else 0 */
    unsigned long fcp_90_at; /* … after so many commands of this transaction: it is as things stand
                                when nothing was sent since; 0: was not answered */
    kp_sm *sm; /* when set, every command goes under this session of secure messaging, or not at
                  all; put here, taken away and closed by whoever opened it */
} kp_channel;

/** The backend that a context's readers are reached through: the application's, else PC/SC. */
const kamupin_reader_backend *kp_reader_backend(const kamupin_context *context);

/** The two halves of kp_channel_open, and their undoing: a worker, then a connection to the card in
 * channel->reader. None of the three touches a context (channel->context is NULL until the caller
 * sets it), so that a thread may be caught in the second while the context goes. Errors: those of
 * kp_channel_open. */
kamupin_status kp_channel_prepare(const kamupin_reader_backend *backend, const char *reader,
                                  kp_channel *channel, kamupin_error *error);
kamupin_status kp_channel_connect(kp_channel *channel, kamupin_error *error);
void kp_channel_drop(kp_channel *channel);

/** Opens a worker, and a connection to the card in `reader`. Errors: reader-*, no-card, card-mute,
 * card-in-use. */
kamupin_status kp_channel_open(kamupin_context *context, const char *reader, kp_channel *channel,
                               kamupin_error *error);
/** In a forked child it says nothing to the backend: the connection is the parent's. */
void kp_channel_close(kp_channel *channel);

/** Holds the card (SCardBeginTransaction), reconnecting once when it was reset before; lets go
 * without reset, which also ends a session of secure messaging. While another program holds it this waits; pulling `cancel` (may be NULL) ends
 * that. Errors: card-removed, cancelled, reader-*. */
kamupin_status kp_channel_begin(kp_channel *channel, kamupin_cancel *cancel, kamupin_error *error);
void kp_channel_end(kp_channel *channel);

/** kp_channel_begin for who wakes the worker itself: cancelled after any wake, also a late one. */
kamupin_status kp_channel_begin_until_woken(kp_channel *channel, kamupin_error *error);

/** Sends one command of a held card, as a chain when its data is more than KP_APDU_BLOCK bytes, and
 * gathers its answer (61xx). ok means that an answer came:
 * look at response->sw. A 6Cxx is repeated once with the right Le, only for SELECT, GET DATA and
 * commands without data; a command with secret data (VERIFY, CHANGE, RESET RETRY COUNTER and
 * EXTERNAL AUTHENTICATE are so by their instruction) is never repeated, nor is any chain or part of
 * one, and is refused while channel->stale. When it fails, channel->delivered tells whether the card may have had the
 * command: false only when it surely had not (refused here, or the backend said `unsent`).
 * While channel->sm is set the answer is the plain one, checked; once the session is dead nothing is
 * sent any more.
 * Errors: command-forbidden, card-reset, card-removed, card-reply-malformed, reader-*,
 * secure-messaging. */
kamupin_status kp_channel_send(kp_channel *channel, const kp_command *command,
                               kp_response *response, kamupin_error *error);

/** The most plain bytes that pass in one command or answer: KP_APDU_BLOCK, less in a session. */
size_t kp_channel_block(const kp_channel *channel);

/** What a transmission (or an order to the reader) that brought no answer means; answers the status.
 * Whatever the card knew of us may be gone: the channel is stale from then on. */
kamupin_status kp_channel_lost(kp_channel *channel, kamupin_reader_answer answer,
                               kamupin_error *error);

#define KP_PUK_MIN 4 /* bytes of a PUK, and the most that a card takes of a PUK or a PIN */
#define KP_PUK_MAX 16

/** Sends RESET RETRY COUNTER with a PUK that a service sealed to this operation and the new PIN
 * behind it, once; `sw` receives the status word. The only way for a PUK to a card: `puk` has to be
 * a secret of kind PUK, which nothing typed can become (core/secret.h).
 * Errors: secret-kind, invalid-argument, command-forbidden (a form that is not RESET RETRY COUNTER
 * of a PIN), and those of kp_channel_send. */
kamupin_status kp_channel_send_sealed(kp_channel *channel, const kp_form *form,
                                      const kamupin_secret *puk, const kamupin_secret *new_pin,
                                      uint16_t *sw, kamupin_error *error);

/** Whether a row's form is that command: RESET RETRY COUNTER with PUK and new value of a PIN. */
bool kp_sealed_form(const kp_form *form);

/** Whether a command that is otherwise never sent is that one, with the sealed PUK's own bytes in
 * it. Asked in the last place before the wire. */
bool kp_sealed_may_pass(const kp_channel *channel, const kp_command *command);

/** Whether a command is on the never-send list (docs/cards.md): 80 09, 80 10, 80 15, 80 16, 80 19,
 * 00 24 01 00, VERIFY without data (protected or not), and every form that carries a PUK: by reference (82; 00 on
 * v1.0) or by form (RESET RETRY COUNTER with any P1 but 02). */
bool kp_never_send(const kp_command *command);

/** Whether the reference of a VERIFY, CHANGE or RESET RETRY COUNTER is a PUK's: no row's word lets
 * that pass. */
bool kp_names_a_puk(const kp_command *command);

#endif
