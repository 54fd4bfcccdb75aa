/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tokens.c: reading what a token endpoint grants. The tokens go from the parsed answer into their
   secrets; the answer is wiped by who parsed it. */
#include <auth/tokens.h>

#include <core/fail.h>

#include <limits.h>
#include <string.h>
#include <strings.h>

#define LIFE_MAX    86400 /* seconds; the service says when a token's time is over in any case */
#define LIFE_UNTOLD 300

/* What may stand behind "Authorization: DPoP" (token68; RFC 9110, 11.2), of any length that a
 * secret holds. */
static bool is_token(const json_t *value)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    const size_t length = json_string_length(value);

    if (!json_is_string(value) || length == 0 || length > KP_SECRET_LONG_MAX)
        return false;
    const char *text = json_string_value(value);
    const size_t plain = strspn(text, ALLOWED);
    return plain > 0 && plain + strspn(text + plain, "=") == length;
}

static kamupin_status read_token(kp_fields fields, const char *name, kamupin_context *context,
                                 kamupin_secret_kind kind, kamupin_secret **secret,
                                 kamupin_error *error)
{
    const json_t *value = json_object_get(fields.object, name);

    if (!is_token(value)) {
        kp_json_refuse(fields, name);
        return KAMUPIN_OK;
    }
    const size_t length = json_string_length(value);
    kamupin_status status = kp_secret_room(context, kind, length, secret, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(*secret, json_string_value(value), length);
    return status;
}

static int read_life(kp_fields fields)
{
    const int seconds = kp_json_int_or(fields, "expires_in", 0, INT_MAX, LIFE_UNTOLD);

    return seconds < LIFE_MAX ? seconds : LIFE_MAX;
}

kamupin_status kp_tokens_read(kamupin_context *context, const json_t *root, int64_t sent_ms,
                              kp_tokens *tokens, kamupin_error *error)
{
    const char *wrong = NULL;
    const kp_fields fields = {root, &wrong};
    char type[16];

    *tokens = (kp_tokens){.access = NULL};
    kp_json_text(fields, "token_type", type, sizeof type);
    if (strcasecmp(type, "DPoP") != 0) /* "Bearer" works for whoever has seen it */
        kp_json_refuse(fields, "token_type");
    tokens->deadline_ms = sent_ms + (int64_t)read_life(fields) * 1000;
    kamupin_status status = kp_json_done(fields, error);
    if (status == KAMUPIN_OK)
        status = read_token(fields, "access_token", context, KAMUPIN_SECRET_ACCESS_TOKEN,
                            &tokens->access, error);
    if (status == KAMUPIN_OK && kp_json_has(fields, "refresh_token"))
        status = read_token(fields, "refresh_token", context, KAMUPIN_SECRET_REFRESH_TOKEN,
                            &tokens->refresh, error);
    if (status == KAMUPIN_OK)
        status = kp_json_done(fields, error);
    if (status != KAMUPIN_OK)
        kp_tokens_wipe(tokens);
    return status;
}

void kp_tokens_wipe(kp_tokens *tokens)
{
    kamupin_secret_free(&tokens->access);
    kamupin_secret_free(&tokens->refresh);
}
