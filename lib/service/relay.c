/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   relay.c: the calls of a relay: the card's answers go to the service, its commands come back. What
   they mean, and whether they may be sent, is not this room's. */
#include <service/client.h>

#include <core/fail.h>
#include <service/dpop.h>
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

typedef struct relaying {
    const kp_service *service;
    const char *card_id;
    unsigned int number;
    kp_relayed *next;
} relaying;

/* The next command, or that it was the last one; the sealed keys that may come with the latter. */
static void read_step(kp_fields fields, unsigned int number, kp_relayed *next, char *sealed)
{
    sealed[0] = '\0';
    kp_json_word(fields, "form", FORMS);
    next->attempts_left = kp_json_int(fields, "attempts_left", 0, 15);
    if (kp_json_has(fields, "command")) {
        kp_json_bytes(fields, "command", next->command, sizeof next->command, &next->length);
        kp_json_int(fields, "step", (int)number + 1, (int)number + 1);
    } else if (!json_is_true(json_object_get(fields.object, "done"))) {
        kp_json_refuse(fields, "done");
    } else if (kp_json_has(fields, "sealed")) {
        kp_json_text(fields, "sealed", sealed, KP_JWE_MAX);
    }
}

static void read_relayed(kp_answer *answer, void *into)
{
    const relaying *told = into;
    const kp_jwe_parties parties = {told->service->operation_id, told->card_id};
    char sealed[KP_JWE_MAX];

    kamupin_secret_free(&told->next->keys);
    read_step(answer->fields, told->number, told->next, sealed);
    answer->status = kp_json_done(answer->fields, answer->error);
    if (answer->status == KAMUPIN_OK && sealed[0] != '\0')
        answer->status =
            kp_jwe_open(answer->context, told->service->key, sealed, &parties,
                        KAMUPIN_SECRET_CARD_SESSION, KEYS_MAX, &told->next->keys, answer->error);
}

kamupin_status kp_service_relay(kp_service *service, const char *card_id, const char *previous,
                                unsigned int number, const uint8_t *answer, size_t answer_length,
                                int64_t deadline_ms, kp_relayed *next, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    relaying told = {service, card_id, number, next};
    kp_call how = {.deadline_ms = deadline_ms};
    char key[37];

    memset(next, 0, sizeof *next);
    if (number > 0) {
        /* A step is asked for once. What a card said to the next relay may be the same, byte for
         * byte, and shall not meet what was stored for this one. */
        kamupin_status status = kp_uuid(key, error);
        if (status != KAMUPIN_OK)
            return status;
        how.key = key;
    }
    put_request(&body, card_id, previous, number, answer, answer_length);
    return kp_call_operation(service, number == 0 ? "/authority" : "/authority/relay", &body, &how,
                             read_relayed, &told, error);
}
