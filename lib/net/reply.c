/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   reply.c: what is read of an answer's status line and headers, and which answers no caller gets to
   see. Touches no body. */
#include <net/reply.h>

#include <core/fail.h>
#include <core/words.h>

#include <stdlib.h>
#include <string.h>

static void copy_header(const kp_curl *curl, CURL *easy, const char *name, char *out, size_t room)
{
    struct curl_header *header = NULL;

    out[0] = '\0';
    if (curl->easy_header(easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
        strlen(header->value) < room)
        memcpy(out, header->value, strlen(header->value) + 1);
}

/* Whole seconds of Retry-After and Age (RFC 9110, 10.2.3; RFC 9111, 5.1); the first's other form, a
 * date, is not the profile's. */
static int read_seconds(const kp_curl *curl, CURL *easy, const char *name, int absent)
{
    char text[8];

    copy_header(curl, easy, name, text, sizeof text);
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || text[digits] != '\0' || digits > 6 ? absent : atoi(text);
}

static int64_t read_date(const kp_curl *curl, CURL *easy)
{
    char text[40];

    copy_header(curl, easy, "Date", text, sizeof text);
    time_t date = text[0] == '\0' ? -1 : curl->getdate(text, NULL);
    return date > 0 ? (int64_t)date : 0;
}

/* Whether the answer said where it ends (RFC 9112, 6.3), and so ended there. libcurl takes a closed
 * connection for an end even when TLS did not announce it; anyone on the way could cut there. */
static bool is_whole(const kp_curl *curl, CURL *easy)
{
    struct curl_header *coding = NULL;
    curl_off_t length = -1;
    long version = 0;

    curl->easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    if (version >= CURL_HTTP_VERSION_2_0)
        return true; /* each answer is a stream of its own, whose end is said (RFC 9113, 8.1) */
    curl->easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    return length >= 0 ||
           curl->easy_header(easy, "Transfer-Encoding", 0, CURLH_HEADER, -1, &coding) == CURLHE_OK;
}

bool kp_http_is_type(const kp_http_reply *reply, const char *type)
{
    const size_t length = strlen(type);

    if (!kp_words_begin(reply->content_type, type, length))
        return false;
    const char after = reply->content_type[length];
    return after == '\0' || after == ';' || after == ' ';
}

bool kp_http_is_unreached(kamupin_status status)
{
    switch ((int)status) {
    case KAMUPIN_E_NETWORK_NAME:
    case KAMUPIN_E_NETWORK_UNREACHABLE:
    case KAMUPIN_E_NETWORK_PROXY:
    case KAMUPIN_E_NETWORK_LIBRARY:
    case KAMUPIN_E_TLS_CERTIFICATE:
    case KAMUPIN_E_TLS_FAILED:
    case KAMUPIN_E_TLS_EXPIRED:
    case KAMUPIN_E_TLS_SELF_SIGNED:
    case KAMUPIN_E_TLS_NAME:
    case KAMUPIN_E_TLS_PURPOSE:
    case KAMUPIN_E_TLS_VERSION:
    case KAMUPIN_E_TLS_PIN:
    case KAMUPIN_E_CA_FILE:
        return true;
    default:
        return false;
    }
}

bool kp_http_is_page(const kp_http_reply *reply)
{
    return kp_http_is_type(reply, "text/html") || kp_http_is_type(reply, "application/xhtml+xml");
}

kamupin_status kp_reply_read(const kp_curl *curl, CURL *easy, kp_http_reply *reply,
                             kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    long code = 0;

    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    reply->status = (int)code;
    copy_header(curl, easy, "Content-Type", reply->content_type, sizeof reply->content_type);
    copy_header(curl, easy, "DPoP-Nonce", reply->dpop_nonce, sizeof reply->dpop_nonce);
    reply->retry_after = read_seconds(curl, easy, "Retry-After", -1);
    reply->age = read_seconds(curl, easy, "Age", 0);
    reply->date = read_date(curl, easy);
    if (code == 511 || (code >= 300 && code <= 399 && kp_http_is_page(reply)))
        status = kp_fail(error, KAMUPIN_E_HTTP_INTERCEPTED, KAMUPIN_FROM_HTTP, NULL);
    else if (code >= 300 && code <= 399)
        status = kp_fail(error, KAMUPIN_E_HTTP_REDIRECTED, KAMUPIN_FROM_HTTP, NULL);
    else if (code != KP_HTTP_PROXY_ASKS && !is_whole(curl, easy)) /* nobody reads that page */
        status = kp_fail(error, KAMUPIN_E_NETWORK_INTERRUPTED, KAMUPIN_FROM_NETWORK,
                         "an answer that does not say its length");
    if (status != KAMUPIN_OK && error != NULL)
        error->http_status = (int)code;
    return status;
}
