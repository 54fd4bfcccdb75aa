/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   own_context.h: one context for the tests of a file, and secrets that somebody has typed. The
   context touches neither card nor network by itself. */
#ifndef KP_TESTS_OWN_CONTEXT_H
#define KP_TESTS_OWN_CONTEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/secret.h>

/* A fixture, of a test or of a group: *state is the context. */
int kp_test_open_context(void **state);
int kp_test_close_context(void **state);

/* A secret of any kind that holds `text`; the caller frees it. */
kamupin_secret *kp_test_secret(kamupin_context *context, kamupin_secret_kind kind,
                               const char *text);

#endif
