/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fail.h: filling the one error record. Every function that can fail ends in one of these; a room
   above may add what it knows (tries left, seconds to wait) afterwards. Details are technical
   English and never hold a secret. */
#ifndef KP_CORE_FAIL_H
#define KP_CORE_FAIL_H

#include <kamupin/error.h>

/** Fills `error` (NULL is fine) from scratch and returns `status`. `format` may be NULL. */
kamupin_status kp_fail(kamupin_error *error, kamupin_status status, kamupin_origin origin,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/** kp_fail with KAMUPIN_FROM_LOCAL and no detail: the common case. */
kamupin_status kp_fail_local(kamupin_error *error, kamupin_status status);

/** kp_fail with the platform's own code (PC/SC, curl, errno) beside. */
kamupin_status kp_fail_platform(kamupin_error *error, kamupin_status status, kamupin_origin origin,
                                long code, const char *what);

/** Empties the record (status ok). */
void kp_error_clear(kamupin_error *error);

/** Copies out to a caller's record, as far as the caller's size goes. */
void kp_error_copy(const kamupin_error *from, kamupin_error *to);

#endif
