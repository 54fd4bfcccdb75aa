/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.c: orders of a session and their verification codes. An order keeps nothing but its name:
   the service knows where it stands. */
#include <code/order.h>

#include <core/fail.h>
#include <service/orders.h>

#include <stdlib.h>
#include <string.h>

struct kamupin_order {
    kamupin_session *session;
    kamupin_error error;
    kamupin_order_info info; /* as last told */
};

const char *kp_order_service(const kamupin_order *order)
{
    return order->session->service->base;
}

/* ---- making one ---- */

static kamupin_status check_options(const kamupin_order_options *options, kamupin_error *error)
{
    if (options == NULL || options->size != sizeof *options ||
        (options->kind != KAMUPIN_OPERATION_UNBLOCK && options->kind != KAMUPIN_OPERATION_CREATE) ||
        options->product < KAMUPIN_PRODUCT_NES ||
        options->product > KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "an order needs a kind and a product");
    if (options->on_behalf_of.type == 0)
        return KAMUPIN_OK;
    if (options->on_behalf_of.type != KAMUPIN_IDENTITY_VKN &&
        options->on_behalf_of.type != KAMUPIN_IDENTITY_DETSIS)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "an order is for oneself or on behalf of an organisation");
    return KAMUPIN_OK;
}

/* An order without a name yet. */
static kamupin_status begin(kamupin_session *session, kamupin_order **order, kamupin_error *error)
{
    if (order == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *order = NULL;
    kamupin_status status = kp_session_check(session, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_order *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    made->session = session;
    kp_error_clear(&made->error);
    *order = made;
    return KAMUPIN_OK;
}

kamupin_status kamupin_order_new(kamupin_session *session, const kamupin_order_options *options,
                                 kamupin_order **order, kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    kamupin_status status = begin(session, order, &own);
    if (status == KAMUPIN_OK)
        status = check_options(options, &own);
    if (status == KAMUPIN_OK && options->on_behalf_of.type != 0)
        status = kamupin_identity_check(&options->on_behalf_of, &own);
    if (status == KAMUPIN_OK)
        status = kp_order_create(session, options, &(*order)->info, &own);
    if (status != KAMUPIN_OK && order != NULL)
        kamupin_order_free(order);
    kp_error_copy(&own, error);
    return status;
}

kamupin_status kamupin_order_open(kamupin_session *session, const char *order_id,
                                  kamupin_order **order, kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    kamupin_status status = begin(session, order, &own);
    if (status == KAMUPIN_OK && !kp_session_is_id(order_id))
        status = kp_fail_local(&own, KAMUPIN_E_ORDER_UNKNOWN); /* no order has such a name */
    if (status == KAMUPIN_OK)
        status = kp_order_look(session, order_id, &(*order)->info, &own);
    if (status != KAMUPIN_OK && order != NULL)
        kamupin_order_free(order);
    kp_error_copy(&own, error);
    return status;
}

void kamupin_order_free(kamupin_order **order)
{
    if (order == NULL || *order == NULL)
        return;
    free(*order);
    *order = NULL;
}

/* ---- using it ---- */

static kamupin_status enter(kamupin_order *order)
{
    if (order == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&order->error);
    return kp_context_check(order->session->context, &order->error);
}

kamupin_status kamupin_order_code(kamupin_order *order, kamupin_secret *code, int *seconds_left)
{
    int64_t deadline_ms = 0;

    kamupin_status status = enter(order);
    if (status == KAMUPIN_OK)
        status =
            kp_order_issue(order->session, order->info.order_id, code, &deadline_ms, &order->error);
    if (status == KAMUPIN_OK && seconds_left != NULL)
        *seconds_left = kp_seconds_until(order->session->context, deadline_ms);
    return status;
}

kamupin_status kamupin_order_code_show(kamupin_order *order, kamupin_order_code_fn show, void *user)
{
    kamupin_secret *code = NULL;
    kp_bytes digits;
    int seconds_left = 0;

    kamupin_status status = enter(order);
    if (status != KAMUPIN_OK)
        return status;
    if (show == NULL) /* before a code dies for it */
        return kp_fail_local(&order->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kamupin_secret_new(order->session->context, KAMUPIN_SECRET_VERIFICATION_CODE, &code,
                                &order->error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_code(order, code, &seconds_left);
    if (status == KAMUPIN_OK)
        status = kp_secret_read(code, KAMUPIN_SECRET_VERIFICATION_CODE, &digits, &order->error);
    if (status == KAMUPIN_OK)
        show(user, (const char *)digits.data, seconds_left); /* a slot is zero behind its bytes */
    kamupin_secret_free(&code);
    return status;
}

kamupin_status kamupin_order_read(kamupin_order *order, kamupin_order_info *info)
{
    kamupin_status status = enter(order);

    if (status != KAMUPIN_OK)
        return status;
    if (info == NULL || info->size != sizeof *info)
        return kp_fail_local(&order->error, KAMUPIN_E_INVALID_ARGUMENT);
    status = kp_order_look(order->session, order->info.order_id, info, &order->error);
    if (status == KAMUPIN_OK)
        order->info = *info;
    return status;
}

kamupin_status kamupin_order_cancel(kamupin_order *order)
{
    kamupin_order_info now;
    kamupin_status status = enter(order);

    if (status == KAMUPIN_OK)
        status = kp_order_give_up(order->session, order->info.order_id, &now, &order->error);
    if (status == KAMUPIN_OK)
        order->info = now;
    return status;
}

void kamupin_order_error(const kamupin_order *order, kamupin_error *error)
{
    if (order == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&order->error, error);
}

/* ---- all of a person's ---- */

kamupin_status kamupin_order_list(kamupin_session *session, size_t *count)
{
    kamupin_status status = kp_session_enter(session);

    if (status != KAMUPIN_OK)
        return status;
    if (count == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_INVALID_ARGUMENT);
    *count = session->order_count = 0;
    if (session->orders == NULL)
        session->orders = calloc(KP_ORDERS_MAX, sizeof *session->orders);
    if (session->orders == NULL)
        return kp_fail_local(&session->error, KAMUPIN_E_NO_MEMORY);
    status = kp_order_all(session, session->orders, &session->order_count, &session->error);
    *count = session->order_count;
    return status;
}

kamupin_status kamupin_order_listed(const kamupin_session *session, size_t index,
                                    kamupin_order_info *info)
{
    if (session == NULL || info == NULL || info->size != sizeof *info ||
        index >= session->order_count)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *info = session->orders[index];
    return KAMUPIN_OK;
}
