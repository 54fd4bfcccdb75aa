/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   factor.c: the second factor of an operation. What can be told without the service is told without
   it: a malformed code costs no try, an impatient press sends no second SMS. Asks the service for
   the rest, reads no card. */
#include <factor/factor.h>

#include <core/context.h>
#include <core/fail.h>

#include <string.h>

/* What the profile allows where the service has not said a length. */
#define CODE_MIN 4
#define CODE_MAX 12

/* Whole seconds until a time, rounded up, never below zero. */
static int seconds_until(const kamupin_context *context, int64_t time_ms)
{
    int64_t left = time_ms - kp_now_ms(context);

    return left <= 0 ? 0 : (int)((left + 999) / 1000);
}

kamupin_status kp_factor_send(kamupin_context *context, kp_service *service, const char *card_id,
                              kp_factor *factor, kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (factor->begun && seconds_until(context, factor->sent.resend_at_ms) > 0) {
        kp_fail_local(&own, KAMUPIN_E_SMS_RESEND_TOO_SOON);
        own.wait_seconds = seconds_until(context, factor->sent.resend_at_ms);
        kp_error_copy(&own, error);
        return KAMUPIN_E_SMS_RESEND_TOO_SOON;
    }
    kamupin_status status =
        kp_service_sms_send(service, card_id, factor->begun, &factor->sent, &own);
    if (status == KAMUPIN_OK)
        factor->begun = true;
    else
        kp_error_copy(&own, error);
    /* The service's cool-down is longer than was known here: it is kept from now on. */
    if (status == KAMUPIN_E_SMS_RESEND_TOO_SOON && factor->begun && own.wait_seconds > 0)
        factor->sent.resend_at_ms = kp_now_ms(context) + (int64_t)own.wait_seconds * 1000;
    return status;
}

static kamupin_status check_code(const kamupin_secret *code, const kp_sms_sent *sent,
                                 kamupin_error *error)
{
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_SMS_CODE, &bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    bool fits = sent->code_length == 0 ? bytes.length >= CODE_MIN && bytes.length <= CODE_MAX
                                       : bytes.length == sent->code_length;
    for (size_t i = 0; i < bytes.length; i++)
        fits = fits && bytes.data[i] >= '0' && bytes.data[i] <= '9';
    return fits ? KAMUPIN_OK : kp_fail_local(error, KAMUPIN_E_SMS_CODE_MALFORMED);
}

kamupin_status kp_factor_verify(kamupin_context *context, kp_service *service,
                                const kamupin_secret *code, kp_factor *factor,
                                kamupin_secret **ticket, int64_t *deadline_ms, kamupin_error *error)
{
    kamupin_error own = KAMUPIN_ERROR_INIT;

    *ticket = NULL;
    if (!factor->begun)
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL, "no SMS was sent yet");
    kamupin_status status = check_code(code, &factor->sent, error);
    if (status != KAMUPIN_OK)
        return status;
    if (seconds_until(context, factor->sent.deadline_ms) == 0)
        return kp_fail_local(error, KAMUPIN_E_SMS_CODE_EXPIRED);
    status = kp_service_sms_verify(service, code, ticket, deadline_ms, &own);
    if (status == KAMUPIN_E_SMS_CODE_WRONG && own.tries_left >= 0)
        factor->sent.tries_left = own.tries_left;
    if (status == KAMUPIN_E_SMS_CODE_EXHAUSTED)
        factor->sent.tries_left = 0;
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    return status;
}

void kp_factor_show(kamupin_context *context, const kp_factor *factor, kamupin_sms *sms)
{
    const kamupin_sms empty = {.size = sizeof empty};

    *sms = empty;
    if (!factor->begun)
        return;
    memcpy(sms->destination, factor->sent.destination, sizeof sms->destination);
    sms->code_length = factor->sent.code_length;
    sms->seconds_left = seconds_until(context, factor->sent.deadline_ms);
    sms->resend_after = seconds_until(context, factor->sent.resend_at_ms);
    sms->tries_left = factor->sent.tries_left;
}
