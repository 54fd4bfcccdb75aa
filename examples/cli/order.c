/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   order.c: order new, code, list, show and cancel, with the session that `kamupin login` holds; and
   the order that pin unblock --login makes. */
#include "order.h"
#include "table.h"
#include "wrap.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "vkn:4540536920"; values.c let nothing else through. */
static kamupin_status read_organisation(const char *text, kamupin_identity *identity,
                                        kamupin_error *error)
{
    const char *number = strchr(text, ':') + 1;
    identity->size = sizeof *identity;
    identity->type = strncmp(text, "vkn:", 4) == 0 ? KAMUPIN_IDENTITY_VKN : KAMUPIN_IDENTITY_DETSIS;
    int wanted = snprintf(identity->number, sizeof identity->number, "%s", number);
    return wanted < (int)sizeof identity->number ? KAMUPIN_OK
                                                 : cli_error(error, KAMUPIN_E_IDENTITY_MALFORMED);
}

kamupin_status cli_order_begin(cli *program, kamupin_operation_kind kind, cli_order *order,
                               kamupin_error *error)
{
    kamupin_order_options options = KAMUPIN_ORDER_OPTIONS_INIT;
    kamupin_status status = KAMUPIN_OK;
    options.kind = kind;
    options.product =
        program->args.product != KAMUPIN_PRODUCT_ANY ? program->args.product : KAMUPIN_PRODUCT_NES;
    if (program->args.on_behalf_of != NULL)
        status = read_organisation(program->args.on_behalf_of, &options.on_behalf_of, error);
    if (status == KAMUPIN_OK)
        status = cli_session_borrow(program, &order->session, error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_new(order->session, &options, &order->order, error);
    return status;
}

void cli_order_end(cli *program, cli_order *order, bool done, kamupin_status status)
{
    if (order->order != NULL && !done) {
        kamupin_cancel_clear(program->cancel); /* else Ctrl+C would stop this, too; one more does */
        kamupin_order_cancel(order->order);    /* best effort: its time ends it as well */
    }
    kamupin_order_free(&order->order);
    cli_session_return(program, &order->session, status);
}

static json_t *json_of(const kamupin_order_info *info)
{
    const char *number = info->on_behalf_of.number;
    return json_pack("{s:s, s:s, s:s, s:o, s:s, s:i}", "order_id", info->order_id, "kind",
                     info->kind == KAMUPIN_OPERATION_CREATE ? "create" : "unblock", "product",
                     kamupin_product_name(info->product), "on_behalf_of",
                     number[0] != '\0' ? json_string(number) : json_null(), "state",
                     kamupin_order_state_name(info->state), "seconds_left", info->seconds_left);
}

static cli_message state_of(kamupin_order_state state)
{
    switch (state) {
    case KAMUPIN_ORDER_WAITING:
        return M_ORDER_WAITING;
    case KAMUPIN_ORDER_IN_USE:
        return M_ORDER_IN_USE;
    case KAMUPIN_ORDER_CARD_WORK:
        return M_ORDER_CARD_WORK;
    case KAMUPIN_ORDER_DONE:
        return M_ORDER_DONE;
    case KAMUPIN_ORDER_NOT_DONE:
        return M_ORDER_NOT_DONE;
    case KAMUPIN_ORDER_CANCELLED:
        return M_ORDER_CANCELLED;
    case KAMUPIN_ORDER_EXPIRED:
        return M_ORDER_EXPIRED;
    case KAMUPIN_ORDER_UNKNOWN:
        break;
    }
    return M_ORDER_UNKNOWN;
}

static cli_table table_of(const cli *program)
{
    cli_table table = {.columns = 6, .header = true};
    const char *const names[] = {cli_say(program, M_ORDER),   cli_say(program, M_OPERATION),
                                 cli_say(program, M_PRODUCT), cli_say(program, M_ON_BEHALF_OF),
                                 cli_say(program, M_STATE),   cli_say(program, M_LEFT_OF_IT)};
    cli_table_row(&table, names);
    return table;
}

static void add(const cli *program, cli_table *table, const kamupin_order_info *info)
{
    const kamupin_identity *whom = &info->on_behalf_of;
    char organisation[40] = "", time[KAMUPIN_DURATION_MAX] = "";
    const bool create = info->kind == KAMUPIN_OPERATION_CREATE;
    if (whom->number[0] != '\0')
        snprintf(organisation, sizeof organisation, "%s:%s",
                 whom->type == KAMUPIN_IDENTITY_VKN ? "vkn" : "detsis", whom->number);
    if (info->seconds_left > 0)
        cli_time(program->args.language, info->seconds_left, time);
    const char *const cells[] = {info->order_id,
                                 cli_say(program, create ? M_ORDER_CREATE : M_ORDER_UNBLOCK),
                                 cli_product(info->product),
                                 organisation,
                                 cli_say(program, state_of(info->state)),
                                 time};
    cli_table_row(table, cells);
}

static void print(const cli *program, const cli_table *table)
{
    if (!program->args.json)
        cli_table_write(table, stdout, 0, cli_columns(STDOUT_FILENO));
}

static void say(const cli *program, const kamupin_order_info *info)
{
    cli_table table = table_of(program);
    add(program, &table, info);
    print(program, &table);
    cli_table_free(&table);
}

kamupin_status cli_order_list(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_order_info info = KAMUPIN_ORDER_INFO_INIT;
    json_t *orders = json_array();
    cli_table table = table_of(program);
    size_t count = 0;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_order_list(session, &count);
        kamupin_session_error(session, error);
    }
    for (size_t i = 0; i < count; i++)
        if (kamupin_order_listed(session, i, &info) == KAMUPIN_OK) {
            add(program, &table, &info);
            json_array_append_new(orders, json_of(&info));
        }
    if (status == KAMUPIN_OK && count == 0 && !program->args.json)
        printf("%s\n", cli_say(program, M_NO_ORDER));
    if (count > 0)
        print(program, &table);
    cli_table_free(&table);
    if (status == KAMUPIN_OK)
        cli_json_add(program, "orders", json_incref(orders));
    json_decref(orders);
    cli_session_return(program, &session, status);
    return status;
}

