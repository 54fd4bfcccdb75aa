/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.h: what the web page does for a person, for a program that holds a session: a new PIN is
   ordered for a product, for oneself or for an organisation; the order issues verification codes,
   and says how the work at the desk goes.

       kamupin_order_options options = KAMUPIN_ORDER_OPTIONS_INIT;
       options.kind = KAMUPIN_OPERATION_UNBLOCK;
       options.product = KAMUPIN_PRODUCT_NES;
       kamupin_order_new(session, &options, &order, &error);
       kamupin_order_code(order, code, &seconds);       // a secret; give it to kamupin_operation_redeem
       kamupin_order_status(order, &status);            // waiting, in use, card work, done
       kamupin_order_free(&order); */
#ifndef KAMUPIN_ORDER_H
#define KAMUPIN_ORDER_H

#include <kamupin/operation.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

typedef struct kamupin_order kamupin_order;

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

typedef struct kamupin_order_options {
    size_t size;
    kamupin_operation_kind kind; /**< UNBLOCK or CREATE */
    kamupin_product product;
    kamupin_identity on_behalf_of; /**< of type VKN or DETSIS; type 0: for oneself */
} kamupin_order_options;

#define KAMUPIN_ORDER_OPTIONS_INIT KAMUPIN_SIZED(kamupin_order_options)

typedef struct kamupin_order_status_info {
    size_t size;
    char order_id[64];
    kamupin_operation_kind kind;
    kamupin_product product;
    kamupin_identity on_behalf_of;
    kamupin_order_state state;
    int seconds_left; /**< of the order */
    char operation_id[64];
    kamupin_outcome outcome;
    char recorded_at[32];
} kamupin_order_status_info;

#define KAMUPIN_ORDER_STATUS_INIT KAMUPIN_SIZED(kamupin_order_status_info)

/** Orders. @param session borrowed; must outlive the order. Errors: login-required, session-expired,
 *  session-ended, not-represented, product-not-offered, identity-malformed, network-*, … */
KAMUPIN_API kamupin_status kamupin_order_new(kamupin_session *session,
                                             const kamupin_order_options *options,
                                             kamupin_order **order, kamupin_error *error);

/** Goes on with an order of the same person, after a lost connection or a new login.
 *  Errors: order-unknown, … */
KAMUPIN_API kamupin_status kamupin_order_open(kamupin_session *session, const char *order_id,
                                              kamupin_order **order, kamupin_error *error);

/** Frees; the order stays at the service until its time, its session's end, or kamupin_order_cancel.
 *  NULL is fine. */
KAMUPIN_API void kamupin_order_free(kamupin_order **order);

/** Has a code issued; the one before dies.
 *  @param code of kind VERIFICATION_CODE, made by the caller; its content is replaced
 *  @param seconds_left receives how long it is good; may be NULL
 *  Errors: order-unknown, order-ended, order-in-use, secret-kind, … */
KAMUPIN_API kamupin_status kamupin_order_code(kamupin_order *order, kamupin_secret *code,
                                              int *seconds_left);

/** Where the order stands. Asks the service. */
KAMUPIN_API kamupin_status kamupin_order_status(kamupin_order *order,
                                                kamupin_order_status_info *status);

/** Gives it up, at the desk as well unless its card is being worked on (order-in-use). */
KAMUPIN_API kamupin_status kamupin_order_cancel(kamupin_order *order);

/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_order_error(const kamupin_order *order, kamupin_error *error);

/** The person's open orders, newest first. `statuses` has room for `*count`; receives how many.
 *  Errors: those of kamupin_order_status. */
KAMUPIN_API kamupin_status kamupin_order_list(kamupin_session *session,
                                              kamupin_order_status_info *statuses, size_t *count,
                                              kamupin_error *error);

KAMUPIN_END
#endif
