/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   operation.c: an operation's life, its phases, its time. */
#include <unblock/operation.h>

#include <card/address.h>
#include <code/order.h>
#include <core/fail.h>
#include <net/http.h>
#include <pin/work.h>

#include <stdlib.h>
#include <string.h>

static bool is_product(kamupin_product product)
{
    return product >= KAMUPIN_PRODUCT_ANY && product <= KAMUPIN_PRODUCT_KURUMSAL_SIFRELEME;
}

static bool is_kind(kamupin_operation_kind kind)
{
    return kind == KAMUPIN_OPERATION_ANY || kind == KAMUPIN_OPERATION_UNBLOCK ||
           kind == KAMUPIN_OPERATION_CREATE;
}

static bool is_factor(kamupin_factor_type type)
{
    return type == KAMUPIN_FACTOR_ANY || type == KAMUPIN_FACTOR_SMS ||
           type == KAMUPIN_FACTOR_WEB_PASSWORD;
}

/* The service that is meant: the order's where there is one. */
static const char *service_of(const kamupin_operation_options *options)
{
    return options->order != NULL ? kp_order_service(options->order) : options->service;
}

/* What is asked for is checked here, before a code and an SMS are spent on it. */
static kamupin_status check_options(const kamupin_operation_options *options, kamupin_error *error)
{
    kp_address address;

    if (options == NULL || options->size != sizeof *options ||
        (options->service == NULL) == (options->order == NULL))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "options without a service or an order, with both, or of another size");
    if ((options->risk & ~KP_OPERATION_RISKS) != 0 || !is_kind(options->kind) ||
        !is_factor(options->factor) || !is_product(options->product))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "risk %#x, kind %d, factor %d, product %d", options->risk,
                       (int)options->kind, (int)options->factor, (int)options->product);
    if (strlen(service_of(options)) >= KP_URL_MAX)
        return kp_fail_local(error, KAMUPIN_E_URL_REFUSED);
    return options->card == NULL ? KAMUPIN_OK : kp_address_parse(options->card, &address, error);
}

kamupin_status kamupin_operation_new(kamupin_context *context,
                                     const kamupin_operation_options *options,
                                     kamupin_operation **operation, kamupin_error *error)
{
    if (operation == NULL)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    *operation = NULL;
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK)
        status = check_options(options, error);
    if (status != KAMUPIN_OK)
        return status;
    const char *service = service_of(options);
    kamupin_operation *made = calloc(1, sizeof *made);
    if (made == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_error_clear(&made->error);
    made->context = context;
    made->kind = options->kind;
    made->product = options->product;
    made->order = options->order;
    made->risk = options->risk;
    memcpy(made->service_url, service, strlen(service) + 1);
    made->factor.preferred = options->factor;
    made->event = options->event;
    made->event_user = options->event_user;
    made->cancel = options->cancel;
    made->phase = KAMUPIN_PHASE_CODE;
    made->lock.fd = -1;
    if (options->card != NULL && (made->wanted_card = strdup(options->card)) == NULL)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (status == KAMUPIN_OK)
        status = kp_service_new(context, service, options->cancel, &made->service, error);
    if (status != KAMUPIN_OK)
        kamupin_operation_free(&made);
    *operation = made;
    return status;
}

void kamupin_operation_free(kamupin_operation **operation)
{
    if (operation == NULL || *operation == NULL)
        return;
    kamupin_operation *self = *operation;
    if (self->service != NULL && kp_context_check(self->context, NULL) == KAMUPIN_OK)
        kp_settle_give_up(self);
    kamupin_secret_free(&self->pin);
    kamupin_secret_free(&self->code);
    kp_record_wipe(&self->record);
    kamupin_card_free(&self->card);
    kp_lock_drop(&self->lock);
    kp_service_free(&self->service);
    free(self->wanted_card);
    free(self);
    *operation = NULL;
}

kamupin_phase kamupin_operation_phase(const kamupin_operation *operation)
{
    return operation == NULL ? KAMUPIN_PHASE_FAILED : operation->phase;
}

/* The operation's own time runs from the redeemed code until card work. */
static bool time_runs(const kamupin_operation *operation)
{
    return operation->phase >= KAMUPIN_PHASE_CARD && operation->phase <= KAMUPIN_PHASE_AUTHORITY;
}

int kamupin_operation_seconds_left(const kamupin_operation *operation)
{
    if (operation == NULL || !time_runs(operation))
        return -1;
    return kp_seconds_until(operation->context, operation->deadline_ms);
}

void kamupin_operation_error(const kamupin_operation *operation, kamupin_error *error)
{
    if (operation == NULL)
        kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    else
        kp_error_copy(&operation->error, error);
}

