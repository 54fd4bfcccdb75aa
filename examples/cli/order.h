/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.h: an order made with the borrowed session, for commands that need no code then. */
#ifndef CLI_ORDER_H
#define CLI_ORDER_H

#include "session.h"

typedef struct cli_order {
    kamupin_session *session; /* NULL: none was borrowed */
    kamupin_order *order;
} cli_order;

/** Orders what --product and --on-behalf-of say. Errors: those of cli_session_borrow and
 * kamupin_order_new. */
kamupin_status cli_order_begin(cli *program, kamupin_operation_kind kind, cli_order *order,
                               kamupin_error *error);

/** Gives up an order that led to nothing, and frees; `status` is how the work with it ended. */
void cli_order_end(cli *program, cli_order *order, bool done, kamupin_status status);

#endif
