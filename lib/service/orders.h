/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   orders.h: the calls that a session makes for its person: who is logged in, orders and their
   verification codes, records of issued PINs. What they mean is with the rooms that make them. */
#ifndef KP_SERVICE_ORDERS_H
#define KP_SERVICE_ORDERS_H

#include <kamupin/issued.h>
#include <kamupin/order.h>
#include <service/session.h>

#define KP_ORDERS_MAX 16 /* in one answer */
#define KP_ISSUED_MAX 32

/** Orders a new PIN. Errors: not-represented, product-not-offered, those of kp_session_call. */
kamupin_status kp_order_create(kamupin_session *session, const kamupin_order_options *options,
                               kamupin_order_info *info, kamupin_error *error);

/** Where an order stands; a new session of its person takes it on. Errors: order-unknown, … */
kamupin_status kp_order_look(kamupin_session *session, const char *order_id,
                             kamupin_order_info *info, kamupin_error *error);

/** Gives an order up. Errors: order-in-use, order-ended, … */
kamupin_status kp_order_give_up(kamupin_session *session, const char *order_id,
                                kamupin_order_info *info, kamupin_error *error);

/** Has a code issued into `code`, whose content is replaced. Errors: secret-kind, order-ended, … */
kamupin_status kp_order_issue(kamupin_session *session, const char *order_id, kamupin_secret *code,
                              int64_t *deadline_ms, kamupin_error *error);

/** The person's open orders. `infos` has room for KP_ORDERS_MAX. */
kamupin_status kp_order_all(kamupin_session *session, kamupin_order_info *infos, size_t *count,
                            kamupin_error *error);

/** The records of issued PINs, without PINs. `infos` has room for KP_ISSUED_MAX. */
kamupin_status kp_issued_all(kamupin_session *session, kamupin_issued_pin_info *infos,
                             size_t *count, kamupin_error *error);

/** Shows one, once: `pin` receives a secret of kind ISSUED_PIN. A PUK that stands beside it is not
 * looked at. Errors: issued-pin-unknown, issued-pin-shown, … */
kamupin_status kp_issued_show(kamupin_session *session, const char *record_id,
                              kamupin_issued_pin_info *info, kamupin_secret **pin,
                              kamupin_error *error);

/** Deletes one for good. Errors: issued-pin-unknown, … */
kamupin_status kp_issued_delete(kamupin_session *session, const char *record_id,
                                kamupin_error *error);

#endif
