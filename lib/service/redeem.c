/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   redeem.c: giving the verification code, and naming cards. A code works once, so what was sent is
   kept until it is answered: only the very same request gets the first answer again. */
#include <service/client.h>

#include <core/fail.h>
#include <service/dpop.h>

#include <string.h>

static const char *const FORMS[] = {"cryptogram", "sealed-puk", "relay", NULL}; /* KP_BY_* */
static const char *const TOKEN_TYPES[] = {"DPoP", NULL};

#define OPERATION_ID_MIN 8

static void put_cards(kp_buffer *body, const kp_card_name *cards, size_t count)
{
    kp_buffer_text(body, "\"cards\":[");
    for (size_t i = 0; i < count; i++) {
        kp_json_put_field(body, i == 0 ? "{" : ",{", "card_id", cards[i].card_id);
        kp_json_put_field(body, ",", "row", cards[i].row);
        kp_buffer_text(body, "}");
    }
    kp_buffer_text(body, "]}");
}

static bool is_among(const kp_card_name *cards, size_t count, const char *card_id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(cards[i].card_id, card_id) == 0)
            return true;
    return false;
}

void kp_call_allowed(kp_fields fields, const kp_card_name *cards, size_t count, kp_allowed *allowed)
{
    allowed->count = kp_json_array(fields, "cards", KP_CARDS_MAX);
    for (size_t i = 0; i < allowed->count; i++) {
        kp_fields card = kp_json_entry(fields, "cards", i);
        char *card_id = allowed->card_id[i];
        kp_json_text(card, "card_id", card_id, KAMUPIN_CARD_ID_MAX);
        allowed->form[i] = KP_BY_CRYPTOGRAM; /* a service that says nothing means this one */
        if (json_object_get(card.object, "authority") != NULL)
            allowed->form[i] = (unsigned int)kp_json_word(card, "authority", FORMS);
        /* What the service sends may only narrow. */
        if (!is_among(cards, count, card_id))
            kp_json_refuse(fields, "cards");
    }
}

void kp_allowed_add(kp_allowed *allowed, const kp_allowed *more)
{
    for (size_t i = 0; i < more->count && allowed->count < KP_CARDS_MAX; i++) {
        if (kp_allowed_find(allowed, more->card_id[i]) < allowed->count)
            continue;
        memcpy(allowed->card_id[allowed->count], more->card_id[i], KAMUPIN_CARD_ID_MAX);
        allowed->form[allowed->count++] = more->form[i];
    }
}

size_t kp_allowed_find(const kp_allowed *allowed, const char *card_id)
{
    size_t at = 0;

    while (at < allowed->count && strcmp(allowed->card_id[at], card_id) != 0)
        at++;
    return at;
}

typedef struct naming {
    const kp_card_name *cards;
    size_t count;
    kp_allowed *allowed;
    int64_t deadline_ms;
} naming;

static void read_cards(kp_answer *answer, void *into)
{
    naming *named = into;

    kp_call_allowed(answer->fields, named->cards, named->count, named->allowed);
    named->deadline_ms = kp_call_deadline(answer->fields, "seconds_left", answer->sent_ms);
}

kamupin_status kp_service_cards(kp_service *service, const kp_card_name *cards, size_t count,
                                kp_allowed *allowed, int64_t *deadline_ms, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    naming named = {cards, count, allowed, 0};

    allowed->count = 0;
    if (count > KP_CARDS_MAX)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kp_buffer_text(&body, "{");
    put_cards(&body, cards, count);
    kamupin_status status =
        kp_call_operation(service, "/cards", &body, NULL, read_cards, &named, error);
    if (status == KAMUPIN_OK)
        *deadline_ms = named.deadline_ms;
    else
        allowed->count = 0;
    return status;
}

/* ---- redeem ---- */

/* Notes what is about to be sent. The same code as in a request that was not answered is sent with
 * that request's cards. */
static kamupin_status note(kp_service *service, const kamupin_secret *code,
                           const kp_card_name *cards, size_t count, kamupin_error *error)
{
    kp_redeeming *now = &service->redeeming;

    if (now->code != NULL && kp_secret_equal(now->code, code))
        return KAMUPIN_OK;
    kamupin_secret_free(&now->code);
    if (count > KP_CARDS_MAX)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    if (count > 0)
        memcpy(now->cards, cards, count * sizeof *cards);
    now->count = count;
    kamupin_status status = kp_uuid(now->key, error);
    return status == KAMUPIN_OK ? kp_secret_copy(code, &now->code, error) : status;
}

