/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl.c: head and entries of a CRL, by the TLV cursor over its bytes. Touches nothing but them. */
#include <cert/crl.h>

#include <cert/reasons.h>
#include <core/fail.h>

#include <string.h>

#define TAG_BOOLEAN     0x01
#define TAG_INTEGER     0x02
#define TAG_BIT_STRING  0x03
#define TAG_OCTETS      0x04
#define TAG_OID         0x06
#define TAG_ENUMERATED  0x0A
#define TAG_UTC         0x17
#define TAG_GENERALIZED 0x18
#define TAG_SEQUENCE    0x30
#define TAG_EXTENSIONS  0xA0 /* crlExtensions [0] */

#define VERSION_2   1
#define SERIAL_MAX  KAMUPIN_SERIAL_MAX
#define DAY_SECONDS 86400
#define UTC_LENGTH  13
#define LONG_LENGTH 15
#define PIVOT_YEAR  50     /* of two digits: from here on they are of the 20th century */
#define EPOCH_DAYS  719468 /* from 0000-03-01 to 1970-01-01 */
#define DAYS_OF_400 146097

/* Whole days since 1970-01-01 of a day of the Gregorian calendar, whose year is taken to begin in
 * March, so that the leap day is its last. */
static int64_t days_of(int year, int month, int day)
{
    const int shifted = month > 2 ? year : year - 1;
    const int era = shifted / 400, of_era = shifted % 400;
    const int of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int of_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

    return (int64_t)era * DAYS_OF_400 + of_days - EPOCH_DAYS;
}

/* `count` decimal digits; -1 when they are none. */
static int digits_of(const uint8_t *at, size_t count)
{
    int sum = 0;

    for (size_t i = 0; i < count; i++) {
        if (at[i] < '0' || at[i] > '9')
            return -1;
        sum = sum * 10 + (at[i] - '0');
    }
    return sum;
}

