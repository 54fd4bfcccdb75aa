/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   normalise.c: makes a pasted verification code clean (rows C07, C08). Touches only the secret. A
   web page's copy brings along blanks that cannot be seen; whatever else is not a digit is refused,
   so that a mistyped code costs no request. */
#include <core/fail.h>
#include <core/look.h>
#include <kamupin/code.h>
#include <openssl/crypto.h>
#include <string.h>

/* Copies the digits to `digits`; false when there is something else, or too few or too many. */
static bool digits_of(kp_bytes code, char digits[KAMUPIN_CODE_MAX], size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < code.length;) {
        size_t length = kp_blank_at(code.data + at, code.length - at);
        if (length > 0) {
            at += length;
            continue;
        }
        int digit = kp_digit_at(code.data + at, code.length - at, &length);
        if (digit < 0 || *count == KAMUPIN_CODE_MAX)
            return false;
        digits[(*count)++] = (char)('0' + digit);
        at += length;
    }
    return *count >= KAMUPIN_CODE_MIN;
}

kamupin_status kamupin_code_normalise(kamupin_secret *code, kamupin_error *error)
{
    char digits[KAMUPIN_CODE_MAX];
    size_t count = 0;
    kp_bytes bytes;

    kp_error_clear(error);
    kamupin_status status = kp_secret_read(code, KAMUPIN_SECRET_VERIFICATION_CODE, &bytes, error);
    if (status != KAMUPIN_OK)
        return status;
    if (!digits_of(bytes, digits, &count)) {
        status = kp_fail_local(error, KAMUPIN_E_CODE_MALFORMED);
        kp_look_note(code, KAMUPIN_SECRET_VERIFICATION_CODE, error);
    } else if (count < bytes.length) {
        kamupin_secret_clear(code);
        status = kamupin_secret_append(code, digits, count); /* shorter than what was there */
        if (status != KAMUPIN_OK)
            kp_fail_local(error, status);
    }
    OPENSSL_cleanse(digits, sizeof digits);
    return status;
}
