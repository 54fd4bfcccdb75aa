/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.h: an order as the rooms above use it: an operation is begun with its code, which nobody
   types. */
#ifndef KP_CODE_ORDER_H
#define KP_CODE_ORDER_H

#include <kamupin/order.h>

/** The address of the service that the order is at. Lives as long as the order. */
const char *kp_order_service(const kamupin_order *order);

#endif
