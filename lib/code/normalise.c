/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   normalise.c: makes a pasted verification code clean (rows C07, C08). Touches only the secret. A
   web page's copy brings along blanks that cannot be seen; whatever else is not a digit is refused,
   so that a mistyped code costs no request. */
#include <core/fail.h>
#include <core/secret.h>
#include <kamupin/code.h>
#include <openssl/crypto.h>
#include <string.h>

/* What is dropped: blanks and characters without width, as UTF-8. */
static const struct blank {
    unsigned char bytes[4];
    size_t length;
} blanks[] = {
    {" ", 1},
    {"\t", 1},
    {"\n", 1},
    {"\v", 1},
    {"\f", 1},
    {"\r", 1},
    {"\xC2\xA0", 2},     /* U+00A0 no-break space */
    {"\xE2\x80\x87", 3}, /* U+2007 figure space */
    {"\xE2\x80\xAF", 3}, /* U+202F narrow no-break space */
    {"\xE2\x80\x8B", 3}, /* U+200B zero width space */
    {"\xE2\x80\x8C", 3}, /* U+200C zero width non-joiner */
    {"\xE2\x80\x8D", 3}, /* U+200D zero width joiner */
    {"\xE2\x81\xA0", 3}, /* U+2060 word joiner */
    {"\xEF\xBB\xBF", 3}, /* U+FEFF byte-order mark */
};

/* Bytes of the blank that `data` begins with, 0 when it begins with none. */
static size_t blank_at(const unsigned char *data, size_t left)
{
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (blanks[i].length <= left && memcmp(data, blanks[i].bytes, blanks[i].length) == 0)
            return blanks[i].length;
    return 0;
}

/* Copies the digits to `digits`; false when there is something else, or too few or too many. */
static bool digits_of(kp_bytes code, char digits[KAMUPIN_CODE_MAX], size_t *count)
{
    *count = 0;
    for (size_t at = 0; at < code.length;) {
        size_t skip = blank_at(code.data + at, code.length - at);
        if (skip > 0) {
            at += skip;
            continue;
        }
        unsigned char byte = code.data[at++];
        if (byte < '0' || byte > '9' || *count == KAMUPIN_CODE_MAX)
            return false;
        digits[(*count)++] = (char)byte;
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
    } else if (count < bytes.length) {
        kamupin_secret_clear(code);
        status = kamupin_secret_append(code, digits, count); /* shorter than what was there */
        if (status != KAMUPIN_OK)
            kp_fail_local(error, status);
    }
    OPENSSL_cleanse(digits, sizeof digits);
    return status;
}
