/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   service.c: the service of service.h. In a session it begins as the sandbox's does (MUTUAL
   AUTHENTICATE in the shape of ICAO Doc 9303-11, D.3), with the virtual card's own arithmetic; what
   it then says protected is the library's, so that of this sentence only the card is another's. */
#include "service.h"

#include <secure_key.h> /* the virtual card's */

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RANDOM 8 /* bytes of each side's random number */

static const uint8_t mine[RANDOM] = {0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58};
static const uint8_t half[VC_SECURE_KEY] = {0x61, 0x62, 0x63, 0x64};

/* ---- cryptogram and sealed PUK ---- */

static kamupin_status give(void *user, const uint8_t *challenge, size_t challenge_length,
                           int64_t deadline_ms, uint8_t *cryptogram, size_t *cryptogram_length,
                           int *attempts_left, kamupin_error *error)
{
    (void)user;
    (void)deadline_ms;
    (void)error;
    assert_true(*cryptogram_length >= 16);
    kp_card_cryptogram(challenge, challenge_length, cryptogram);
    *cryptogram_length = 16;
    *attempts_left = 3;
    return KAMUPIN_OK;
}

static size_t write_puk(void *user, unsigned char *room, size_t size)
{
    (void)user;
    assert_true(size >= strlen(KP_PUK));
    memcpy(room, KP_PUK, strlen(KP_PUK));
    return strlen(KP_PUK);
}

static kamupin_status disclose(void *user, kamupin_secret **puk, int *uses_left,
                               kamupin_error *error)
{
    kp_service *service = user;

    assert_null(service->stand->world.slots[0].holder); /* not held while the service is asked */
    *uses_left = 3;
    return kp_secret_written(service->stand->context, KP_SECRET_PUK, write_puk, NULL, puk, error);
}

/* ---- relay ---- */

static const struct vc_state *card_of(const kp_service *service)
{
    return &service->stand->world.players[0].fresh;
}

static enum vc_secure_kind kind_of(const kp_service *service)
{
    return card_of(service)->sm_enc.len == 16 ? VC_SECURE_3DES : VC_SECURE_AES256;
}

static bool in_session(const kp_stand *stand)
{
    return (stand->act->detail & KP_IN_SESSION) != 0;
}

static void set(kp_relay_step *step, const kp_command *command)
{
    assert_true(kp_command_encode(command, step->command, sizeof step->command, &step->length));
}

/* In clear: external authentication, and the right is there. */
static void authenticate(const uint8_t *challenge, size_t length, kp_relay_step *step)
{
    uint8_t cryptogram[16];

    kp_card_cryptogram(challenge, length, cryptogram);
    set(step, &(kp_command){.ins = KP_AUTHENTICATE,
                            .p2 = 0x83,
                            .data = cryptogram,
                            .length = sizeof cryptogram,
                            .le = KP_LE_NONE});
}

/* Both random numbers and our half of the key, enciphered, with their checksum. */
static void authenticate_mutually(const kp_service *service, const uint8_t *challenge,
                                  kp_relay_step *step)
{
    static const uint8_t zero[VC_SECURE_BLOCK];
    const struct vc_state *card = card_of(service);
    const size_t length = 2 * RANDOM + card->sm_enc.len;
    uint8_t token[2 * RANDOM + VC_SECURE_KEY + VC_SECURE_MAC];

    memcpy(token, mine, RANDOM);
    memcpy(token + RANDOM, challenge, RANDOM);
    memcpy(token + 2 * RANDOM, half, card->sm_enc.len);
    assert_true(
        vc_secure_cbc(kind_of(service), card->sm_enc.data, zero, true, token, length, token) &&
        vc_secure_sum(kind_of(service), card->sm_mac.data, token, length, token + length));
    set(step, &(kp_command){.ins = KP_AUTHENTICATE,
                            .p2 = 0x84,
                            .data = token,
                            .length = length + VC_SECURE_MAC,
                            .le = KP_LE_MAX});
}

/* The session's keys and the counter's last value. */
static size_t write_keys(void *user, unsigned char *room, size_t size)
{
    const struct vc_secure *session = user;
    const size_t one = vc_secure_key_len(session->kind), block = one == 16 ? 8 : 16;

    assert_true(size >= 2 * one + block);
    memcpy(room, session->enc, one);
    memcpy(room + one, session->mac, one);
    memcpy(room + 2 * one, session->counter, block);
    return 2 * one + block;
}

