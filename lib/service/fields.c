/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fields.c: what several requests and answers of the profile have alike: words, timers, PIN policy,
   second factors, identities. */
#include <service/client.h>

#include <string.h>

#define SECONDS_MAX 86400 /* no timer of the profile is longer than a day */
#define FACTORS_MAX 4
#define KURUS_MAX   1000000000

const char *const KP_FACTOR_WORDS[] = {"sms", "web-password", NULL};
const char *const kp_kind_words[] = {"unblock", "create", NULL};
const char *const kp_outcome_words[] = {"done", "not-done", "unknown", NULL};
const char *const kp_product_words[] = {"nes", "mali-muhur", "elektronik-muhur",
                                        "kurumsal-sifreleme", NULL};
static const char *const IDENTITIES[] = {"tckn", "passport", "vkn", "detsis"}; /* type - 1 */

int64_t kp_call_deadline(kp_fields fields, const char *name, int64_t sent_ms)
{
    return sent_ms + (int64_t)kp_json_int(fields, name, 0, SECONDS_MAX) * 1000;
}

int64_t kp_answer_deadline(kp_answer *answer, const char *name)
{
    const int64_t deadline_ms = kp_call_deadline(answer->fields, name, answer->sent_ms);

    answer->over = answer->over || kp_seconds_until(answer->context, deadline_ms) == 0;
    return deadline_ms;
}

kamupin_product kp_call_product(kp_fields fields)
{
    return (kamupin_product)(KAMUPIN_PRODUCT_NES +
                             kp_json_word(fields, "product", kp_product_words));
}

void kp_call_organisation(kp_fields fields, kamupin_identity *identity)
{
    static const char *const types[] = {"vkn", "detsis", NULL};
    const kamupin_identity empty = KAMUPIN_IDENTITY_INIT;

    *identity = empty;
    identity->type =
        (kamupin_identity_type)(KAMUPIN_IDENTITY_VKN + kp_json_word(fields, "type", types));
    kp_json_text(fields, "number", identity->number, sizeof identity->number);
}

void kp_call_put_identity(kp_buffer *body, const char *before, const kamupin_identity *identity)
{
    kp_json_put_field(body, before, "type", IDENTITIES[identity->type - KAMUPIN_IDENTITY_TCKN]);
    kp_json_put_field(body, ",", "number", identity->number);
    kp_buffer_text(body, "}");
}

int64_t kp_call_price(kp_fields fields)
{
    static const char *const currencies[] = {"TRY", NULL};

    if (!kp_json_has(fields, "price"))
        return -1;
    const kp_fields price = kp_json_object(fields, "price");
    kp_json_word(price, "currency", currencies);
    return kp_json_int(price, "kurus", 0, KURUS_MAX);
}

void kp_call_title(kp_fields fields, char *turkish, char *english)
{
    const kp_fields title = kp_json_object(fields, "title");

    kp_json_shown(title, "tr", turkish, KP_APPLICATION_TEXT_MAX);
    kp_json_shown(title, "en", english, KP_APPLICATION_TEXT_MAX);
}

void kp_call_pin_policy(kp_fields fields, unsigned int *min, unsigned int *max)
{
    /* The profile allows 6 to 12 only; a wider policy means no more than what is allowed. */
    kp_fields policy = kp_json_object(fields, "pin_policy");
    unsigned int least = (unsigned int)kp_json_int(policy, "min_length", 1, 255);
    unsigned int most = (unsigned int)kp_json_int(policy, "max_length", 1, 255);

    *min = least > *min ? least : *min;
    *max = most < *max ? most : *max;
    if (*min > *max)
        kp_json_refuse(fields, "pin_policy");
}

bool kp_factors_have(const kp_factors *factors, kamupin_factor_type type)
{
    for (size_t i = 0; i < factors->count; i++)
        if (factors->type[i] == type)
            return true;
    return false;
}

void kp_call_factors(kp_fields fields, kp_factors *factors)
{
    static const kp_factors NONE = {.count = 0};
    const json_t *offered = json_object_get(fields.object, "second_factors");
    size_t count = kp_json_array(fields, "second_factors", FACTORS_MAX);

    *factors = NONE;
    if (count == 0)
        kp_json_refuse(fields, "second_factors");
    for (size_t i = 0; i < count; i++) {
        const char *word = json_string_value(json_array_get(offered, i));
        if (word == NULL)
            kp_json_refuse(fields, "second_factors");
        for (size_t known = 0; word != NULL && KP_FACTOR_WORDS[known] != NULL; known++) {
            kamupin_factor_type type = (kamupin_factor_type)(1 + known);
            if (strcmp(word, KP_FACTOR_WORDS[known]) == 0 && !kp_factors_have(factors, type))
                factors->type[factors->count++] = type;
        }
    }
}
