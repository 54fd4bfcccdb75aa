/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   steps.c: the steps before card work: code, PIN, second factor. None of them sends a command that could cost
   a try. */
#include <unblock/operation.h>

#include <code/order.h>
#include <core/fail.h>
#include <core/look.h>

#include <string.h>

/* Asks the service who it is, once; what it vouches for is needed at card choice. */
static kamupin_status know_service(kamupin_operation *operation)
{
    if (operation->metadata_known)
        return KAMUPIN_OK;
    kamupin_status status =
        kp_service_metadata(operation->service, &operation->metadata, &operation->error);
    if (status != KAMUPIN_OK)
        return status;
    if (operation->metadata.factors.count == 0)
        return kp_fail_local(&operation->error, KAMUPIN_E_FACTOR_UNSUPPORTED);
    if (operation->metadata.forms == 0)
        return kp_fail(&operation->error, KAMUPIN_E_COMMAND_UNKNOWN, KAMUPIN_FROM_SERVICE,
                       "the service offers no authority that this version can play");
    operation->metadata_known = true;
    return KAMUPIN_OK;
}

/* A code for another kind of operation or another product is released again: it was not what the
 * person came for. */
static kamupin_status check_meant(kamupin_operation *operation)
{
    const kp_redeemed *redeemed = &operation->redeemed;
    const bool kind = operation->kind == KAMUPIN_OPERATION_ANY || operation->kind == redeemed->kind;
    const bool product =
        operation->product == KAMUPIN_PRODUCT_ANY || operation->product == redeemed->product;

    if (kind && product)
        return KAMUPIN_OK;
    kp_operation_fail(operation, KAMUPIN_PHASE_FAILED);
    kp_service_cancel(operation->service, KP_GIVE_UP_MS, NULL);
    if (!kind)
        return kp_fail(&operation->error, KAMUPIN_E_PRODUCT_MISMATCH, KAMUPIN_FROM_SERVICE,
                       "the code is for the other kind of operation");
    return kp_fail(&operation->error, KAMUPIN_E_PRODUCT_MISMATCH, KAMUPIN_FROM_SERVICE,
                   "the code is for %s, not %s", kamupin_product_name(redeemed->product),
                   kamupin_product_name(operation->product));
}

/* The code that is to be redeemed: what was typed, or one of the order. One whose answer did not come
 * is given again, since only the very same request gets that answer. */
static kamupin_status take_code(kamupin_operation *operation, kamupin_secret **code)
{
    kamupin_status status = KAMUPIN_OK;

    if (*code != NULL)
        return kamupin_code_normalise(*code, &operation->error);
    if (operation->order == NULL)
        return kp_fail(&operation->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "no code, and no order that issues one");
    if (operation->code == NULL) {
        status = kamupin_secret_new(operation->context, KAMUPIN_SECRET_VERIFICATION_CODE,
                                    &operation->code, &operation->error);
        if (status == KAMUPIN_OK) {
            status = kamupin_order_code(operation->order, operation->code, NULL);
            kamupin_order_error(operation->order, &operation->error);
        }
        if (status != KAMUPIN_OK)
            kamupin_secret_free(&operation->code);
    }
    *code = operation->code;
    return status;
}

kamupin_status kamupin_operation_redeem(kamupin_operation *operation, kamupin_secret *code)
{
    kamupin_reader_list *list = NULL;
    kp_card_name cards[KP_CARDS_MAX];

    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_CODE);
    if (status != KAMUPIN_OK)
        return status;
    status = take_code(operation, &code);
    if (status == KAMUPIN_OK)
        status = kamupin_reader_list_new(operation->context, operation->cancel, &list,
                                         &operation->error);
    if (status == KAMUPIN_OK)
        status = know_service(operation);
    if (status == KAMUPIN_OK) {
        operation->asked_count = 0; /* a code that was refused before asked about nothing */
        size_t count = kp_operation_note_cards(operation, list, cards);
        status = kp_service_redeem(operation->service, code, cards, count, &operation->redeemed,
                                   &operation->error);
    }
    kamupin_reader_list_free(&list);
    if (status == KAMUPIN_E_CODE_UNKNOWN || status == KAMUPIN_E_CODE_MALFORMED)
        kp_look_note(code, KAMUPIN_SECRET_VERIFICATION_CODE, &operation->error);
    if (!kp_service_is_redeeming(operation->service))
        kamupin_secret_free(&operation->code);
    if (status != KAMUPIN_OK)
        return kp_operation_ended_by(operation, status);
    operation->deadline_ms = operation->redeemed.deadline_ms;
    operation->factor.offered = operation->redeemed.factors;
    status = check_meant(operation);
    if (status == KAMUPIN_OK)
        kp_operation_move(operation, KAMUPIN_PHASE_CARD);
    return status;
}

