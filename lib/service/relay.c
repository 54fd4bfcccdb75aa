/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   relay.c: the calls of a relay: the card's answers go to the service, its commands come back. What
   they mean, and whether they may be sent, is not this room's. */
#include <service/client.h>

#include <core/fail.h>
#include <service/jwe.h>

#include <stdio.h>
#include <string.h>

#define KEYS_MAX 80 /* two keys and a counter, of AES-256 */

static const char *const FORMS[] = {"relay", NULL};

static void put_request(kp_buffer *body, const char *card_id, const char *previous,
                        unsigned int number, const uint8_t *answer, size_t answer_length)
{
    char text[32];

    kp_json_put_field(body, "{", "card_id", card_id);
    if (number == 0) {
        kp_json_put_field(body, ",", "form", FORMS[0]);
        if (previous != NULL)
            kp_json_put_field(body, ",", "previous", previous);
    } else {
        snprintf(text, sizeof text, ",\"step\":%u", number);
        kp_buffer_text(body, text);
        kp_buffer_text(body, ",\"answer\":\"");
        kp_buffer_base64url(body, answer, answer_length);
        kp_buffer_text(body, "\"");
    }
    kp_buffer_text(body, "}");
}

static kamupin_status read_answer(kp_service *service, const char *card_id, unsigned int number,
                                  const json_t *root, kp_relayed *next, kamupin_error *error)
{
    const kp_jwe_parties parties = {service->operation_id, card_id};
    char sealed[KP_JWE_MAX] = "";
    const char *wrong = NULL;
    const kp_fields fields = {root, &wrong};

    kp_json_word(fields, "form", FORMS);
    next->attempts_left = kp_json_int(fields, "attempts_left", 0, 15);
    if (json_object_get(root, "command") != NULL) {
        kp_json_bytes(fields, "command", next->command, sizeof next->command, &next->length);
        kp_json_int(fields, "step", (int)number + 1, (int)number + 1);
    } else if (!json_is_true(json_object_get(root, "done"))) {
        kp_json_refuse(fields, "done");
    } else if (json_object_get(root, "sealed") != NULL) {
        kp_json_text(fields, "sealed", sealed, sizeof sealed);
    }
    kamupin_status status = kp_json_done(fields, error);
    if (status == KAMUPIN_OK && sealed[0] != '\0')
        status = kp_jwe_open(service->context, service->key, sealed, &parties,
                             KAMUPIN_SECRET_CARD_SESSION, KEYS_MAX, &next->keys, error);
    return status;
}

kamupin_status kp_service_relay(kp_service *service, const char *card_id, const char *previous,
                                unsigned int number, const uint8_t *answer, size_t answer_length,
                                int64_t deadline_ms, kp_relayed *next, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kp_answer told = {NULL, 0};

    memset(next, 0, sizeof *next);
    put_request(&body, card_id, previous, number, answer, answer_length);
    kamupin_status status = kp_call_operation(
        service, number == 0 ? "/authority" : "/authority/relay", &body, deadline_ms, &told, error);
    if (status == KAMUPIN_OK)
        status = read_answer(service, card_id, number, told.root, next, error);
    kp_call_settle(service, status);
    kp_json_free(told.root);
    kp_buffer_wipe(&body);
    return status;
}