static kamupin_status one(cli *program, bool cancel, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_order *order = NULL;
    kamupin_order_info info = KAMUPIN_ORDER_INFO_INIT;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_open(session, program->args.number, &order, error);
    if (status == KAMUPIN_OK && cancel)
        status = kamupin_order_cancel(order);
    if (status == KAMUPIN_OK)
        status = kamupin_order_read(order, &info);
    if (order != NULL && status != KAMUPIN_OK)
        kamupin_order_error(order, error);
    if (status == KAMUPIN_OK) {
        say(program, &info);
        cli_json_add(program, "order", json_of(&info));
    }
    kamupin_order_free(&order);
    cli_session_return(program, &session, status);
    return status;
}

kamupin_status cli_order_show(cli *program, kamupin_error *error)
{
    return one(program, false, error);
}

kamupin_status cli_order_cancel(cli *program, kamupin_error *error)
{
    return one(program, true, error);
}

kamupin_status cli_order_new(cli *program, kamupin_error *error)
{
    const kamupin_operation_kind kind =
        program->args.create ? KAMUPIN_OPERATION_CREATE : KAMUPIN_OPERATION_UNBLOCK;
    cli_order made = {.session = NULL};
    kamupin_order_info info = KAMUPIN_ORDER_INFO_INIT;
    kamupin_status status = cli_order_begin(program, kind, &made, error);
    if (status == KAMUPIN_OK) {
        status = kamupin_order_read(made.order, &info);
        kamupin_order_error(made.order, error);
    }
    if (status == KAMUPIN_OK) {
        say(program, &info);
        cli_json_add(program, "order", json_of(&info));
    }
    cli_order_end(program, &made, status == KAMUPIN_OK, status);
    return status;
}

/* ---- a code for another desk ---- */

typedef struct code_for {
    cli *program;
    const kamupin_order_info *order;
} code_for;

static void to_the_person(void *user, const char *digits, int seconds_left)
{
    const code_for *self = user;
    const cli *program = self->program;
    const bool create = self->order->kind == KAMUPIN_OPERATION_CREATE;
    char time[KAMUPIN_DURATION_MAX], use[512];
    cli_json_add(self->program, "order_code",
                 json_pack("{s:s, s:s, s:i}", "order_id", self->order->order_id, "code", digits,
                           "seconds_left", seconds_left));
    if (program->args.json)
        return;
    printf("%s: %s\n", cli_say(program, M_ORDER_CODE), digits);
    printf("%s: %s\n\n", cli_say(program, M_ORDER_CODE_LEFT),
           kamupin_duration_text(seconds_left, program->args.language, time, sizeof time));
    printf("%s\n",
           cli_fill(program->args.language, M_ORDER_CODE_USE,
                    create ? "kamupin pin create" : "kamupin pin unblock", use, sizeof use));
}

/* The only order that is open. */
static kamupin_status find(cli *program, kamupin_session *session, kamupin_order_info *info,
                           kamupin_error *error)
{
    size_t count = 0;
    kamupin_status status = kamupin_order_list(session, &count);
    kamupin_session_error(session, error);
    if (status != KAMUPIN_OK)
        return status;
    if (count > 1)
        return cli_refuse(program, M_WHICH_ORDER, "", error);
    if (count == 0) {
        cli_refuse(program, M_NO_OPEN_ORDER, "", error);
        return cli_error(error, KAMUPIN_E_ORDER_UNKNOWN);
    }
    return kamupin_order_listed(session, 0, info);
}

kamupin_status cli_order_code(cli *program, kamupin_error *error)
{
    kamupin_session *session = NULL;
    kamupin_order *order = NULL;
    kamupin_order_info info = KAMUPIN_ORDER_INFO_INIT;
    code_for whom = {.program = program, .order = &info};
    const char *named = program->args.number;
    kamupin_status status = cli_session_borrow(program, &session, error);
    if (status == KAMUPIN_OK && named == NULL)
        status = find(program, session, &info, error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_open(session, named != NULL ? named : info.order_id, &order, error);
    if (status == KAMUPIN_OK)
        status = kamupin_order_read(order, &info);
    if (status == KAMUPIN_OK)
        status = kamupin_order_code_show(order, to_the_person, &whom);
    if (order != NULL)
        kamupin_order_error(order, error);
    kamupin_order_free(&order);
    cli_session_return(program, &session, status);
    return status;
}