kamupin_status kamupin_operation_set_pin(kamupin_operation *operation, const kamupin_secret *pin,
                                         const kamupin_secret *again)
{
    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_PIN);

    if (status != KAMUPIN_OK)
        return status;
    kamupin_pin_policy policy = KAMUPIN_PIN_POLICY_INIT;
    policy.min_length = operation->redeemed.pin_min;
    policy.max_length = operation->redeemed.pin_max;
    status = again == NULL ? kp_fail(&operation->error, KAMUPIN_E_INVALID_ARGUMENT,
                                     KAMUPIN_FROM_LOCAL, "the new PIN has to be typed twice")
                           : kamupin_pin_check(&policy, pin, again, &operation->error);
    if (status == KAMUPIN_OK)
        status = kp_secret_copy(pin, &operation->pin, &operation->error);
    if (status == KAMUPIN_OK)
        kp_operation_move(operation, KAMUPIN_PHASE_FACTOR);
    return status;
}

kamupin_status kamupin_operation_begin_factor(kamupin_operation *operation,
                                              kamupin_factor_type type, kamupin_factor *factor)
{
    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_FACTOR);

    if (status != KAMUPIN_OK)
        return status;
    if (factor != NULL && factor->size != sizeof *factor)
        return kp_fail_local(&operation->error, KAMUPIN_E_INVALID_ARGUMENT);
    const kp_factor_use use = {.service = operation->service, .card_id = operation->card_id};
    status = kp_factor_begin(operation->context, &use, type, &operation->factor, &operation->error);
    if (status == KAMUPIN_OK)
        memcpy(operation->factor_card, operation->card_id, sizeof operation->factor_card);
    if (factor != NULL)
        kp_factor_show(operation->context, &operation->factor, factor);
    /* A phone that is out of date leaves the other way open. */
    if (status == KAMUPIN_E_PHONE_OUT_OF_DATE && operation->factor.offered.count > 1)
        return status;
    return kp_operation_ended_by(operation, status);
}

kamupin_status kamupin_operation_factor(const kamupin_operation *operation, kamupin_factor *factor)
{
    if (operation == NULL || factor == NULL || factor->size != sizeof *factor)
        return KAMUPIN_E_INVALID_ARGUMENT;
    if (operation->phase != KAMUPIN_PHASE_FACTOR)
        return KAMUPIN_E_WRONG_STATE;
    kp_factor_show(operation->context, &operation->factor, factor);
    return KAMUPIN_OK;
}

kamupin_status kamupin_operation_verify_factor(kamupin_operation *operation,
                                               const kamupin_secret *secret)
{
    kamupin_status status = kp_operation_need(operation, KAMUPIN_PHASE_FACTOR);
    kp_factor_given given = {.ticket = NULL};

    if (status != KAMUPIN_OK)
        return status;
    const kp_factor_use use = {.service = operation->service, .card_id = operation->card_id};
    status = kp_factor_verify(operation->context, &use, secret, &operation->factor, &given,
                              &operation->error);
    if (status == KAMUPIN_OK) {
        operation->record.ticket = given.ticket;
        operation->deadline_ms = given.deadline_ms;
        kp_operation_move(operation, KAMUPIN_PHASE_READY);
    }
    return kp_operation_ended_by(operation, status);
}

kamupin_status kamupin_operation_back(kamupin_operation *operation)
{
    const bool factor = operation != NULL && operation->phase == KAMUPIN_PHASE_FACTOR;
    kamupin_status status =
        kp_operation_need(operation, factor ? KAMUPIN_PHASE_FACTOR : KAMUPIN_PHASE_PIN);

    if (status != KAMUPIN_OK)
        return status;
    kamupin_secret_free(&operation->pin);
    if (!factor) {
        kamupin_card_free(&operation->card);
        kp_lock_drop(&operation->lock);
        operation->card_id[0] = '\0';
        operation->record.product[0] = '\0';
    }
    kp_operation_move(operation, factor ? KAMUPIN_PHASE_PIN : KAMUPIN_PHASE_CARD);
    return KAMUPIN_OK;
}
