/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   own_context.c: the context and the typed secrets of unit tests. */
#include "own_context.h"

#include <string.h>

int kp_test_open_context(void **state)
{
    kamupin_context *context = NULL;
    kamupin_status status = kamupin_context_new(NULL, &context, NULL);

    *state = context;
    return (int)status;
}

int kp_test_close_context(void **state)
{
    kamupin_context *context = *state;

    kamupin_context_free(&context);
    return 0;
}

kamupin_secret *kp_test_secret(kamupin_context *context, kamupin_secret_kind kind, const char *text)
{
    kamupin_secret *secret = NULL;

    assert_int_equal(kp_secret_new(context, kind, &secret, NULL), KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(secret, text, strlen(text)), KAMUPIN_OK);
    return secret;
}