static kamupin_secret *keys_of(kp_service *service)
{
    kamupin_secret *keys = NULL;

    assert_int_equal(kp_secret_written(service->stand->context, KAMUPIN_SECRET_CARD_SESSION,
                                       write_keys, &service->session, &keys, NULL),
                     KAMUPIN_OK);
    return keys;
}

/* The card has proved itself: the session begins, and in it the service reads the PIN's counter. */
static void speak(kp_service *service, const uint8_t *answer, kp_relay_step *step)
{
    static const uint8_t zero[VC_SECURE_BLOCK];
    static const uint8_t ask[] = {0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x01, 0x02, 0xA0, 0x80};
    const struct vc_state *card = card_of(service);
    const size_t length = 2 * RANDOM + card->sm_enc.len;
    uint8_t token[2 * RANDOM + VC_SECURE_KEY];
    kp_sm_command wrapped;

    assert_true(
        vc_secure_cbc(kind_of(service), card->sm_enc.data, zero, false, answer, length, token) &&
        vc_secure_agree(&service->session, kind_of(service), token, mine, token + 2 * RANDOM,
                        half));
    kamupin_secret *keys = keys_of(service);
    assert_int_equal(kp_sm_open(service->stand->context, service->stand->row.secure_messaging, keys,
                                &service->speaker, NULL),
                     KAMUPIN_OK);
    kamupin_secret_free(&keys);
    const kp_command plain = {.ins = KP_GET_DATA,
                              .p1 = 0x3F,
                              .p2 = 0xFF,
                              .data = ask,
                              .length = sizeof ask,
                              .le = KP_LE_MAX};
    assert_int_equal(kp_sm_protect(service->speaker, &plain, &wrapped, NULL), KAMUPIN_OK);
    set(step, &wrapped.command);
}

/* Two messages of the service's own went before: the counter is handed over as they left it. */
static void hand_over(kp_service *service, const uint8_t *answer, size_t length,
                      kp_relay_step *step)
{
    kp_response response = {.length = length - 2,
                            .sw = (uint16_t)(answer[length - 2] << 8 | answer[length - 1])};
    size_t at = service->session.kind == VC_SECURE_3DES ? 8 : 16;

    memcpy(response.data, answer, length - 2);
    assert_int_equal(kp_sm_unprotect(service->speaker, &response, NULL), KAMUPIN_OK);
    kp_sm_close(&service->speaker);
    for (unsigned int carry = 2; carry != 0 && at > 0; carry >>= 8) {
        carry += service->session.counter[--at];
        service->session.counter[at] = (uint8_t)carry;
    }
    step->keys = keys_of(service);
}

static kamupin_status relay(void *user, const uint8_t *answer, size_t answer_length,
                            int64_t deadline_ms, kp_relay_step *step, kamupin_error *error)
{
    static const kp_command challenge = {.ins = KP_GET_CHALLENGE, .le = RANDOM};
    kp_service *service = user;

    (void)deadline_ms;
    (void)error;
    step->attempts_left = 3;
    if (answer_length == 0)
        set(step, &challenge);
    else if (answer_length == RANDOM + 2 && in_session(service->stand))
        authenticate_mutually(service, answer, step);
    else if (answer_length == RANDOM + 2)
        authenticate(answer, RANDOM, step);
    else if (in_session(service->stand) && service->speaker == NULL)
        speak(service, answer, step);
    else if (in_session(service->stand))
        hand_over(service, answer, answer_length, step);
    return KAMUPIN_OK;
}

kp_authority kp_service_authority(kp_service *service, kp_stand *stand)
{
    *service = (kp_service){.stand = stand};
    return (kp_authority){.user = service,
                          .answer = give,
                          .puk = disclose,
                          .relay = relay,
                          .form = (kp_authority_form)(stand->act->detail & ~KP_IN_SESSION)};
}

void kp_service_end(kp_service *service)
{
    kp_sm_close(&service->speaker);
}

/* In a session the new PIN may go protected only: a session that is broken lets nothing out. */
void kp_service_change_row(kp_stand *stand)
{
    kp_profile *row = &stand->row;

    *row = *stand->card->identity.profile;
    if (stand->act->detail == KP_FORM_SEALED_PUK)
        row->external_authenticate.proof = KP_UNKNOWN;
    row->relay_keys = in_session(stand);
    if (in_session(stand)) {
        row->protected_commands = KP_PROTECTED_RESET;
        if (stand->world.players[0].fresh.sm_enc.len == 16)
            row->secure_messaging = KP_SM_3DES;
    }
    stand->card->identity.profile = row;
}
