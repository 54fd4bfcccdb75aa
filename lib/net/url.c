/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   url.c: which addresses of a service are accepted. Touches no network. */
#include <net/http.h>

#include <core/fail.h>
#include <net/curl.h>
#include <string.h>

static kamupin_status refuse(kamupin_error *error, const char *why)
{
    return kp_fail(error, KAMUPIN_E_URL_REFUSED, KAMUPIN_FROM_LOCAL, "%s", why);
}

/* Visible ASCII, and none of the characters by which two readers of one URL have been made to
 * disagree about its host: user part, backslash, query, fragment, percent sign (RFC 3986, 7.3 to
 * 7.6). */
static bool plain(const char *url)
{
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("@\\?#%\"<>^`{|}", *at) != NULL)
            return false;
    return true;
}

/* Whether a path has a segment "." or "..": a base address that means another one. */
static bool has_dots(const char *url)
{
    const char *found = strstr(url, "/.");

    while (found != NULL) {
        const char *after = found + 2;
        if (*after == '.')
            after++;
        if (*after == '/' || *after == '\0')
            return true;
        found = strstr(found + 1, "/.");
    }
    return false;
}

kamupin_status kp_url_check(const char *url, kamupin_error *error)
{
    static const char SCHEME[] = "https://";
    kp_curl curl;
    CURLU *parts = NULL;
    char *host = NULL;

    if (url == NULL || strlen(url) >= KP_URL_MAX)
        return refuse(error, "no address, or one that is too long");
    /* libcurl would take "https:///host" for "https://host". */
    if (strncmp(url, SCHEME, sizeof SCHEME - 1) != 0 || url[sizeof SCHEME - 1] == '/')
        return refuse(error, "not an https:// address");
    if (!plain(url) || has_dots(url))
        return refuse(error, "an address with a user, a query, a fragment or odd characters");
    kamupin_status status = kp_curl_load(&curl, error);
    if (status != KAMUPIN_OK)
        return status;
    parts = curl.url();
    if (parts == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (curl.url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        curl.url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '\0')
        status = refuse(error, "not a URL");
    curl.free(host);
    curl.url_cleanup(parts);
    return status;
}
