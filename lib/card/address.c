/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   address.c: addresses of cards, taken apart and compared. Pure: looks at its input only. */
#include <card/address.h>

#include <core/buffer.h>
#include <core/fail.h>
#include <core/words.h>

#include <string.h>

#define SCHEME        "kamupin:"
#define SCHEME_LENGTH (sizeof SCHEME - 1)
#define ATR_MIN       2 /* bytes: TS and T0 */

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What may stand in a value as it is: pchar, "/" and "?" of RFC 3986, without the ";" and "=" that
   part the attributes. */
static bool is_plain(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("-._~!$&'()*+,:@/?", c) != NULL);
}

/* Decodes `length` characters to a string; false when they are no value, or do not fit. */
static bool decode(const char *from, size_t length, char *to, size_t room)
{
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c == '%') {
            int high = length - i > 2 ? digit(from[i + 1]) : -1;
            int low = high >= 0 ? digit(from[i + 2]) : -1;
            if (low < 0 || (high == 0 && low == 0))
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (!is_plain(c)) {
            return false;
        }
        if (used + 1 >= room)
            return false;
        to[used++] = c;
    }
    to[used] = '\0';
    return used > 0;
}

/* Whole bytes in hex, made upper-case. */
static bool make_hex(char *text, size_t bytes_min)
{
    size_t length = strlen(text);
    for (char *at = text; *at != '\0'; at++) {
        if (digit(*at) < 0)
            return false;
        if (*at >= 'a')
            *at = (char)(*at - 'a' + 'A');
    }
    return length % 2 == 0 && length >= 2 * bytes_min;
}

/* One NAME=VALUE of `length` characters; false when it is none, unknown, or there already. */
static bool take_attribute(const char *text, size_t length, kp_address *address)
{
    const struct {
        const char *name;
        char *to;
        size_t room;
    } known[] = {{"reader", address->reader, sizeof address->reader},
                 {"card-id", address->card_id, sizeof address->card_id},
                 {"serial", address->serial, sizeof address->serial},
                 {"atr", address->atr, sizeof address->atr}};
    const char *equals = memchr(text, '=', length);
    if (equals == NULL)
        return false;
    size_t name = (size_t)(equals - text);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == name && memcmp(known[i].name, text, name) == 0)
            return known[i].to[0] == '\0' &&
                   decode(equals + 1, length - name - 1, known[i].to, known[i].room);
    return false;
}

static kamupin_status refuse(const char *at, size_t length, kamupin_error *error)
{
    return kp_fail(error, KAMUPIN_E_CARD_ADDRESS, KAMUPIN_FROM_LOCAL, "in \"%.*s\"",
                   (int)(length < 60 ? length : 60), at);
}

static kamupin_status parse_uri(const char *text, kp_address *address, kamupin_error *error)
{
    const char *at = text + SCHEME_LENGTH;
    for (;;) {
        size_t length = strcspn(at, ";");
        if (!take_attribute(at, length, address))
            return refuse(at, length, error);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    if ((address->serial[0] != '\0' && !make_hex(address->serial, 1)) ||
        (address->atr[0] != '\0' && !make_hex(address->atr, ATR_MIN)))
        return refuse(text, strlen(text), error);
    return KAMUPIN_OK;
}

/* An ATR as tools print it: hex, perhaps with colons or spaces between. "" when it is none. */
static void take_plain_atr(const char *text, char *atr, size_t room)
{
    size_t used = 0;
    for (; *text != '\0' && used + 1 < room; text++)
        if (*text != ':' && *text != ' ')
            atr[used++] = *text;
    atr[used] = '\0';
    if (*text != '\0' || !make_hex(atr, ATR_MIN))
        atr[0] = '\0';
}

kamupin_status kp_address_parse(const char *text, kp_address *address, kamupin_error *error)
{
    *address = (kp_address){0};
    if (kp_words_begin(text, SCHEME, SCHEME_LENGTH))
        return parse_uri(text, address, error);
    address->plain = text;
    take_plain_atr(text, address->atr, sizeof address->atr);
    return KAMUPIN_OK;
}

static bool has_atr(const kamupin_card_info *info, const char *atr)
{
    char hex[2 * KAMUPIN_ATR_MAX + 1];
    if (info->atr_length > sizeof info->atr)
        return false; /* no list made this */
    kp_hex(info->atr, info->atr_length, true, hex);
    return strcmp(hex, atr) == 0;
}

bool kp_address_seen(const kp_address *address, const kamupin_card_info *info)
{
    if (address->plain != NULL)
        return strcmp(info->reader, address->plain) == 0 ||
               (address->atr[0] != '\0' && has_atr(info, address->atr));
    return (address->reader[0] == '\0' || strcmp(info->reader, address->reader) == 0) &&
           (address->atr[0] == '\0' || has_atr(info, address->atr));
}

kamupin_status kamupin_card_matches(const kamupin_card_info *info, const char *which)
{
    kp_address address;
    if (info == NULL || which == NULL || info->size != sizeof *info)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = kp_address_parse(which, &address, NULL);
    if (status == KAMUPIN_OK && !kp_address_fits(&address, info))
        status = KAMUPIN_E_CARD_NOT_FOUND;
    return status;
}

bool kp_address_fits(const kp_address *address, const kamupin_card_info *info)
{
    if (address->plain != NULL)
        return kp_address_seen(address, info) ||
               (info->card_id[0] != '\0' && strcmp(info->card_id, address->plain) == 0) ||
               (info->serial[0] != '\0' && kp_words_same(info->serial, address->plain));
    return kp_address_seen(address, info) &&
           (address->card_id[0] == '\0' || strcmp(info->card_id, address->card_id) == 0) &&
           (address->serial[0] == '\0' || kp_words_same(info->serial, address->serial));
}
