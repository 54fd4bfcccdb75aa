/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tokens.c: reading what a token endpoint grants. The tokens go from the parsed answer into their
   secrets; the answer is wiped by who parsed it. */
#include <auth/tokens.h>

#include <core/fail.h>
#include <core/words.h>

#include <limits.h>

#define LIFE_MAX    86400 /* seconds; the service says when a token's time is over in any case */
#define LIFE_UNTOLD 300

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
    if (!kp_words_same(type, "DPoP")) /* "Bearer" works for whoever has seen it */
        kp_json_refuse(fields, "token_type");
    tokens->deadline_ms = sent_ms + (int64_t)read_life(fields) * 1000;
    kamupin_status status = kp_json_done(fields, error);
    if (status == KAMUPIN_OK)
        status = kp_json_token68(fields, "access_token", context, KAMUPIN_SECRET_ACCESS_TOKEN,
                                 &tokens->access, error);
    if (status == KAMUPIN_OK && kp_json_has(fields, "refresh_token"))
        status = kp_json_token68(fields, "refresh_token", context, KAMUPIN_SECRET_REFRESH_TOKEN,
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
