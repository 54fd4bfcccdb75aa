/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   channel.h: one card through one connection. The only way to the wire: encodes, follows 61xx and
   6Cxx, refuses the never-send list in the last place, masks what it logs, bounds what it takes,
   and turns every loss of the card's state into card-reset, card-removed or card-swapped, after
   which nothing secret is sent until the card was identified again. */
#ifndef KP_CARD_CHANNEL_H
#define KP_CARD_CHANNEL_H

#include <card/apdu.h>
#include <card/profile.h>
#include <core/cancel.h>
#include <core/context.h>

typedef struct kp_channel {
    kamupin_context *context;
    const kamupin_reader_backend *backend;
    void *worker;
    void *connection;
    char reader[KAMUPIN_READER_NAME_MAX];
    bool held;              /* inside a transaction */
    bool stale;             /* the card's state may be lost: identify before anything secret */
    bool delivered;         /* the last kp_channel_send may have reached the card */
    unsigned long commands; /* sent so far, for the log and tests */
} kp_channel;

/** Opens a worker, and a connection to the card in `reader`. Errors: reader-*, no-card, card-mute,
 * card-in-use. */
kamupin_status kp_channel_open(kamupin_context *context, const char *reader, kp_channel *channel,
                               kamupin_error *error);
void kp_channel_close(kp_channel *channel);

/** Holds the card (SCardBeginTransaction), reconnecting once when it was reset before; lets go
 * without reset. */
kamupin_status kp_channel_begin(kp_channel *channel, kamupin_error *error);
void kp_channel_end(kp_channel *channel);

/** Sends one command and gathers its answer. ok means that an answer came: look at response->sw. A
 * 6Cxx is repeated with the right Le only for commands without data; a command with secret data is
 * never repeated. When it fails, channel->delivered tells whether the card may have had the
 * command: false only when it surely had not (refused here, or the backend said `unsent`).
 * Errors: command-forbidden, card-reset, card-removed, card-reply-malformed, reader-*. */
kamupin_status kp_channel_send(kp_channel *channel, const kp_command *command,
                               kp_response *response, kamupin_error *error);

/** Whether a command is on the never-send list (akis.md): 80 09, 80 10, 80 15, 80 16, 80 19, 00 24
 * 01 00, VERIFY without data, and every form that carries a PUK. */
bool kp_never_send(const kp_command *command);

#endif
