/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   orders.c: orders and their verification codes, as the profile has them. */
#include <service/orders.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

static const char *const STATES[] = {"waiting", "in-use",    "card-work", "done", "not-done",
                                     "unknown", "cancelled", "expired",   NULL};

#define ORDER_ID_MIN 8

static void read_order(const kp_answer *answer, kp_fields fields, kamupin_order_info *info)
{
    const kamupin_order_info empty = KAMUPIN_ORDER_INFO_INIT;

    *info = empty;
    kp_json_id(fields, "order_id", info->order_id, ORDER_ID_MIN, sizeof info->order_id);
    info->kind = (kamupin_operation_kind)(1 + kp_json_word(fields, "kind", kp_kind_words));
    info->product = kp_call_product(fields);
    info->state = (kamupin_order_state)(1 + kp_json_word(fields, "state", STATES));
    info->seconds_left = kp_seconds_until(
        answer->context, kp_call_deadline(fields, "seconds_left", answer->sent_ms));
    if (kp_json_has(fields, "on_behalf_of"))
        kp_call_organisation(kp_json_object(fields, "on_behalf_of"), &info->on_behalf_of);
    if (kp_json_has(fields, "operation_id"))
        kp_json_id(fields, "operation_id", info->operation_id, ORDER_ID_MIN,
                   sizeof info->operation_id);
    if (kp_json_has(fields, "outcome"))
        info->outcome = (kamupin_outcome)(1 + kp_json_word(fields, "outcome", kp_outcome_words));
    if (kp_json_has(fields, "recorded_at"))
        kp_json_text(fields, "recorded_at", info->recorded_at, sizeof info->recorded_at);
}

static void path_of(const char *order_id, const char *rest, char *path)
{
    snprintf(path, KP_PATH_MAX, "/orders/%s%s", order_id, rest);
}

/* ---- one order ---- */

typedef struct one_order {
    const char *asked; /* its name; NULL: a new one's */
    kamupin_order_info *info;
    bool again; /* it may have been told of long ago */
} one_order;

static void read_one(kp_answer *answer, void *into)
{
    one_order *order = into;

    read_order(answer, answer->fields, order->info);
    order->again = answer->again;
    if (order->asked != NULL && strcmp(order->info->order_id, order->asked) != 0)
        kp_json_refuse(answer->fields, "order_id");
}

kamupin_status kp_order_look(kamupin_session *session, const char *order_id,
                             kamupin_order_info *info, kamupin_error *error)
{
    one_order order = {order_id, info, false};
    char path[KP_PATH_MAX];

    path_of(order_id, "", path);
    return kp_session_call(session, path, NULL, read_one, &order, error);
}

kamupin_status kp_order_give_up(kamupin_session *session, const char *order_id,
                                kamupin_order_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    one_order order = {order_id, info, false};
    char path[KP_PATH_MAX];

    path_of(order_id, "/cancel", path);
    kp_buffer_text(&body, "{}");
    return kp_session_call(session, path, &body, read_one, &order, error);
}

/* ---- a new one ---- */

static kamupin_status ask_for_one(kamupin_session *session, const kamupin_order_options *options,
                                  one_order *order, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    kp_json_put_field(&body, "{", "kind", kp_kind_words[options->kind - 1]);
    kp_json_put_field(&body, ",", "product", kp_product_words[options->product - 1]);
    if (options->on_behalf_of.type != 0)
        kp_call_put_identity(&body, ",\"on_behalf_of\":{", &options->on_behalf_of);
    kp_buffer_text(&body, "}");
    return kp_session_call(session, "/orders", &body, read_one, order, error);
}

static bool has_ended(const kamupin_order_info *info)
{
    return info->state != KAMUPIN_ORDER_WAITING && info->state != KAMUPIN_ORDER_IN_USE &&
           info->state != KAMUPIN_ORDER_CARD_WORK;
}

kamupin_status kp_order_create(kamupin_session *session, const kamupin_order_options *options,
                               kamupin_order_info *info, kamupin_error *error)
{
    one_order order = {NULL, info, false};

    kamupin_status status = ask_for_one(session, options, &order, error);
    if (status == KAMUPIN_OK && order.again) {
        /* The order of a request whose answer was lost; meanwhile it may have been given up. */
        const kamupin_order_info found = *info;
        status = kp_order_look(session, found.order_id, info, error);
        if (status == KAMUPIN_OK && has_ended(info)) {
            status = ask_for_one(session, options, &order, error);
        } else if (kp_call_is_open(status)) {
            kp_error_clear(error); /* as it was told of then: without it the order would be lost */
            *info = found;
            status = KAMUPIN_OK;
        }
    }
    return status;
}

/* ---- its code ---- */

typedef struct issuing {
    kamupin_secret *code;
    int64_t deadline_ms;
} issuing;

static void read_code(kp_answer *answer, void *into)
{
    issuing *issued = into;

    kamupin_secret_clear(issued->code);
    issued->deadline_ms = kp_answer_deadline(answer, "seconds_left");
    answer->status = kp_json_digits(answer->fields, "code", KAMUPIN_CODE_MIN, KAMUPIN_CODE_MAX,
                                    issued->code, answer->error);
}

kamupin_status kp_order_issue(kamupin_session *session, const char *order_id, kamupin_secret *code,
                              int64_t *deadline_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    issuing issued = {code, 0};
    char path[KP_PATH_MAX];
    kp_bytes before;

    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_VERIFICATION_CODE, &before, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_secret_clear(code);
    path_of(order_id, "/code", path);
    kp_buffer_text(&body, "{}");
    status = kp_session_call(session, path, &body, read_code, &issued, error);
    if (status == KAMUPIN_OK)
        *deadline_ms = issued.deadline_ms;
    else
        kamupin_secret_clear(code);
    return status;
}

/* ---- all of them ---- */

typedef struct all_orders {
    kamupin_order_info *infos;
    size_t count;
} all_orders;

static void read_all(kp_answer *answer, void *into)
{
    all_orders *all = into;

    all->count = kp_json_array(answer->fields, "orders", KP_ORDERS_MAX);
    for (size_t i = 0; i < all->count; i++)
        read_order(answer, kp_json_entry(answer->fields, "orders", i), &all->infos[i]);
}

kamupin_status kp_order_all(kamupin_session *session, kamupin_order_info *infos, size_t *count,
                            kamupin_error *error)
{
    all_orders all = {infos, 0};

    kamupin_status status = kp_session_call(session, "/orders", NULL, read_all, &all, error);
    *count = status == KAMUPIN_OK ? all.count : 0;
    return status;
}