/* For which organisation, when it is not for the person alone. */
static void read_on_behalf(kp_fields fields, kp_redeemed *redeemed)
{
    if (!kp_json_has(fields, "on_behalf_of"))
        return;
    const kp_fields organisation = kp_json_object(fields, "on_behalf_of");
    kp_call_organisation(organisation, &redeemed->on_behalf_of);
    if (kp_json_has(organisation, "name"))
        kp_json_shown(organisation, "name", redeemed->on_behalf_name,
                      sizeof redeemed->on_behalf_name);
}

typedef struct redeeming {
    kp_service *service;
    kp_redeemed *redeemed;
} redeeming;

static void read_redeemed(kp_answer *answer, void *into)
{
    const redeeming *code = into;
    const kp_fields fields = answer->fields;
    kp_service *service = code->service;
    kp_redeemed *redeemed = code->redeemed;

    kp_json_id(fields, "operation_id", redeemed->operation_id, OPERATION_ID_MIN,
               sizeof redeemed->operation_id);
    kp_json_word(fields, "token_type", TOKEN_TYPES);
    redeemed->kind = (kamupin_operation_kind)(1 + kp_json_word(fields, "kind", kp_kind_words));
    redeemed->product = kp_call_product(fields);
    read_on_behalf(fields, redeemed);
    redeemed->pin_min = service->pin_min;
    redeemed->pin_max = service->pin_max;
    kp_call_pin_policy(fields, &redeemed->pin_min, &redeemed->pin_max);
    redeemed->deadline_ms = kp_call_deadline(fields, "seconds_left", answer->sent_ms);
    kp_call_allowed(fields, service->redeeming.cards, service->redeeming.count, &redeemed->allowed);
    kp_call_factors(fields, &redeemed->factors);
    kamupin_secret_free(&service->token);
    answer->status = kp_json_token(fields, "operation_token", answer->context,
                                   KAMUPIN_SECRET_ACCESS_TOKEN, &service->token, answer->error);
    if (answer->status == KAMUPIN_OK)
        answer->status = kp_json_done(fields, answer->error);
    if (answer->status == KAMUPIN_OK && redeemed->factors.count == 0)
        answer->status =
            kp_fail(answer->error, KAMUPIN_E_FACTOR_UNSUPPORTED, KAMUPIN_FROM_SERVICE, NULL);
}

static kamupin_status send_code(kp_service *service, kp_redeemed *redeemed, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    redeeming code = {service, redeemed};
    const kp_call call = {.path = "/codes/redeem",
                          .right = KP_RIGHT_KEY,
                          .body = &body,
                          .key = service->redeeming.key,
                          .repeat = true};
    kp_bytes digits;

    kamupin_status status =
        kp_secret_read(service->redeeming.code, KAMUPIN_SECRET_VERIFICATION_CODE, &digits, error);
    if (status == KAMUPIN_OK) {
        kp_buffer_text(&body, "{\"code\":");
        kp_json_put(&body, digits.data, digits.length);
        kp_buffer_text(&body, ",");
        put_cards(&body, service->redeeming.cards, service->redeeming.count);
        status = kp_call_make(service, &call, read_redeemed, &code, error);
    }
    kp_buffer_wipe(&body);
    return status;
}

/* Cards that the service was not told of, because an unanswered request was repeated as it was. */
static kamupin_status ask_rest(kp_service *service, const kp_card_name *cards, size_t count,
                               kp_redeemed *redeemed, kamupin_error *error)
{
    const kp_redeeming *sent = &service->redeeming;
    kp_card_name rest[KP_CARDS_MAX];
    kp_allowed more = {.count = 0};
    size_t left = 0;

    for (size_t i = 0; i < count && i < KP_CARDS_MAX; i++)
        if (!is_among(sent->cards, sent->count, cards[i].card_id))
            rest[left++] = cards[i];
    if (left == 0)
        return KAMUPIN_OK;
    kamupin_status status =
        kp_service_cards(service, rest, left, &more, &redeemed->deadline_ms, error);
    kp_allowed *allowed = &redeemed->allowed;
    kp_allowed_add(allowed, &more);
    return status;
}

bool kp_service_is_redeeming(const kp_service *service)
{
    return service->redeeming.code != NULL;
}

kamupin_status kp_service_redeem(kp_service *service, const kamupin_secret *code,
                                 const kp_card_name *cards, size_t count, kp_redeemed *redeemed,
                                 kamupin_error *error)
{
    memset(redeemed, 0, sizeof *redeemed);
    kamupin_status status = note(service, code, cards, count, error);
    if (status == KAMUPIN_OK)
        status = send_code(service, redeemed, error);
    if (status == KAMUPIN_OK)
        memcpy(service->operation_id, redeemed->operation_id, sizeof service->operation_id);
    else
        kamupin_secret_free(&service->token);
    if (status == KAMUPIN_OK)
        status = ask_rest(service, cards, count, redeemed, error);
    if (!kp_call_is_open(status))
        kamupin_secret_free(&service->redeeming.code);
    return status;
}
