/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   callback.c: reading and comparing the address that a browser came back to. Nothing of it is ever
   repeated in an error: it holds the authorization code. */
#include <auth/callback.h>

#include <core/fail.h>
#include <net/http.h>

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static kamupin_status refuse(kamupin_error *error, kamupin_status status, const char *why)
{
    return kp_fail(error, status, KAMUPIN_FROM_LOCAL, "%s", why);
}

/* ---- which addresses an application may have ---- */

/* 1 to 65535, without a zero in front. */
static bool is_port(const char *text, size_t length)
{
    char digits[6];

    if (length == 0 || length >= sizeof digits || text[0] == '0' ||
        strspn(text, "0123456789") < length)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return atoi(digits) <= 65535;
}

static bool is_loopback(const char *redirect)
{
    static const char *const HOSTS[] = {"http://127.0.0.1:", "http://[::1]:"};

    for (size_t i = 0; i < sizeof HOSTS / sizeof HOSTS[0]; i++) {
        const size_t length = strlen(HOSTS[i]);
        const char *port = redirect + length;
        const size_t digits = strncmp(redirect, HOSTS[i], length) == 0 ? strcspn(port, "/") : 0;
        if (digits > 0)
            return is_port(port, digits) && port[digits] == '/';
    }
    return false;
}

/* A reversed domain name as scheme: with a dot, so that it is nobody else's by chance. */
static bool is_own_scheme(const char *redirect)
{
    const size_t length = strspn(redirect, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

    return length > 0 && redirect[0] >= 'a' && redirect[0] <= 'z' && redirect[length] == ':' &&
           redirect[length + 1] == '/' && memchr(redirect, '.', length) != NULL;
}

/* Visible ASCII without what would end the address, hide something in it or need escaping. */
static bool is_plain(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("@\\?#%\"<>^`{|}", *at) != NULL)
            return false;
    return true;
}

kamupin_status kp_redirect_check(const char *redirect, kamupin_error *error)
{
    if (strlen(redirect) < KP_URL_MAX && is_plain(redirect) &&
        (is_loopback(redirect) || is_own_scheme(redirect)))
        return KAMUPIN_OK;
    return refuse(
        error, KAMUPIN_E_URL_REFUSED,
        "redirect: neither a loopback address with port and path, nor a scheme of one's own");
}

/* ---- what was pasted ---- */

/* What people and mail programs put around an address. */
static const char *const AROUND[] = {" ",
                                     "\t",
                                     "\r",
                                     "\n",
                                     "<",
                                     ">",
                                     "\"",
                                     "'",
                                     "“",
                                     "”",
                                     "‘",
                                     "’",
                                     "«",
                                     "»",
                                     "\xC2\xA0" /* NBSP */,
                                     "\xE2\x80\x8B" /* zero width */,
                                     "\xEF\xBB\xBF" /* BOM */};

/* The length of what stands at one end of the text and does not belong to it; 0 for nothing. */
static size_t around(const char *text, size_t length, bool at_end)
{
    for (size_t i = 0; i < sizeof AROUND / sizeof AROUND[0]; i++) {
        const size_t size = strlen(AROUND[i]);
        if (size <= length && memcmp(at_end ? text + length - size : text, AROUND[i], size) == 0)
            return size;
    }
    return 0;
}

/* The address alone, into `address`, without line ends inside. false when that is none. */
static bool unwrap(const char *text, char *address)
{
    size_t length = strlen(text), used = 0;

    if (length >= KP_CALLBACK_MAX)
        return false;
    for (size_t size = around(text, length, false); size > 0; size = around(text, length, false)) {
        text += size;
        length -= size;
    }
    for (size_t size = around(text, length, true); size > 0; size = around(text, length, true))
        length -= size;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\r' || text[i] == '\n')
            continue;
        if (text[i] <= ' ' || text[i] > '~' || text[i] == '#')
            return false;
        address[used++] = text[i];
    }
    address[used] = '\0';
    return used > 0;
}

/* ---- its parameters ---- */

