/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   discovery.c: what an authorization server says of itself (RFC 8414). It is believed for the issuer
   alone that the service named, and names https endpoints only. */
#include <auth/server.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

#define WELL_KNOWN_MAX  (KP_URL_MAX + 64)
#define GRANT_ASSERTION "urn:ietf:params:oauth:grant-type:jwt-bearer"

/* ---- reading ---- */

/* Visible ASCII that may stand in a query (RFC 3986, 3.4). */
static bool is_query(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("\\#\"<>^`{|}", *at) != NULL)
            return false;
    return true;
}

/* An endpoint: https, and without fragment; with a query only where a browser goes (RFC 6749, 3.1). */
static void read_endpoint(kp_fields fields, const char *name, bool query, char *out)
{
    char base[KP_ENDPOINT_MAX];

    kp_json_text(fields, name, out, KP_ENDPOINT_MAX);
    const size_t length = strcspn(out, "?");
    memcpy(base, out, length);
    base[length] = '\0';
    if (kp_url_check(base, NULL) != KAMUPIN_OK || (out[length] == '?' && !query) ||
        !is_query(out + length))
        kp_json_refuse(fields, name);
}

kamupin_status kp_server_read(const json_t *root, const char *issuer, kp_server_metadata *said,
                              kamupin_error *error)
{
    char named[KP_URL_MAX];
    const char *wrong = NULL;
    const kp_fields fields = {root, &wrong};

    *said = (kp_server_metadata){.authorization = ""};
    kp_json_text(fields, "issuer", named, sizeof named);
    if (wrong == NULL && strcmp(named, issuer) != 0)
        return kp_fail(error, KAMUPIN_E_LOGIN_ISSUER_MISMATCH, KAMUPIN_FROM_SERVICE,
                       "the metadata is another issuer's (RFC 8414, 3.3)");
    read_endpoint(fields, "token_endpoint", false, said->token);
    if (kp_json_has(fields, "authorization_endpoint"))
        read_endpoint(fields, "authorization_endpoint", true, said->authorization);
    if (kp_json_has(fields, "revocation_endpoint"))
        read_endpoint(fields, "revocation_endpoint", false, said->revocation);
    said->names_issuer =
        kp_json_bool_or(fields, "authorization_response_iss_parameter_supported", false);
    said->s256 = kp_json_lists(fields, "code_challenge_methods_supported", "S256", false);
    said->assertions = kp_json_lists(fields, "grant_types_supported", GRANT_ASSERTION, false);
    const bool proofs = kp_json_lists(fields, "dpop_signing_alg_values_supported", "ES256", false);
    kamupin_status status = kp_json_done(fields, error);
    if (status == KAMUPIN_OK && !proofs)
        status = kp_fail(error, KAMUPIN_E_LOGIN_NOT_OFFERED, KAMUPIN_FROM_SERVICE,
                         "the authorization server binds no tokens to a key by ES256 (RFC 9449)");
    return status;
}

/* ---- asking ---- */

/* Where the metadata is: RFC 8414 puts the well-known name before the issuer's path (3.1), OpenID
 * Connect behind it. */
static void well_known(const char *issuer, bool openid, char *url)
{
    const size_t host = strlen("https://") + strcspn(issuer + strlen("https://"), "/");
    size_t length = strlen(issuer);

    while (length > host && issuer[length - 1] == '/')
        length--;
    if (openid)
        snprintf(url, WELL_KNOWN_MAX, "%.*s/.well-known/openid-configuration", (int)length, issuer);
    else
        snprintf(url, WELL_KNOWN_MAX, "%.*s/.well-known/oauth-authorization-server%.*s", (int)host,
                 issuer, (int)(length - host), issuer + host);
}

static kamupin_status get(kp_server *server, const char *issuer, bool openid, kp_http_reply *reply,
                          kamupin_error *error)
{
    static const char *const HEADERS[] = {"Accept: application/json"};
    char url[WELL_KNOWN_MAX];
    const kp_http_request request = {.method = "GET",
                                     .url = url,
                                     .headers = HEADERS,
                                     .header_count = sizeof HEADERS / sizeof HEADERS[0]};

    well_known(issuer, openid, url);
    return kp_http_exchange(server->http, &request, server->cancel, reply, error);
}

static kamupin_status judge(const kp_http_reply *reply, const char *issuer,
                            kp_server_metadata *said, kamupin_error *error)
{
    json_t *root = NULL;
    kamupin_status status = KAMUPIN_OK;

    if (kp_http_is_page(reply) && reply->status < 500)
        status = kp_fail(error, KAMUPIN_E_HTTP_INTERCEPTED, KAMUPIN_FROM_HTTP,
                         "a web page in the place of the authorization server's metadata");
    else if (reply->status >= 500)
        status = kp_fail(error, KAMUPIN_E_SERVICE_UNAVAILABLE, KAMUPIN_FROM_HTTP,
                         "the authorization server answers %d", reply->status);
    else if (reply->status != 200)
        status = kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP,
                         "no metadata of an authorization server: %d", reply->status);
    else
        status = kp_json_parse(&reply->body, &root, error);
    if (status == KAMUPIN_OK)
        status = kp_server_read(root, issuer, said, error);
    if (status != KAMUPIN_OK && error != NULL)
        error->http_status = reply->status;
    kp_json_free(root);
    return status;
}

kamupin_status kp_server_discover(kp_server *server, const char *issuer, kamupin_error *error)
{
    kp_http_reply reply = {.status = 0};
    kamupin_status status = KAMUPIN_OK;

    if (server->known)
        return KAMUPIN_OK;
    if (server->http == NULL)
        status = kp_http_new(server->context, &server->http, error);
    if (status == KAMUPIN_OK)
        status = get(server, issuer, false, &reply, error);
    if (status == KAMUPIN_OK && reply.status == 404) {
        kp_http_reply_wipe(&reply);
        status = get(server, issuer, true, &reply, error);
    }
    if (status == KAMUPIN_OK)
        status = judge(&reply, issuer, &server->said, error);
    if (status == KAMUPIN_OK) {
        server->known = true;
        server->date_s = reply.date;
        server->date_ms = kp_now_ms(server->context);
    }
    kp_http_reply_wipe(&reply);
    return status;
}
