/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   look.c: see look.h. */
#include <core/look.h>

#include <core/identity.h>
#include <core/letters.h>

#include <openssl/crypto.h>
#include <stddef.h>

#define DIGITS_MAX 32 /* of a verification code */
#define SHORT_MIN  4  /* digits of an SMS code, the shortest that the profile allows */
#define SHORT_MAX  12 /* digits of a PIN or an SMS code */
#define FULL_WIDTH 0xFF10U

/* Blanks: Unicode's Zs, and what ends a line. */
static const unsigned int BLANKS[] = {
    ' ',    '\t',   '\n',   '\v',   '\f',   '\r', 0x0085, /* next line */
    0x00A0, 0x1680, 0x202F, 0x205F, 0x3000,
};

static bool is_blank(unsigned int character)
{
    for (size_t i = 0; i < sizeof BLANKS / sizeof BLANKS[0]; i++)
        if (character == BLANKS[i])
            return true;
    return character >= 0x2000 && character <= 0x200A; /* of several widths */
}

size_t kp_blank_at(const unsigned char *data, size_t left)
{
    unsigned int character = 0;
    size_t length = kp_letters_next(data, left, &character);

    return length > 0 && (is_blank(character) || kp_letters_hidden(character)) ? length : 0;
}

int kp_digit_at(const unsigned char *data, size_t left, size_t *length)
{
    unsigned int character = 0;

    *length = kp_letters_next(data, left, &character);
    if (*length == 1 && character >= '0' && character <= '9')
        return (int)(character - '0');
    if (*length > 0 && character >= FULL_WIDTH && character <= FULL_WIDTH + 9)
        return (int)(character - FULL_WIDTH);
    return -1;
}

/* What that many digits look like. */
static kamupin_look look_of_digits(const char *digits, size_t count)
{
    if (kp_is_tckn(digits, count))
        return KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER;
    if (count > SHORT_MAX)
        return KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE;
    return count >= SHORT_MIN ? KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE : KAMUPIN_LOOKS_LIKE_NOTHING;
}

kamupin_look kp_look(kp_bytes bytes)
{
    char digits[DIGITS_MAX];
    size_t count = 0, others = 0, length = 0;
    kamupin_look look = KAMUPIN_LOOKS_LIKE_NOTHING;

    for (size_t at = 0; at < bytes.length; at += length) {
        length = kp_blank_at(bytes.data + at, bytes.length - at);
        if (length > 0)
            continue;
        int digit = kp_digit_at(bytes.data + at, bytes.length - at, &length);
        if (length == 0 || (digit >= 0 && count == DIGITS_MAX)) {
            count = others = 0; /* no text, or no secret of a person */
            break;
        }
        if (digit >= 0)
            digits[count++] = (char)('0' + digit);
        else
            others++;
    }
    if (others > 0)
        look = KAMUPIN_LOOKS_LIKE_PASSWORD;
    else if (count > 0)
        look = look_of_digits(digits, count);
    OPENSSL_cleanse(digits, sizeof digits);
    return look;
}

/* What a secret of a kind looks like when it is right. */
static kamupin_look look_of_kind(kamupin_secret_kind kind)
{
    switch ((int)kind) {
    case KAMUPIN_SECRET_PIN:
    case KAMUPIN_SECRET_SMS_CODE:
        return KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE;
    case KAMUPIN_SECRET_VERIFICATION_CODE:
        return KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE;
    case KAMUPIN_SECRET_WEB_PASSWORD:
    case KAMUPIN_SECRET_SECURITY_WORD:
        return KAMUPIN_LOOKS_LIKE_PASSWORD;
    default:
        return KAMUPIN_LOOKS_LIKE_NOTHING;
    }
}

kamupin_look kamupin_secret_looks_like(const kamupin_secret *secret)
{
    const kamupin_secret_kind kind = kp_secret_kind_of(secret);
    kp_bytes bytes;

    if (kind < KAMUPIN_SECRET_PIN || kind >= KAMUPIN_SECRET_PROXY_PASSWORD ||
        kp_secret_read(secret, kind, &bytes, NULL) != KAMUPIN_OK)
        return KAMUPIN_LOOKS_LIKE_NOTHING; /* a machine's own secrets look like nothing */
    return kp_look(bytes);
}

void kp_look_note(const kamupin_secret *secret, kamupin_secret_kind wanted, kamupin_error *error)
{
    const kamupin_look look = kamupin_secret_looks_like(secret);
    const size_t needed = offsetof(kamupin_error, looks_like) + sizeof error->looks_like;

    if (error == NULL || look == look_of_kind(wanted))
        return;
    if (error->size == 0 ||
        error->size >= needed) /* a caller's record may be an older, shorter one */
        error->looks_like = look;
}