static int nibble(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes a form's value (application/x-www-form-urlencoded) strictly; no control characters. */
static bool decode(const char *text, size_t length, char *out, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < length; i++) {
        int byte = text[i] == '+' ? ' ' : (unsigned char)text[i];
        if (text[i] == '%') {
            if (i + 2 >= length || nibble(text[i + 1]) < 0 || nibble(text[i + 2]) < 0)
                return false;
            byte = nibble(text[i + 1]) * 16 + nibble(text[i + 2]);
            i += 2;
        }
        if (byte < ' ' || byte == 0x7F || used + 1 >= room)
            return false;
        out[used++] = (char)byte;
    }
    out[used] = '\0';
    return used > 0;
}

/* One "name=value". Names that nobody knows are passed over; a known one stands once. */
static bool take_pair(const char *pair, size_t length, kp_callback *callback)
{
    const struct {
        const char *name;
        char *into;
        size_t room;
    } known[] = {{"code", callback->code, sizeof callback->code},
                 {"state", callback->state, sizeof callback->state},
                 {"iss", callback->issuer, sizeof callback->issuer},
                 {"error", callback->error, sizeof callback->error}};
    const char *equals = memchr(pair, '=', length);
    const size_t name = equals == NULL ? length : (size_t)(equals - pair);

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == name && memcmp(known[i].name, pair, name) == 0)
            return equals != NULL && known[i].into[0] == '\0' &&
                   decode(equals + 1, length - name - 1, known[i].into, known[i].room);
    return true;
}

static bool take_query(const char *query, kp_callback *callback)
{
    while (*query != '\0') {
        const size_t length = strcspn(query, "&");
        if (!take_pair(query, length, callback))
            return false;
        query += length;
        query += *query == '&';
    }
    /* Either a code or an error, and never without the state (RFC 6749, 4.1.2). */
    return callback->state[0] != '\0' &&
           (callback->code[0] != '\0') != (callback->error[0] != '\0');
}

/* ---- comparing ---- */

static bool same_state(const char *came, const char *expected)
{
    const size_t length = strlen(expected);

    return length > 0 && strlen(came) == length && CRYPTO_memcmp(came, expected, length) == 0;
}

static kamupin_status compare(const kp_callback *callback, const kp_expected *expected,
                              kamupin_error *error)
{
    if (!same_state(callback->state, expected->state))
        return refuse(error, KAMUPIN_E_LOGIN_STATE_MISMATCH, "the state is not this login's");
    if (callback->issuer[0] == '\0')
        return expected->issuer_wanted
                   ? refuse(error, KAMUPIN_E_LOGIN_ISSUER_MISMATCH, "iss is missing")
                   : KAMUPIN_OK;
    if (strcmp(callback->issuer, expected->issuer) != 0)
        return refuse(error, KAMUPIN_E_LOGIN_ISSUER_MISMATCH, "iss is another issuer");
    return KAMUPIN_OK;
}

/* Whether a text that is not the expected address is an address at all. */
static bool is_address(const char *text)
{
    const size_t scheme = strcspn(text, ":/?=&");

    return scheme > 1 && text[scheme] == ':' && text[scheme + 1] == '/';
}

kamupin_status kp_callback_read(const char *text, const kp_expected *expected,
                                kp_callback *callback, kamupin_error *error)
{
    char address[KP_CALLBACK_MAX];
    kamupin_status status = KAMUPIN_OK;

    *callback = (kp_callback){.code = ""};
    if (!unwrap(text, address)) {
        status = refuse(error, KAMUPIN_E_CALLBACK_MALFORMED, "not an address");
    } else {
        const size_t base = strcspn(address, "?");
        const bool query = address[base] == '?';
        const bool same =
            strlen(expected->redirect) == base && memcmp(address, expected->redirect, base) == 0;
        if (!same && is_address(address))
            status = refuse(error, KAMUPIN_E_LOGIN_REDIRECT_MISMATCH, "another address");
        else if (!same || !query || !take_query(address + base + 1, callback))
            status = refuse(error, KAMUPIN_E_CALLBACK_MALFORMED,
                            "the address does not hold one code or error, and a state");
        else
            status = compare(callback, expected, error);
    }
    OPENSSL_cleanse(address, sizeof address);
    return status;
}