bool kp_der_time(const kp_tlv *at, int64_t *time)
{
    const bool is_long = at->tag == TAG_GENERALIZED;
    const size_t year_digits = is_long ? 4 : 2;

    if ((!is_long && at->tag != TAG_UTC) || at->length != (is_long ? LONG_LENGTH : UTC_LENGTH) ||
        at->value[at->length - 1] != 'Z')
        return false;
    const uint8_t *rest = at->value + year_digits;
    int year = digits_of(at->value, year_digits);
    const int month = digits_of(rest, 2), day = digits_of(rest + 2, 2);
    const int hour = digits_of(rest + 4, 2), minute = digits_of(rest + 6, 2);
    const int second = digits_of(rest + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 ||
        minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    if (!is_long)
        year += year < PIVOT_YEAR ? 2000 : 1900;
    *time = days_of(year, month, day) * DAY_SECONDS + (int64_t)hour * 3600 + minute * 60 + second;
    return true;
}

kp_part kp_der_integer(const uint8_t *contents, size_t length)
{
    while (length > 1 && contents[0] == 0 && (contents[1] & 0x80) == 0) {
        contents++;
        length--;
    }
    return (kp_part){contents, length};
}

/* Steps to an element that has to be `tag`, and takes the whole of it. */
static bool take(kp_tlv *in, uint32_t tag, kp_part *whole)
{
    const uint8_t *from = in->next;

    if (!kp_tlv_next(in) || in->tag != tag)
        return false;
    *whole = (kp_part){from, (size_t)(in->next - from)};
    return true;
}

static kamupin_status malformed(kamupin_error *error, const char *what)
{
    return kp_fail(error, KAMUPIN_E_CRL_MALFORMED, KAMUPIN_FROM_LOCAL, "%s", what);
}

/* What follows the two times: entries, extensions, both or neither. */
static bool read_rest(kp_tlv *in, kp_crl *crl)
{
    bool more = kp_tlv_next(in);

    if (more && in->tag == TAG_SEQUENCE) {
        crl->entries = (kp_part){in->value, in->length};
        more = kp_tlv_next(in);
    }
    if (more && in->tag == TAG_EXTENSIONS) {
        kp_tlv inside = kp_tlv_inside(in);
        if (!kp_tlv_next(&inside) || inside.tag != TAG_SEQUENCE)
            return false;
        crl->extensions = (kp_part){inside.value, inside.length};
        more = kp_tlv_next(in);
    }
    return !more && !in->broken;
}

static bool read_tbs(kp_tlv in, kp_crl *crl)
{
    uint32_t version = 0;
    kp_tlv ahead = in;

    if (kp_tlv_next(&ahead) && ahead.tag == TAG_INTEGER) {
        if (!kp_tlv_number(&ahead, &version) || version != VERSION_2)
            return false;
        in = ahead;
    }
    if (!take(&in, TAG_SEQUENCE, &crl->inner) || !take(&in, TAG_SEQUENCE, &crl->issuer) ||
        !kp_tlv_next(&in) || !kp_der_time(&in, &crl->this_update))
        return false;
    ahead = in;
    if (kp_tlv_next(&ahead) && (ahead.tag == TAG_UTC || ahead.tag == TAG_GENERALIZED)) {
        if (!kp_der_time(&ahead, &crl->next_update))
            return false;
        in = ahead;
    }
    return read_rest(&in, crl);
}

kamupin_status kp_crl_read(kp_part bytes, kp_crl *crl, kamupin_error *error)
{
    kp_tlv top = kp_tlv_over(bytes.at, bytes.length);

    *crl = (kp_crl){.tbs = {NULL, 0}};
    if (!kp_tlv_next(&top) || top.tag != TAG_SEQUENCE || top.next != top.end)
        return malformed(error, "not one DER element, or cut short");
    kp_tlv in = kp_tlv_inside(&top);
    if (!take(&in, TAG_SEQUENCE, &crl->tbs))
        return malformed(error, "no list to be signed");
    const kp_tlv tbs = kp_tlv_inside(&in);
    if (!take(&in, TAG_SEQUENCE, &crl->algorithm) || !kp_tlv_next(&in) ||
        in.tag != TAG_BIT_STRING || in.length < 1 || in.value[0] != 0)
        return malformed(error, "no signature");
    crl->signature = (kp_part){in.value + 1, in.length - 1};
    if (kp_tlv_next(&in) || in.broken || !read_tbs(tbs, crl))
        return malformed(error, "not a list of RFC 5280");
    if (crl->inner.length != crl->algorithm.length ||
        memcmp(crl->inner.at, crl->algorithm.at, crl->inner.length) != 0)
        return malformed(error, "it names two signature algorithms");
    return KAMUPIN_OK;
}

kp_tlv kp_crl_entries(const kp_crl *crl)
{
    return kp_tlv_over(crl->entries.at, crl->entries.length);
}

static bool is_oid(const kp_tlv *at, const char *contents)
{
    return at->tag == TAG_OID && at->length == strlen(contents) &&
           memcmp(at->value, contents, at->length) == 0;
}

/* One extension of an entry: its reason is taken; one that changes what is listed is not for us. */
static kamupin_status read_extension(kp_tlv in, kp_crl_entry *entry)
{
    static const char REASON[] = "\x55\x1D\x15", INVALID_SINCE[] = "\x55\x1D\x18";
    bool critical = false;

    if (!kp_tlv_next(&in))
        return KAMUPIN_E_CRL_MALFORMED;
    const bool is_reason = is_oid(&in, REASON), is_known = is_reason || is_oid(&in, INVALID_SINCE);
    if (!kp_tlv_next(&in))
        return KAMUPIN_E_CRL_MALFORMED;
    if (in.tag == TAG_BOOLEAN) {
        critical = in.length == 1 && in.value[0] != 0;
        if (!kp_tlv_next(&in))
            return KAMUPIN_E_CRL_MALFORMED;
    }
    if (in.tag != TAG_OCTETS)
        return KAMUPIN_E_CRL_MALFORMED;
    if (is_reason) {
        uint32_t number = 0;
        kp_tlv value = kp_tlv_inside(&in);
        if (!kp_tlv_next(&value) || value.tag != TAG_ENUMERATED || !kp_tlv_number(&value, &number))
            return KAMUPIN_E_CRL_MALFORMED;
        entry->reason = kp_reason_of((long)number);
    }
    return critical && !is_known ? KAMUPIN_E_CRL_OTHER : KAMUPIN_OK;
}

static kamupin_status read_entry(kp_tlv in, kp_crl_entry *entry)
{
    entry->reason = KAMUPIN_REASON_UNSPECIFIED;
    if (!kp_tlv_next(&in) || in.tag != TAG_INTEGER || in.length == 0)
        return KAMUPIN_E_CRL_MALFORMED;
    entry->serial = kp_der_integer(in.value, in.length);
    if (entry->serial.length > SERIAL_MAX || !kp_tlv_next(&in) || !kp_der_time(&in, &entry->at))
        return KAMUPIN_E_CRL_MALFORMED;
    if (!kp_tlv_next(&in))
        return in.broken ? KAMUPIN_E_CRL_MALFORMED : KAMUPIN_OK;
    if (in.tag != TAG_SEQUENCE)
        return KAMUPIN_E_CRL_MALFORMED;
    kp_tlv each = kp_tlv_inside(&in);
    while (kp_tlv_next(&each)) {
        const kamupin_status status = each.tag == TAG_SEQUENCE
                                          ? read_extension(kp_tlv_inside(&each), entry)
                                          : KAMUPIN_E_CRL_MALFORMED;
        if (status != KAMUPIN_OK)
            return status;
    }
    return each.broken ? KAMUPIN_E_CRL_MALFORMED : KAMUPIN_OK;
}

bool kp_crl_next(kp_tlv *entries, kp_crl_entry *entry, kamupin_status *status)
{
    *status = KAMUPIN_OK;
    if (!kp_tlv_next(entries)) {
        if (entries->broken)
            *status = KAMUPIN_E_CRL_MALFORMED;
        return false;
    }
    *status = entries->tag == TAG_SEQUENCE ? read_entry(kp_tlv_inside(entries), entry)
                                           : KAMUPIN_E_CRL_MALFORMED;
    return *status == KAMUPIN_OK;
}
