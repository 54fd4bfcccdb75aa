/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   factor.c: a second factor, of an operation or of a revocation. What can be told without the service is told without
   it: a malformed code costs no try, an impatient press sends no second SMS. Asks the service for
   the rest, reads no card. */
#include <factor/factor.h>

#include <core/context.h>
#include <core/fail.h>
#include <core/look.h>

#include <string.h>

/* The factor that is meant. */
static kamupin_factor_type chosen(const kp_factor *factor, kamupin_factor_type type)
{
    if (type != KAMUPIN_FACTOR_ANY)
        return type;
    if (factor->begun.type != KAMUPIN_FACTOR_ANY)
        return factor->begun.type;
    if (kp_factors_have(&factor->offered, factor->preferred))
        return factor->preferred;
    return factor->offered.count > 0 ? factor->offered.type[0] : KAMUPIN_FACTOR_ANY;
}

kamupin_status kp_factor_begin(kamupin_context *context, const kp_factor_use *use,
                               kamupin_factor_type type, kp_factor *factor, kamupin_error *error)
{
    const kamupin_factor_type wanted = chosen(factor, type);
    const bool sms = wanted == KAMUPIN_FACTOR_SMS;
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (!kp_factors_have(&factor->offered, wanted))
        return kp_fail(error, KAMUPIN_E_FACTOR_UNSUPPORTED, KAMUPIN_FROM_LOCAL,
                       "the service offers no factor %d", (int)wanted);
    if (sms && kp_seconds_until(context, factor->sms_resend_at_ms) > 0) {
        kp_fail_local(&own, KAMUPIN_E_SMS_RESEND_TOO_SOON);
        own.wait_seconds = kp_seconds_until(context, factor->sms_resend_at_ms);
        kp_error_copy(&own, error);
        return KAMUPIN_E_SMS_RESEND_TOO_SOON;
    }
    const bool again = sms && factor->begun.type == KAMUPIN_FACTOR_SMS;
    kamupin_status status = kp_service_factor_begin(use, wanted, again, &factor->begun, &own);
    if (status == KAMUPIN_OK)
        factor->unanswered = false; /* what was given before is of no use any more */
    if (status == KAMUPIN_OK && sms)
        factor->sms_resend_at_ms = factor->begun.resend_at_ms;
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    /* The service's cool-down is longer than was known here: it is kept from now on. */
    if (status == KAMUPIN_E_SMS_RESEND_TOO_SOON && own.wait_seconds > 0)
        factor->sms_resend_at_ms = kp_now_ms(context) + (int64_t)own.wait_seconds * 1000;
    return status;
}

static kamupin_status check_password(const kamupin_secret *password, const kp_factor_begun *begun,
                                     kamupin_error *error)
{
    kp_bytes bytes;

    kamupin_status status = kp_secret_read(password, KAMUPIN_SECRET_WEB_PASSWORD, &bytes, error);
    if (status != KAMUPIN_OK || bytes.length > 0)
        return status;
    kp_fail_local(error, KAMUPIN_E_WEB_PASSWORD_WRONG);
    if (error != NULL)
        error->tries_left = begun->tries_left; /* it was not sent */
    return KAMUPIN_E_WEB_PASSWORD_WRONG;
}

/* Whether a secret is what was begun, and can be right. */
static kamupin_status check_secret(const kamupin_secret *secret, const kp_factor_begun *begun,
                                   kamupin_error *error)
{
    const kamupin_secret_kind kind = kp_secret_kind_of(secret);
    const bool sms = begun->type == KAMUPIN_FACTOR_SMS;

    if (kind == (sms ? KAMUPIN_SECRET_WEB_PASSWORD : KAMUPIN_SECRET_SMS_CODE)) {
        kp_fail_local(error, KAMUPIN_E_FACTOR_MISMATCH);
        kp_look_note(secret, sms ? KAMUPIN_SECRET_SMS_CODE : KAMUPIN_SECRET_WEB_PASSWORD, error);
        return KAMUPIN_E_FACTOR_MISMATCH;
    }
    return sms ? kp_sms_code_check(secret, begun->code_length, error)
               : check_password(secret, begun, error);
}

static bool is_wrong(kamupin_status status)
{
    return status == KAMUPIN_E_SMS_CODE_WRONG || status == KAMUPIN_E_WEB_PASSWORD_WRONG;
}

static bool is_exhausted(kamupin_status status)
{
    return status == KAMUPIN_E_SMS_CODE_EXHAUSTED || status == KAMUPIN_E_WEB_PASSWORD_EXHAUSTED;
}

/* Whether the code's time is over, by the clock here. What was given and not answered may have been
 * right in time, and only the service knows. */
static bool is_too_late(const kamupin_context *context, const kp_factor *factor)
{
    return factor->begun.type == KAMUPIN_FACTOR_SMS && !factor->unanswered &&
           kp_seconds_until(context, factor->begun.deadline_ms) == 0;
}

kamupin_status kp_factor_verify(kamupin_context *context, const kp_factor_use *use,
                                const kamupin_secret *secret, kp_factor *factor,
                                kp_factor_given *given, kamupin_error *error)
{
    kp_factor_begun *begun = &factor->begun;
    kamupin_error own = KAMUPIN_ERROR_INIT;

    if (begun->type == KAMUPIN_FACTOR_ANY)
        return kp_fail(error, KAMUPIN_E_WRONG_STATE, KAMUPIN_FROM_LOCAL, "no factor was begun yet");
    kamupin_status status = check_secret(secret, begun, error);
    if (status != KAMUPIN_OK)
        return status;
    if (is_too_late(context, factor))
        return kp_fail_local(error, KAMUPIN_E_SMS_CODE_EXPIRED);
    status = kp_service_factor_verify(use, secret, given, &own);
    factor->unanswered = kp_service_is_unanswered(status);
    if (is_wrong(status) && own.tries_left >= 0)
        begun->tries_left = own.tries_left;
    if (is_exhausted(status))
        begun->tries_left = 0;
    if (is_wrong(status) || is_exhausted(status))
        kp_look_note(secret, kp_secret_kind_of(secret), &own);
    if (status != KAMUPIN_OK)
        kp_error_copy(&own, error);
    return status;
}

void kp_factor_show(kamupin_context *context, const kp_factor *factor, kamupin_factor *shown)
{
    const kamupin_factor empty = {.size = sizeof empty, .seconds_left = -1, .tries_left = -1};
    const kp_factor_begun *begun = &factor->begun;

    *shown = empty;
    for (size_t i = 0; i < factor->offered.count; i++)
        shown->offered |= 1U << factor->offered.type[i];
    if (begun->type == KAMUPIN_FACTOR_ANY)
        return;
    shown->type = begun->type;
    memcpy(shown->destination, begun->destination, sizeof shown->destination);
    shown->code_length = begun->code_length;
    shown->seconds_left = kp_seconds_until(context, begun->deadline_ms);
    shown->tries_left = begun->tries_left;
    if (begun->type == KAMUPIN_FACTOR_SMS)
        shown->resend_after = kp_seconds_until(context, factor->sms_resend_at_ms);
}
