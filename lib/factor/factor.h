/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   factor.h: a second factor, of an operation or of a revocation: an SMS code or a web password, its
   timers and tries, checked here before the service is asked. */
#ifndef KP_FACTOR_FACTOR_H
#define KP_FACTOR_FACTOR_H

#include <service/service.h>

typedef struct kp_factor {
    kp_factors offered;            /* set by whoever redeemed the code, or prepared */
    kamupin_factor_type preferred; /* by the caller's options */
    kp_factor_begun begun;         /* .type is ANY as long as there is none */
    int64_t sms_resend_at_ms;      /* stays when the person changes over to the web password */
    bool unanswered;               /* what was given last may have been right: no answer came */
} kp_factor;

/** Begins that factor (ANY: the one that was begun, the preferred one, the first), sends a new SMS, or
 * changes over. Errors: factor-unsupported and, while the cool-down runs, sms-resend-too-soon
 * (wait_seconds) without a request; phone-out-of-date, … */
kamupin_status kp_factor_begin(kamupin_context *context, const kp_factor_use *use,
                               kamupin_factor_type type, kp_factor *factor, kamupin_error *error);
/** Gives the code or the password. Errors: factor-mismatch, secret-kind, sms-code-malformed,
 * sms-code-expired and web-password-wrong for an empty one without a request; sms-code-wrong
 * (tries_left), … */
kamupin_status kp_factor_verify(kamupin_context *context, const kp_factor_use *use,
                                const kamupin_secret *secret, kp_factor *factor,
                                kp_factor_given *given, kamupin_error *error);
/** What a person is shown now. */
void kp_factor_show(kamupin_context *context, const kp_factor *factor, kamupin_factor *shown);

#endif
