/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   provoke.h: proof that a status can be provoked through a public call. assert_provokes(status,
   call) fails the test when the call answers otherwise, and notes "status test" in the folder
   KAMUPIN_PROVOKED names; scripts/status-table makes the table of docs/errors from these notes and
   fails when a status has none. Only public calls belong in it. */
#ifndef KP_TESTS_PROVOKE_H
#define KP_TESTS_PROVOKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <kamupin/kamupin.h>

void kp_test_note_provoked(kamupin_status status, const char *test);

#define assert_provokes(expected, call)                                                            \
    do {                                                                                           \
        assert_string_equal(kamupin_status_name(call), kamupin_status_name(expected));             \
        kp_test_note_provoked(expected, __func__);                                                 \
    } while (0)

#endif
