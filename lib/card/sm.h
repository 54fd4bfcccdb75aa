/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm.h: secure messaging (ISO/IEC 7816-4, 10; the profile of ICAO Doc 9303-11, 9.8 and BSI
   TR-03110-3, F). A session turns a plain command into a protected one and a protected answer into
   a plain one: data in DO 87 (odd instructions: 85), Le in 97, status word in 99, checksum in 8E,
   each message under the next value of the send-sequence counter. It sends nothing: the channel
   does, for every command, while a session stands on it.

       kp_sm *session = NULL;
       status = kp_sm_open(context, KP_SM_AES, keys, &session, error); // keys: CARD_SESSION secret
       channel.sm = session;                    // from here kp_channel_send protects and checks
       status = kp_channel_send(&channel, &reset, &response, error);
       channel.sm = NULL;                       // whoever put it there takes it away …
       kp_sm_close(&session);                   // … and wipes the keys

   A session dies with the first answer that is not exactly what it has to be, with the first loss
   of the card, and with the end of the transaction (another program may speak to the card then).
   A dead session lets nothing pass: the channel refuses every command with secure-messaging until
   its owner has taken the session away, so that what was to go protected never goes in clear.

   A relayed command that the service has protected itself is an ordinary kp_command: class with
   0C, the service's data objects as `data`, `le` = KP_LE_MAX, on a channel without session.
   kp_sm_is_protected tells such a command from a clear one that only wears the class; its answer
   comes back as it is, data objects and status word, for the service to judge. */
#ifndef KP_CARD_SM_H
#define KP_CARD_SM_H

#include <card/apdu.h>
#include <core/context.h>
#include <kamupin/secret.h>

/** What a session computes with. A profile row names it; a service cannot choose it. */
typedef enum kp_sm_algorithm {
    KP_SM_NONE = 0,
    KP_SM_3DES, /* CBC from zero, two keys; MAC algorithm 3 of ISO/IEC 9797-1; counter of 8 bytes */
    KP_SM_AES   /* CBC from the encrypted counter; CMAC cut to 8 bytes; counter of 16 bytes */
} kp_sm_algorithm;

/** The most plain bytes that fit in one protected command or answer of at most KP_APDU_BLOCK
 * bytes: 223 fill 14 blocks of AES with their padding, 87 81 E1 01 before them, 97 and 8E behind. */
#define KP_SM_DATA_MAX 223

typedef struct kp_sm kp_sm;

/** Opens a session. `keys` is a secret of kind KAMUPIN_SECRET_CARD_SESSION: encryption key, MAC key
 * and the counter's last value, one after another (3DES 16 + 16 + 8 bytes; AES 16, 24 or 32 twice,
 * + 16). It is copied. Errors: invalid-argument (no such algorithm), secret-kind,
 * secure-messaging (a length that fits no key), secret-full, no-memory, forked. */
kamupin_status kp_sm_open(kamupin_context *context, kp_sm_algorithm algorithm,
                          const kamupin_secret *keys, kp_sm **session, kamupin_error *error);
/** Wipes the keys and sets the pointer to NULL. NULL is fine. */
void kp_sm_close(kp_sm **session);

bool kp_sm_alive(const kp_sm *session);
/** Ends a session for good and wipes its keys; the object stays, and refuses. NULL is fine. */
void kp_sm_kill(kp_sm *session);

/** A protected command with the bytes that it borrows. */
typedef struct kp_sm_command {
    kp_command command;
    uint8_t data[KP_APDU_DATA_MAX];
} kp_sm_command;

/** Protects one command; takes one step of the counter. The class may be 00..03 or 80..83.
 * Errors: secure-messaging (the session is dead), invalid-argument (another class, more than
 * KP_SM_DATA_MAX bytes), crypto, forked; the session is dead after any but invalid-argument. */
kamupin_status kp_sm_protect(kp_sm *session, const kp_command *plain, kp_sm_command *out,
                             kamupin_error *error);

/** Checks the answer to the command that was protected last and makes it plain in place; takes one
 * step of the counter. Errors, after each of which the session is dead and the response empty:
 * secure-messaging (a status word alone, which `error` then holds: SM errors 6987 and 6988 come so,
 * and nothing else may; a data object that is missing, doubled, misplaced or lies about its length;
 * a wrong checksum; a status word that differs from DO 99's; wrong padding), crypto, forked. */
kamupin_status kp_sm_unprotect(kp_sm *session, kp_response *response, kamupin_error *error);

/** Whether a command has the form of a protected one: class with 0C, and for data nothing but
 * DO 87 or 85 (at most one, whole blocks), DO 97 (at most one) and at the end DO 8E of 8 bytes. What
 * the cryptogram holds only card and service know. Pure. */
bool kp_sm_is_protected(const kp_command *command);

#endif