kamupin_status kamupin_operation_result(const kamupin_operation *operation, kamupin_result *result)
{
    if (operation == NULL || result == NULL || result->size != sizeof *result)
        return KAMUPIN_E_INVALID_ARGUMENT;
    const kamupin_result empty = KAMUPIN_RESULT_INIT;
    *result = empty;
    result->outcome = operation->record.evidence.outcome;
    result->reported = operation->reported;
    memcpy(result->operation_id, operation->redeemed.operation_id, sizeof result->operation_id);
    memcpy(result->card_id, operation->card_id, sizeof result->card_id);
    memcpy(result->product, operation->record.product, sizeof result->product);
    memcpy(result->recorded_at, operation->recorded_at, sizeof result->recorded_at);
    result->finished_at = operation->record.finished_at;
    result->kind = operation->redeemed.kind;
    result->family = operation->redeemed.product;
    result->on_behalf_of = operation->redeemed.on_behalf_of;
    memcpy(result->on_behalf_of_name, operation->redeemed.on_behalf_name,
           sizeof result->on_behalf_of_name);
    return KAMUPIN_OK;
}

void kp_operation_tell(const kamupin_operation *operation, kamupin_event_kind kind,
                       kamupin_status status)
{
    kamupin_event event = {.size = sizeof event, .kind = kind};

    if (operation->event == NULL)
        return;
    event.phase = operation->phase;
    event.seconds_left = kamupin_operation_seconds_left(operation);
    event.status = status;
    event.outcome = operation->record.evidence.outcome;
    memcpy(event.card_id, operation->card_id, sizeof event.card_id);
    operation->event(operation->event_user, &event);
}

kamupin_status kp_operation_enter(kamupin_operation *operation)
{
    if (operation == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kp_error_clear(&operation->error);
    return kp_context_check(operation->context, &operation->error);
}

kamupin_status kp_operation_need(kamupin_operation *operation, kamupin_phase phase)
{
    kamupin_status status = kp_operation_enter(operation);

    if (status != KAMUPIN_OK)
        return status;
    if (operation->phase != phase)
        return kp_fail(&operation->error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL,
                       "phase %d, not %d", (int)operation->phase, (int)phase);
    if (kp_cancel_check(operation->cancel, &operation->error) != KAMUPIN_OK) {
        kp_operation_fail(operation, KAMUPIN_PHASE_CANCELLED);
        return KAMUPIN_E_CANCELLED;
    }
    if (time_runs(operation) && kamupin_operation_seconds_left(operation) == 0) {
        kp_operation_fail(operation, KAMUPIN_PHASE_FAILED);
        return kp_fail_local(&operation->error, KAMUPIN_E_OPERATION_EXPIRED);
    }
    return KAMUPIN_OK;
}

void kp_operation_move(kamupin_operation *operation, kamupin_phase phase)
{
    if (operation->phase == phase)
        return;
    operation->phase = phase;
    kp_log(operation->context, KAMUPIN_LOG_DEBUG, "unblock", "phase %d", (int)phase);
    kp_operation_tell(operation, KAMUPIN_EVENT_PHASE, KAMUPIN_OK);
}

void kp_operation_fail(kamupin_operation *operation, kamupin_phase phase)
{
    kamupin_secret_free(&operation->pin);
    kamupin_card_free(&operation->card);
    kp_lock_drop(&operation->lock);
    kp_operation_move(operation, phase);
}

kamupin_status kp_operation_ended_by(kamupin_operation *operation, kamupin_status status)
{
    switch ((int)status) {
    case KAMUPIN_E_CANCELLED:
    case KAMUPIN_E_OPERATION_CANCELLED:
        kp_operation_fail(operation, KAMUPIN_PHASE_CANCELLED);
        break;
    case KAMUPIN_E_OPERATION_EXPIRED:
    case KAMUPIN_E_OPERATION_UNKNOWN:
    case KAMUPIN_E_OPERATION_PHASE:
    case KAMUPIN_E_ORDER_ENDED:
    case KAMUPIN_E_ORDER_UNKNOWN:
    case KAMUPIN_E_PAGE_CLOSED:
    case KAMUPIN_E_SESSION_ENDED:
    case KAMUPIN_E_SESSION_REFUSED:
    case KAMUPIN_E_SMS_CODE_EXHAUSTED:
    case KAMUPIN_E_WEB_PASSWORD_EXHAUSTED:
        kp_operation_fail(operation, KAMUPIN_PHASE_FAILED);
        break;
    case KAMUPIN_E_PHONE_OUT_OF_DATE:
        kp_service_cancel(operation->service, KP_GIVE_UP_MS, NULL); /* it waits for us still */
        kp_operation_fail(operation, KAMUPIN_PHASE_FAILED);
        break;
    default:
        break; /* the step may be called again */
    }
    return status;
}
