/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.h: what the web page does for a person, for a program that holds a session: a new PIN is
   ordered for a product, for oneself or for an organisation; the order issues verification codes,
   and says how the work at the desk goes.

       kamupin_order_options wanted = KAMUPIN_ORDER_OPTIONS_INIT;
       wanted.kind = KAMUPIN_OPERATION_UNBLOCK;
       wanted.product = KAMUPIN_PRODUCT_NES;
       status = kamupin_order_new(session, &wanted, &order, &error);
       if (status == KAMUPIN_OK) {
           options.order = order;                       // no code is typed by anybody
           status = kamupin_unblock(context, &options, &prompts, &result, &error);
       }
       kamupin_order_free(&order); */
#ifndef KAMUPIN_ORDER_H
#define KAMUPIN_ORDER_H

#include <kamupin/operation.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

/** Where an order stands. */
typedef enum kamupin_order_state {
    KAMUPIN_ORDER_WAITING = 1,   /**< a code may be asked for, or is out */
    KAMUPIN_ORDER_IN_USE = 2,    /**< a code was redeemed at a desk */
    KAMUPIN_ORDER_CARD_WORK = 3, /**< the card may have changed; a report is awaited */
    KAMUPIN_ORDER_DONE = 4,
    KAMUPIN_ORDER_NOT_DONE = 5, /**< the card is as it was; a new code may be asked for */
    KAMUPIN_ORDER_UNKNOWN = 6,  /**< resume at the desk will tell */
    KAMUPIN_ORDER_CANCELLED = 7,
    KAMUPIN_ORDER_EXPIRED = 8
} kamupin_order_state;

/** A state's stable word, as JSON and the service profile have it: "waiting", "in-use", …
 *  Ownership: static text; "unknown-state" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_order_state_name(kamupin_order_state state);

/** What is ordered. */
typedef struct kamupin_order_options {
    size_t size;                   /**< sizeof; set by KAMUPIN_ORDER_OPTIONS_INIT */
    kamupin_operation_kind kind;   /**< UNBLOCK or CREATE */
    kamupin_product product;       /**< one of the four */
    kamupin_identity on_behalf_of; /**< of type VKN or DETSIS; type 0: for oneself */
} kamupin_order_options;

#define KAMUPIN_ORDER_OPTIONS_INIT KAMUPIN_SIZED(kamupin_order_options)

/** An order as the service tells it. */
typedef struct kamupin_order_info {
    size_t size; /**< sizeof; set by KAMUPIN_ORDER_INFO_INIT */
    char order_id[64];
    kamupin_operation_kind kind;
    kamupin_product product;
    kamupin_identity on_behalf_of; /**< type 0: for oneself */
    kamupin_order_state state;
    int seconds_left;        /**< of the order */
    char operation_id[64];   /**< of the operation that its last code opened; "" for none */
    kamupin_outcome outcome; /**< NONE before a report */
    char recorded_at[32];    /**< the service's time of recording, RFC 3339; "" before a report */
} kamupin_order_info;

#define KAMUPIN_ORDER_INFO_INIT KAMUPIN_SIZED(kamupin_order_info)

/** Orders a new PIN.
 *  @param session borrowed; must outlive the order
 *  @param order receives the handle; freed with kamupin_order_free before its session
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: the session's: one at a time for all that hangs on one session.
 *  Errors: invalid-argument, identity-malformed (nothing is sent in these two), login-required,
 *  session-expired, session-ended, not-represented, product-not-offered, no-memory, network-*,
 *  tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_order_new(kamupin_session *session,
                                             const kamupin_order_options *options,
                                             kamupin_order **order, kamupin_error *error);

/** Opens an order of the same person, after a lost connection or a new login. Opening and reading
 *  change nothing: the order hangs on the session that made it or asked for its last code, and
 *  goes on in this one with kamupin_order_code.
 *  @param order_id of kamupin_order_read or kamupin_order_listed
 *  Errors: as kamupin_order_new; order-unknown. */
KAMUPIN_API kamupin_status kamupin_order_open(kamupin_session *session, const char *order_id,
                                              kamupin_order **order, kamupin_error *error);

/** Frees; the order stays at the service until its time, its session's end, or
 *  kamupin_order_cancel. NULL is fine. Errors: none. */
KAMUPIN_API void kamupin_order_free(kamupin_order **order);

/** Has a code issued; the one before dies. From now on the order hangs on this session: its end ends
 *  the order, that of the person's other sessions does not.
 *  @param code of kind VERIFICATION_CODE, made by the caller; its content is replaced
 *  @param seconds_left receives how long it is good; may be NULL
 *  Threads: the session's.
 *  Errors: secret-kind, order-unknown, order-ended, order-in-use, login-required, session-*,
 *  network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_order_code(kamupin_order *order, kamupin_secret *code,
                                              int *seconds_left);

/** Shows a verification code to the person, who types it at another desk.
 *  @param digits the code, NUL-terminated; wiped when the function returns, and to be wiped by it
 *         wherever it copied them
 *  @param seconds_left how long it is good
 *  Threads: the session's. Must not call the library on this order or its session. */
typedef void (*kamupin_order_code_fn)(void *user, const char *digits, int seconds_left);

/** Has a code issued, as kamupin_order_code does, and shows it; the one before dies.
 *
 *      kamupin_order_code_show(order, to_the_person, NULL);
 *
 *  @param show is called once with the digits, before this returns; not when it fails
 *  Threads: the session's.
 *  Errors: invalid-argument, secret-full, and those of kamupin_order_code. */
KAMUPIN_API kamupin_status kamupin_order_code_show(kamupin_order *order, kamupin_order_code_fn show,
                                                   void *user);

/** Where the order stands. Asks the service.
 *  @param info receives it, size set by the caller
 *  Threads: the session's.
 *  Errors: invalid-argument, order-unknown, login-required, session-*, network-*, tls-*,
 *  service-*. */
KAMUPIN_API kamupin_status kamupin_order_read(kamupin_order *order, kamupin_order_info *info);

/** Gives it up, and at a desk what was begun with it and has not reached a card.
 *  May be repeated.
 *  Threads: the session's.
 *  Errors: as kamupin_order_read; order-in-use during card work, order-ended when it was completed or
 *  its time is over. */
KAMUPIN_API kamupin_status kamupin_order_cancel(kamupin_order *order);

/** Copies the error record of the last call on this handle.
 *  @param error belongs to the caller. Threads: the session's. Errors: none. */
KAMUPIN_API void kamupin_order_error(const kamupin_order *order, kamupin_error *error);

/** Asks for the person's orders that have not ended, also those of an earlier session.
 *  @param count receives how many; kamupin_order_listed gives each, newest first
 *  Threads: the session's.
 *  Errors: as kamupin_order_read; the record is the session's. */
KAMUPIN_API kamupin_status kamupin_order_list(kamupin_session *session, size_t *count);

/** One of the orders of the last kamupin_order_list (size set by the caller). Asks nobody.
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_order_listed(const kamupin_session *session, size_t index,
                                                kamupin_order_info *info);

KAMUPIN_END
#endif
