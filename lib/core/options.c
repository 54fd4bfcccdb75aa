/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   options.c: how a context's options of the network have to be written. libcurl would take much
   more, a file's name for a pin or a password in a proxy's address, and would only say so when the
   network is first needed. */
#include <core/context.h>

#include <core/fail.h>

#include <string.h>

#define LETTERS    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define PIN_DIGITS 43  /* base64 of 32 bytes, without the "=" at its end */
#define PROXY_MAX  256 /* bytes with the NUL */

/* "sha256//", 43 digits of base64 and "="; ";" between two of them. */
static bool are_pins(const char *text)
{
    static const char START[] = "sha256//";

    for (;;) {
        if (strncmp(text, START, sizeof START - 1) != 0)
            return false;
        text += sizeof START - 1;
        if (strspn(text, LETTERS "+/") != PIN_DIGITS || text[PIN_DIGITS] != '=')
            return false;
        text += PIN_DIGITS + 1;
        if (*text == '\0')
            return true;
        if (*text++ != ';')
            return false;
    }
}

/* A scheme, a host and perhaps a port; a slash may stand at the end. */
static bool is_proxy(const char *text)
{
    static const char *const SCHEMES[] = {"http://", "https://", "socks5h://"};
    const char *host = NULL;

    for (size_t i = 0; i < sizeof SCHEMES / sizeof SCHEMES[0]; i++)
        if (strncmp(text, SCHEMES[i], strlen(SCHEMES[i])) == 0)
            host = text + strlen(SCHEMES[i]);
    if (host == NULL || strlen(text) >= PROXY_MAX)
        return false;
    size_t length = strspn(host, LETTERS "-._:[]");
    return length > 0 && host[0] != ':' &&
           (host[length] == '\0' || strcmp(host + length, "/") == 0);
}

kamupin_status kp_options_check(const kamupin_context_options *options, kamupin_error *error)
{
    if (options->pins != NULL && !are_pins(options->pins))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "pins that are not sha256//… with ; between them");
    if (options->proxy != NULL && options->proxy[0] != '\0' && !is_proxy(options->proxy))
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "a proxy that is not http://host:port, or with a user in it");
    return KAMUPIN_OK;
}
