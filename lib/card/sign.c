/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sign.c: the two commands of a signature (ISO/IEC 7816-4, 11.5.11: MANAGE SECURITY ENVIRONMENT;
   ISO/IEC 7816-8: PERFORM SECURITY OPERATION), in the forms of the profile row. Each goes once. */
#include <card/sign.h>
#include <core/fail.h>

static kamupin_status send_once(kp_channel *channel, const kp_command *command,
                                kp_response *response, kamupin_error *error)
{
    kamupin_status status = kp_channel_send(channel, command, response, error);
    if (status != KAMUPIN_OK || response->sw == KP_SW_OK)
        return status;
    kp_fail(error, KAMUPIN_E_CARD_REFUSED, KAMUPIN_FROM_CARD, "%02X %02X %02X %02X", command->cla,
            command->ins, command->p1, command->p2);
    if (error != NULL)
        error->status_word = response->sw;
    return KAMUPIN_E_CARD_REFUSED;
}

/* Names the key: by P2 alone, or by a control reference template with tag 84. */
static kamupin_status set_environment(kp_channel *channel, const kp_profile *profile,
                                      uint8_t reference, kp_response *response,
                                      kamupin_error *error)
{
    const kp_form *form = &profile->sign_environment;
    const uint8_t data[] = {0x84, 0x01, reference};
    kp_command command = {.cla = form->cla,
                          .ins = form->ins,
                          .p1 = form->p1,
                          .p2 = form->p2,
                          .data = data,
                          .length = sizeof data,
                          .le = KP_LE_NONE};
    if (profile->sign_key_in_p2) {
        command.p2 = reference;
        command.data = NULL;
        command.length = 0;
    }
    return send_once(channel, &command, response, error);
}

/* The answer's length, where it is known: a card that wants it exactly gets it, because this command
   is not repeated after 6Cxx. */
static int length_expected(const kp_profile *profile, const kp_sign_plan *plan)
{
    size_t length = plan->size;
    if (plan->form == KAMUPIN_SIGN_ECDSA_RAW || plan->form == KAMUPIN_SIGN_ECDSA_DER)
        length = profile->sign_ecdsa_der ? KP_LE_MAX : 2 * plan->size;
    return length < KP_LE_MAX ? (int)length : KP_LE_MAX;
}

kamupin_status kp_sign_send(kp_channel *channel, const kp_profile *profile,
                            const kp_sign_plan *plan, const uint8_t *input, size_t length,
                            kp_response *response, kamupin_error *error)
{
    const kp_command command = {.cla = profile->sign.cla,
                                .ins = profile->sign.ins,
                                .p1 = profile->sign.p1,
                                .p2 = profile->sign.p2,
                                .data = input,
                                .length = length,
                                .le = length_expected(profile, plan)};
    kamupin_status status = set_environment(channel, profile, plan->reference, response, error);
    return status == KAMUPIN_OK ? send_once(channel, &command, response, error) : status;
}
