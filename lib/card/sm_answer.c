/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_answer.c: checking the answers of a session and making them plain. What does not hold in every
   respect ends the session. */
#include <card/sm_inside.h>
#include <card/tlv.h>

#include <core/fail.h>
#include <core/secret.h>

#include <openssl/crypto.h>

#include <string.h>

/* DO 8E at an answer's end, and the least that stands before it: DO 99. */
#define CHECKSUM_OBJECT (2 + KP_SM_CHECKSUM)
#define STATUS_OBJECT   4

static kamupin_status refuse(const kp_response *response, const char *why, kamupin_error *error)
{
    kp_fail(error, KAMUPIN_E_SECURE_MESSAGING, KAMUPIN_FROM_CARD, "%s", why);
    if (error != NULL)
        error->status_word = response->sw;
    return KAMUPIN_E_SECURE_MESSAGING;
}

/* The checksum comes first: nothing that the card did not say in this session is looked into. */
static kamupin_status check_checksum(const kp_sm *session, const kp_response *response,
                                     size_t covered, kamupin_error *error)
{
    const uint8_t *object = response->data + covered;
    kp_sm_message message;
    uint8_t expected[KP_SM_CHECKSUM];
    if (object[0] != KP_DO_CHECKSUM || object[1] != KP_SM_CHECKSUM)
        return refuse(response, "no checksum at the end of an answer", error);
    kp_sm_cover_counter(session, &message);
    kp_sm_cover(session, &message, response->data, covered);
    kamupin_status status = kp_sm_sign(session, &message, expected, error);
    if (status == KAMUPIN_OK && CRYPTO_memcmp(expected, object + 2, sizeof expected) != 0)
        status = refuse(response, "a wrong checksum", error);
    return status;
}

/* The cryptogram among the data objects, empty when there is none; NULL or why they are refused. */
static const char *look_into(const kp_sm *session, const kp_response *response, size_t covered,
                             kp_bytes *cryptogram)
{
    kp_tlv at = kp_tlv_over(response->data, covered);
    bool more = kp_tlv_next(&at);
    if (more && at.tag == (session->odd ? KP_DO_BER : KP_DO_PLAIN)) {
        *cryptogram = (kp_bytes){at.value, at.length};
        if (!session->odd && (at.length == 0 || at.value[0] != 0x01))
            return "data without the right padding indicator";
        if (!session->odd)
            *cryptogram = (kp_bytes){at.value + 1, at.length - 1};
        if (cryptogram->length == 0 || cryptogram->length % kp_sm_block(session->algorithm) != 0)
            return "data in broken blocks";
        more = kp_tlv_next(&at);
    }
    if (!more || at.tag != KP_DO_STATUS || at.length != 2)
        return "no status word among the data objects";
    if ((at.value[0] << 8 | at.value[1]) != response->sw)
        return "a status word that is not the protected one";
    return kp_tlv_next(&at) || at.broken ? "more than data and status word" : NULL;
}

/* Decrypts to the response's beginning and takes the padding off. */
static kamupin_status decrypt(const kp_sm *session, kp_response *response, kp_bytes cryptogram,
                              kamupin_error *error)
{
    size_t length = cryptogram.length;
    memmove(response->data, cryptogram.data, length);
    kamupin_status status = kp_sm_crypt(session, false, response->data, length, error);
    const size_t least = length - kp_sm_block(session->algorithm);
    while (length > least && response->data[length - 1] == 0x00)
        length--;
    if (status == KAMUPIN_OK && (length == least || response->data[length - 1] != 0x80))
        status = refuse(response, "wrong padding", error);
    if (status == KAMUPIN_OK)
        response->length = length - 1;
    return status;
}

static kamupin_status open_answer(kp_sm *session, kp_response *response, kamupin_error *error)
{
    kp_bytes cryptogram = {0};
    if (!kp_sm_alive(session) || !session->waiting)
        return kp_fail(error, KAMUPIN_E_SECURE_MESSAGING, KAMUPIN_FROM_LOCAL,
                       "an answer that no command of the session asked for");
    if (response->length == 0)
        return refuse(response, "a status word without protection", error);
    if (response->length < STATUS_OBJECT + CHECKSUM_OBJECT)
        return refuse(response, "an answer too short to be protected", error);
    const size_t covered = response->length - CHECKSUM_OBJECT;
    session->waiting = false;
    kp_sm_step(session);
    kamupin_status status = check_checksum(session, response, covered, error);
    if (status != KAMUPIN_OK)
        return status;
    const char *wrong = look_into(session, response, covered, &cryptogram);
    if (wrong != NULL)
        return refuse(response, wrong, error);
    if (cryptogram.length > 0)
        status = decrypt(session, response, cryptogram, error);
    else
        response->length = 0;
    OPENSSL_cleanse(response->data + response->length, sizeof response->data - response->length);
    return status;
}

kamupin_status kp_sm_unprotect(kp_sm *session, kp_response *response, kamupin_error *error)
{
    kamupin_status status = open_answer(session, response, error);
    if (status != KAMUPIN_OK) {
        kp_sm_kill(session);
        OPENSSL_cleanse(response, sizeof *response);
    }
    return status;
}
