/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   identity.c: numbers of persons and organisations, checked before anything is sent: a slip in
   typing costs no request and no try. */
#include <core/identity.h>

#include <core/fail.h>
#include <kamupin/session.h>

#include <string.h>

#define PASSPORT_MIN 5
#define PASSPORT_MAX 20
#define MASK_SHOWS   2

static bool is_digits(const char *text, size_t length)
{
    return strlen(text) == length && strspn(text, "0123456789") == length;
}

bool kp_is_tckn(const char *number, size_t length)
{
    int odd = 0, even = 0, sum = 0;

    if (length != 11 || number[0] == '0')
        return false;
    for (size_t i = 0; i < length; i++)
        if (number[i] < '0' || number[i] > '9')
            return false;
    for (size_t i = 0; i < 9; i++)
        *(i % 2 == 0 ? &odd : &even) += number[i] - '0';
    for (size_t i = 0; i < 10; i++)
        sum += number[i] - '0';
    /* 7 odd - even, kept above zero. */
    return (7 * odd + 9 * even) % 10 == number[9] - '0' && sum % 10 == number[10] - '0';
}

bool kp_is_vkn(const char *number, size_t length)
{
    int sum = 0;

    if (length != 10)
        return false;
    for (size_t i = 0; i < length; i++)
        if (number[i] < '0' || number[i] > '9')
            return false;
    for (int i = 1; i <= 9; i++) { /* from the right of the first nine */
        const int digit = (number[9 - i] - '0' + i) % 10;
        const int part = (digit << i) % 9;
        if (digit != 0)
            sum += part == 0 ? 9 : part;
    }
    return (10 - sum % 10) % 10 == number[9] - '0';
}

/* Whether a character of UTF-8 begins at that byte (RFC 3629, 3). */
static bool begins(char byte)
{
    return ((unsigned char)byte & 0xC0U) != 0x80U;
}

void kp_identity_mask(char *text)
{
    const char *rest = text;
    char *star = text;
    size_t characters = 0;

    for (const char *at = text; *at != '\0'; at++)
        characters += begins(*at);
    for (; characters > MASK_SHOWS; characters--) {
        do
            rest++;
        while (*rest != '\0' && !begins(*rest));
        *star++ = '*';
    }
    memmove(star, rest, strlen(rest) + 1);
}

static bool is_passport(const char *number)
{
    const size_t length = strlen(number);

    return length >= PASSPORT_MIN && length <= PASSPORT_MAX &&
           strspn(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == length;
}

static bool is_right(const kamupin_identity *identity)
{
    switch ((int)identity->type) {
    case KAMUPIN_IDENTITY_TCKN:
        return kp_is_tckn(identity->number, strlen(identity->number));
    case KAMUPIN_IDENTITY_PASSPORT:
        return is_passport(identity->number);
    case KAMUPIN_IDENTITY_VKN:
        return kp_is_vkn(identity->number, strlen(identity->number));
    case KAMUPIN_IDENTITY_DETSIS:
        return is_digits(identity->number, 8);
    default:
        return false;
    }
}

kamupin_status kamupin_identity_check(const kamupin_identity *identity, kamupin_error *error)
{
    if (identity == NULL || identity->size != sizeof *identity)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    if (memchr(identity->number, '\0', sizeof identity->number) == NULL || !is_right(identity))
        return kp_fail_local(error, KAMUPIN_E_IDENTITY_MALFORMED); /* the number is personal data */
    kp_error_clear(error);
    return KAMUPIN_OK;
}
