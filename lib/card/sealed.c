/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sealed.c: the one command that carries a PUK: RESET RETRY COUNTER with the PUK that a service
   sealed to the operation (architecture, idea 8). Two places keep every other PUK away: a secret of
   kind PUK cannot be typed into, and the last place before the wire lets the command pass only
   when its data begins with the bytes of such a secret, which this file alone puts there. */
#include <card/channel.h>

#include <core/fail.h>

#include <openssl/crypto.h>

#include <string.h>

#define INS_RESET    0x2C
#define P2_LEAST_PIN 0x80 /* references of the application; 02 and 82 would be the PUK itself */

/* RESET RETRY COUNTER in clear with PUK and new value, of a reference that is no PUK. */
static bool is_form(uint8_t cla, uint8_t ins, uint8_t p1, uint8_t p2)
{
    return cla == 0x00 && ins == INS_RESET && p1 == 0x00 && p2 >= P2_LEAST_PIN &&
           (p2 & 0x1F) != 0x02;
}

bool kp_sealed_form(const kp_form *form)
{
    return is_form(form->cla, form->ins, form->p1, form->p2);
}

bool kp_sealed_may_pass(const kp_channel *channel, const kp_command *command)
{
    kp_bytes puk;

    return channel->sealed_puk != NULL &&
           is_form(command->cla, command->ins, command->p1, command->p2) &&
           kp_secret_read(channel->sealed_puk, KP_SECRET_PUK, &puk, NULL) == KAMUPIN_OK &&
           puk.length >= KP_PUK_MIN && command->length > puk.length &&
           CRYPTO_memcmp(command->data, puk.data, puk.length) == 0;
}

kamupin_status kp_channel_send_sealed(kp_channel *channel, const kp_form *form,
                                      const kamupin_secret *puk, const kamupin_secret *new_pin,
                                      uint16_t *sw, kamupin_error *error)
{
    uint8_t data[KP_PUK_MAX + KP_PUK_MAX];
    kp_bytes puk_bytes, pin_bytes;
    kp_response response;

    *sw = 0;
    channel->delivered = false;
    kamupin_status status = kp_secret_read(puk, KP_SECRET_PUK, &puk_bytes, error);
    if (status == KAMUPIN_OK)
        status = kp_secret_read(new_pin, KAMUPIN_SECRET_PIN, &pin_bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    if (puk_bytes.length > KP_PUK_MAX || pin_bytes.length > KP_PUK_MAX || pin_bytes.length == 0)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a PUK or PIN of a length that no card takes");
    memcpy(data, puk_bytes.data, puk_bytes.length);
    memcpy(data + puk_bytes.length, pin_bytes.data, pin_bytes.length);
    const kp_command command = {.cla = form->cla,
                                .ins = form->ins,
                                .p1 = form->p1,
                                .p2 = form->p2,
                                .data = data,
                                .length = puk_bytes.length + pin_bytes.length,
                                .le = KP_LE_NONE,
                                .secret = true};
    channel->sealed_puk = puk;
    status = kp_channel_send(channel, &command, &response, error);
    channel->sealed_puk = NULL;
    OPENSSL_cleanse(data, sizeof data);
    *sw = status == KAMUPIN_OK ? response.sw : 0;
    return status;
}
