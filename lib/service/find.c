/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   find.c: which certificate is meant: by its id, by its serial number, or because only one comes into
   question. */
#include <service/certificates.h>

#include <core/fail.h>
#include <core/words.h>

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <string.h>

#define DECIMAL     "decimal:"
#define DIGITS_MAX  128 /* of a serial number that somebody types, colons among them */
#define HEX_LETTERS "0123456789abcdefABCDEF:"

/* ---- serial numbers ---- */

/* The next digit of a number in hex, and behind it; '\0' at its end. */
static char next_digit(const char **text)
{
    while (**text == ':')
        (*text)++;
    return **text == '\0' ? '\0' : kp_words_small(*(*text)++);
}

static const char *without_zeros(const char *text)
{
    return text + strspn(text, "0:");
}

bool kp_serial_same(const char *one, const char *other)
{
    char digit = '\0';

    one = without_zeros(one);
    other = without_zeros(other);
    do {
        digit = next_digit(&one);
        if (digit != next_digit(&other))
            return false;
    } while (digit != '\0');
    return true;
}

/* A serial number as hex, colons and all; false for what is none. */
static bool read_serial(const char *which, char *hex, size_t room)
{
    const size_t start = strlen(DECIMAL);
    BIGNUM *number = NULL;
    bool fits = false;

    if (strncmp(which, DECIMAL, start) != 0) {
        const size_t length = strlen(which);
        fits = length > 0 && length < room && strspn(which, HEX_LETTERS) == length;
        if (fits)
            memcpy(hex, which, length + 1);
        return fits;
    }
    const char *digits = which + start;
    const size_t length = strlen(digits);
    if (length == 0 || length >= DIGITS_MAX || strspn(digits, "0123456789") != length ||
        BN_dec2bn(&number, digits) == 0)
        return false;
    char *text = BN_bn2hex(number);
    if (text != NULL && strlen(text) < room) {
        memcpy(hex, text, strlen(text) + 1);
        fits = true;
    }
    OPENSSL_free(text);
    BN_free(number);
    return fits;
}

/* ---- which one ---- */

typedef struct wish {
    const char *which;           /* NULL: the only one that may … */
    const char *serial;          /* … else its number; NULL while `which` is NULL */
    kamupin_certificate_may may; /* … this */
} wish;

static bool is_meant(const kamupin_certificate_record *record, const wish *wanted)
{
    if (wanted->which == NULL)
        return (record->may & (unsigned int)wanted->may) != 0;
    return kp_serial_same(record->serial, wanted->serial) ||
           strcmp(record->certificate_id, wanted->which) == 0;
}

/* What one suspended before may be asked for again, which changes nothing. */
static bool is_repeated(const kamupin_certificate_record *record, const wish *wanted)
{
    return wanted->which == NULL && wanted->may == KAMUPIN_MAY_SUSPEND &&
           record->state == KAMUPIN_STATE_SUSPENDED && record->suspended_by == KAMUPIN_BY_HOLDER;
}

static size_t count_those(const kp_known_certificates *all, const wish *wanted,
                          bool (*is)(const kamupin_certificate_record *, const wish *),
                          const kamupin_certificate_record **found)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (is(&all->entries[i].record, wanted)) {
            *found = &all->entries[i].record;
            count++;
        }
    return count;
}

/* How many of a list come into question, and the last of them. When none may, the only one that there
 * is at all: the service then says why. */
static size_t look_through(const kp_known_certificates *all, const wish *wanted,
                           const kamupin_certificate_record **found)
{
    size_t count = count_those(all, wanted, is_meant, found);

    if (count == 0)
        count = count_those(all, wanted, is_repeated, found);
    if (count == 0 && wanted->which == NULL && all->count == 1)
        *found = &all->entries[0].record;
    return count;
}

static kamupin_status find_listed(kamupin_session *session, const wish *wanted, char *id,
                                  kamupin_error *error)
{
    kp_known_certificates own = {NULL, 0}, others = {NULL, 0};
    const kamupin_certificate_record *found = NULL;
    size_t count = 0;

    kamupin_status status = kp_certificate_all(session, KAMUPIN_ROLE_INDIVIDUAL, &own, error);
    if (status == KAMUPIN_OK)
        count = look_through(&own, wanted, &found);
    /* An organisation's certificate is meant where it is named, or where there are no others. */
    if (status == KAMUPIN_OK && found == NULL && (wanted->which != NULL || own.count == 0)) {
        status = kp_certificate_all(session, KAMUPIN_ROLE_AUTHORISED, &others, error);
        if (status == KAMUPIN_OK)
            count = look_through(&others, wanted, &found);
        else if (status == KAMUPIN_E_ROLE_REFUSED)
            status = KAMUPIN_OK; /* who acts for nobody has none of those */
    }
    if (status == KAMUPIN_OK && found == NULL)
        status = kp_fail_local(error, KAMUPIN_E_CERTIFICATE_UNKNOWN);
    else if (status == KAMUPIN_OK && count > 1)
        status = kp_fail(error, KAMUPIN_E_CHOICE_NEEDED, KAMUPIN_FROM_LOCAL,
                         "%zu certificates come into question", count);
    else if (status == KAMUPIN_OK)
        memcpy(id, found->certificate_id, sizeof found->certificate_id);
    kp_certificates_drop(&own);
    kp_certificates_drop(&others);
    return status;
}

kamupin_status kp_certificate_find(kamupin_session *session, const char *which,
                                   kamupin_certificate_may may, char *id, kamupin_error *error)
{
    char serial[2 * DIGITS_MAX];
    wish wanted = {which, NULL, may};

    if (which != NULL && read_serial(which, serial, sizeof serial))
        wanted.serial = serial;
    if (which == NULL || wanted.serial != NULL)
        return find_listed(session, &wanted, id, error);
    if (!kp_session_is_id(which)) /* no certificate has such a name */
        return kp_fail_local(error, KAMUPIN_E_CERTIFICATE_UNKNOWN);
    memcpy(id, which, strlen(which) + 1);
    return KAMUPIN_OK;
}
