/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_keys.c: sessions of secure messaging for tests, from hex text. */
#include "sm_keys.h"

#include <core/secret.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

size_t kp_test_sm_bytes(const char *hex, uint8_t *out, size_t room)
{
    size_t length = 0;
    for (unsigned int byte = 0; *hex != '\0'; hex += 2) {
        while (*hex == ' ')
            hex++;
        if (*hex == '\0')
            break;
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        assert_true(length < room);
        out[length++] = (uint8_t)byte;
    }
    return length;
}

kamupin_secret *kp_test_sm_keys(kamupin_context *context, const char *keys)
{
    kamupin_secret *secret = NULL;
    uint8_t bytes[128];
    size_t length = kp_test_sm_bytes(keys, bytes, sizeof bytes);
    assert_int_equal(kp_secret_new(context, KAMUPIN_SECRET_CARD_SESSION, &secret, NULL),
                     KAMUPIN_OK);
    assert_int_equal(kamupin_secret_append(secret, (const char *)bytes, length), KAMUPIN_OK);
    return secret;
}

kp_sm *kp_test_sm_open(kamupin_context *context, kp_sm_algorithm algorithm, const char *keys)
{
    kp_sm *session = NULL;
    kamupin_secret *secret = kp_test_sm_keys(context, keys);
    assert_int_equal(kp_sm_open(context, algorithm, secret, &session, NULL), KAMUPIN_OK);
    kamupin_secret_free(&secret);
    return session;
}
