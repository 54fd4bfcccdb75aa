/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   orders.c: orders and their verification codes, as the profile has them. */
#include <service/orders.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

static const char *const KINDS[] = {"unblock", "create", NULL}; /* kind - 1 */
static const char *const STATES[] = {"waiting", "in-use",    "card-work", "done", "not-done",
                                     "unknown", "cancelled", "expired",   NULL};
static const char *const OUTCOMES[] = {"done", "not-done", "unknown", NULL}; /* outcome - 1 */

#define ORDER_ID_MIN 8

static void read_order(kp_fields fields, int64_t sent_ms, const kamupin_context *context,
                       kamupin_order_info *info)
{
    const kamupin_order_info empty = KAMUPIN_ORDER_INFO_INIT;

    *info = empty;
    kp_json_id(fields, "order_id", info->order_id, ORDER_ID_MIN, sizeof info->order_id);
    info->kind = (kamupin_operation_kind)(1 + kp_json_word(fields, "kind", KINDS));
    info->product = (kamupin_product)(1 + kp_json_word(fields, "product", kp_product_words));
    info->state = (kamupin_order_state)(1 + kp_json_word(fields, "state", STATES));
    info->seconds_left =
        kp_seconds_until(context, kp_call_deadline(fields, "seconds_left", sent_ms));
    if (kp_json_has(fields, "on_behalf_of"))
        kp_call_organisation(kp_json_object(fields, "on_behalf_of"), &info->on_behalf_of);
    if (kp_json_has(fields, "operation_id"))
        kp_json_id(fields, "operation_id", info->operation_id, ORDER_ID_MIN,
                   sizeof info->operation_id);
    if (kp_json_has(fields, "outcome"))
        info->outcome = (kamupin_outcome)(1 + kp_json_word(fields, "outcome", OUTCOMES));
    if (kp_json_has(fields, "recorded_at"))
        kp_json_text(fields, "recorded_at", info->recorded_at, sizeof info->recorded_at);
}

/* One call whose answer is an order: `asked`, or a new one (NULL). */
static kamupin_status call_order(kamupin_session *session, const char *path, const kp_buffer *body,
                                 const char *asked, kamupin_order_info *info, kamupin_error *error)
{
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    kamupin_status status = kp_session_call(session, path, body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        read_order(fields, answer.sent_ms, session->context, info);
        if (asked != NULL && strcmp(info->order_id, asked) != 0)
            kp_json_refuse(fields, "order_id");
        status = kp_json_done(fields, error);
    }
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    return status;
}

kamupin_status kp_order_create(kamupin_session *session, const kamupin_order_options *options,
                               kamupin_order_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    kp_json_put_field(&body, "{", "kind", KINDS[options->kind - 1]);
    kp_json_put_field(&body, ",", "product", kp_product_words[options->product - 1]);
    if (options->on_behalf_of.type != 0)
        kp_session_put_identity(&body, ",\"on_behalf_of\":{", &options->on_behalf_of);
    kp_buffer_text(&body, "}");
    kamupin_status status = call_order(session, "/orders", &body, NULL, info, error);
    kp_buffer_wipe(&body);
    return status;
}

static void order_path(const char *order_id, const char *rest, char *path)
{
    snprintf(path, KP_PATH_MAX, "/orders/%s%s", order_id, rest);
}

kamupin_status kp_order_look(kamupin_session *session, const char *order_id,
                             kamupin_order_info *info, kamupin_error *error)
{
    char path[KP_PATH_MAX];

    order_path(order_id, "", path);
    return call_order(session, path, NULL, order_id, info, error);
}

kamupin_status kp_order_give_up(kamupin_session *session, const char *order_id,
                                kamupin_order_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    order_path(order_id, "/cancel", path);
    kp_buffer_text(&body, "{}");
    kamupin_status status = call_order(session, path, &body, order_id, info, error);
    kp_buffer_wipe(&body);
    return status;
}

kamupin_status kp_order_issue(kamupin_session *session, const char *order_id, kamupin_secret *code,
                              int64_t *deadline_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;
    char path[KP_PATH_MAX];
    kp_bytes before;

    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_VERIFICATION_CODE, &before, error);
    if (status != KAMUPIN_OK)
        return status;
    kamupin_secret_clear(code);
    order_path(order_id, "/code", path);
    kp_buffer_text(&body, "{}");
    status = kp_session_call(session, path, &body, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        *deadline_ms = kp_call_deadline(fields, "seconds_left", answer.sent_ms);
        status = kp_json_digits(fields, "code", KAMUPIN_CODE_MIN, KAMUPIN_CODE_MAX, code, error);
        if (status == KAMUPIN_OK)
            status = kp_json_done(fields, error);
    }
    if (status != KAMUPIN_OK)
        kamupin_secret_clear(code);
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    kp_buffer_wipe(&body);
    return status;
}

kamupin_status kp_order_all(kamupin_session *session, kamupin_order_info *infos, size_t *count,
                            kamupin_error *error)
{
    kp_answer answer = {NULL, 0};
    const char *wrong = NULL;

    *count = 0;
    kamupin_status status = kp_session_call(session, "/orders", NULL, &answer, error);
    if (status == KAMUPIN_OK) {
        const kp_fields fields = {answer.root, &wrong};
        const size_t there = kp_json_array(fields, "orders", KP_ORDERS_MAX);
        for (size_t i = 0; i < there; i++)
            read_order(kp_json_entry(fields, "orders", i), answer.sent_ms, session->context,
                       &infos[i]);
        status = kp_json_done(fields, error);
        *count = status == KAMUPIN_OK ? there : 0;
    }
    kp_call_settle(session->service, status);
    kp_json_free(answer.root);
    return status;
}
