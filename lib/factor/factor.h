/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   factor.h: the second factor of an operation: an SMS code, its timers and tries, checked here
   before the service is asked. */
#ifndef KP_FACTOR_FACTOR_H
#define KP_FACTOR_FACTOR_H

#include <service/service.h>

typedef struct kp_factor {
    bool begun;
    kp_sms_sent sent;
} kp_factor;

/** Sends the first SMS or, when one was sent, a new one. Errors: sms-resend-too-soon without a
 * request while the cool-down runs (wait_seconds), phone-out-of-date, … */
kamupin_status kp_factor_send(kamupin_context *context, kp_service *service, const char *card_id,
                              kp_factor *factor, kamupin_error *error);
/** Gives the code. Errors: sms-code-malformed and sms-code-expired without a request;
 * sms-code-wrong (tries_left), … */
kamupin_status kp_factor_verify(kamupin_context *context, kp_service *service,
                                const kamupin_secret *code, kp_factor *factor,
                                kamupin_secret **ticket, int64_t *deadline_ms,
                                kamupin_error *error);
/** What a person is shown now. */
void kp_factor_show(kamupin_context *context, const kp_factor *factor, kamupin_sms *sms);

#endif
