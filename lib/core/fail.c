/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fail.c: filling and copying the error record. */
#include <core/fail.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void kp_error_clear(kamupin_error *error)
{
    const kamupin_error empty = KAMUPIN_ERROR_INIT;
    kp_error_copy(&empty, error);
}

kamupin_status kp_fail(kamupin_error *error, kamupin_status status, kamupin_origin origin,
                       const char *format, ...)
{
    kamupin_error made = KAMUPIN_ERROR_INIT;

    made.status = status;
    made.origin = origin;
    if (format != NULL) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(made.detail, sizeof made.detail, format, arguments);
        va_end(arguments);
    }
    kp_error_copy(&made, error);
    return status;
}

kamupin_status kp_fail_local(kamupin_error *error, kamupin_status status)
{
    return kp_fail(error, status, KAMUPIN_FROM_LOCAL, NULL);
}

kamupin_status kp_fail_platform(kamupin_error *error, kamupin_status status, kamupin_origin origin,
                                long code, const char *what)
{
    kamupin_error made = KAMUPIN_ERROR_INIT;

    made.status = status;
    made.origin = origin;
    made.platform_code = code;
    snprintf(made.detail, sizeof made.detail, "%s (code 0x%lX)", what, (unsigned long)code);
    kp_error_copy(&made, error);
    return status;
}

void kp_error_copy(const kamupin_error *from, kamupin_error *to)
{
    /* A caller built against an older, shorter record gets as much as its own size holds. A size of
     * zero is a record that was never initialised: it is taken for today's. */
    if (to == NULL)
        return;
    size_t room = to->size == 0 || to->size > sizeof *to ? sizeof *to : to->size;
    if (room < offsetof(kamupin_error, origin))
        return;
    kamupin_error copy = *from;
    copy.size = room;
    memcpy(to, &copy, room);
}
