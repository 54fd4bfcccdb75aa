/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   tls.c: the TLS rules of every connection, and what libcurl's codes mean to this library. Reads
   the CA file, touches no network. */
#include <net/tls.h>

#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sslerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libcurl would report a missing CA file only after it has connected, and an empty one as a service
 * that is not trusted; the person is told the real cause before anything is sent. */
static kamupin_status check_ca_file(const char *path, kamupin_error *error)
{
    X509 *first = NULL;

    ERR_set_mark();
    BIO *file = BIO_new_file(path, "r");
    const bool opened = file != NULL;
    if (opened)
        first = PEM_read_bio_X509(file, NULL, NULL, NULL);
    BIO_free(file);
    ERR_pop_to_mark();
    if (first == NULL)
        return kp_fail(error, KAMUPIN_E_CA_FILE, KAMUPIN_FROM_LOCAL, "%s",
                       opened ? "no certificate in PEM form" : "cannot be opened");
    X509_free(first);
    return KAMUPIN_OK;
}

/* Whether an option of TLS to a proxy is set, or this libcurl has no such proxies: then it refuses
 * them as well. */
static bool is_set_or_needless(CURLcode code)
{
    return code == CURLE_OK || code == CURLE_UNKNOWN_OPTION || code == CURLE_NOT_BUILT_IN;
}

/* The same rules for a proxy that TLS is spoken with, but for the pins: they are the servers'. */
static bool set_proxy_rules(const char *file, const kp_curl *curl, CURL *easy)
{
    const long version = (long)CURL_SSLVERSION_TLSv1_2;

    return is_set_or_needless(curl->easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, version)) &&
           is_set_or_needless(curl->easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L)) &&
           is_set_or_needless(curl->easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L)) &&
           (file == NULL ||
            (is_set_or_needless(curl->easy_setopt(easy, CURLOPT_PROXY_CAINFO, file)) &&
             is_set_or_needless(curl->easy_setopt(easy, CURLOPT_PROXY_CAPATH, NULL))));
}

kamupin_status kp_tls_rules(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                            kamupin_error *error)
{
    bool set =
        curl->easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https") == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK;

    if (set && context->pins != NULL)
        set = curl->easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, context->pins) == CURLE_OK;
    const char *roots = context->ca_file != NULL ? context->ca_file : kp_curl_roots();
    if (set && roots != NULL) {
        kamupin_status status = check_ca_file(roots, error);
        if (status != KAMUPIN_OK)
            return status;
        /* These CAs and no others: the system's folder is taken out as well. */
        set = curl->easy_setopt(easy, CURLOPT_CAINFO, roots) == CURLE_OK &&
              curl->easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
    set = set && set_proxy_rules(roots, curl, easy);
    return set ? KAMUPIN_OK
               : kp_fail(error, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS,
                         "libcurl refuses the TLS rules");
}

typedef struct meaning {
    CURLcode code;
    kamupin_status status;
    kamupin_origin origin;
} meaning;

/* What is not listed broke in the middle of an exchange. */
static const meaning MEANINGS[] = {
    {CURLE_COULDNT_RESOLVE_HOST, KAMUPIN_E_NETWORK_NAME, KAMUPIN_FROM_NETWORK},
    {CURLE_COULDNT_RESOLVE_PROXY, KAMUPIN_E_NETWORK_PROXY, KAMUPIN_FROM_NETWORK},
    {CURLE_COULDNT_CONNECT, KAMUPIN_E_NETWORK_UNREACHABLE, KAMUPIN_FROM_NETWORK},
    {CURLE_PROXY, KAMUPIN_E_NETWORK_PROXY, KAMUPIN_FROM_NETWORK},
    {CURLE_INTERFACE_FAILED, KAMUPIN_E_NETWORK_UNREACHABLE, KAMUPIN_FROM_NETWORK},
    {CURLE_OPERATION_TIMEDOUT, KAMUPIN_E_NETWORK_TIMEOUT, KAMUPIN_FROM_NETWORK},
    {CURLE_PEER_FAILED_VERIFICATION, KAMUPIN_E_TLS_CERTIFICATE, KAMUPIN_FROM_TLS},
    {CURLE_SSL_ISSUER_ERROR, KAMUPIN_E_TLS_CERTIFICATE, KAMUPIN_FROM_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, KAMUPIN_E_TLS_CERTIFICATE, KAMUPIN_FROM_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, KAMUPIN_E_TLS_PIN, KAMUPIN_FROM_TLS},
    {CURLE_SSL_CACERT_BADFILE, KAMUPIN_E_CA_FILE, KAMUPIN_FROM_LOCAL},
    {CURLE_SSL_CONNECT_ERROR, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_CIPHER, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_CERTPROBLEM, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_ENGINE_INITFAILED, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_ENGINE_SETFAILED, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_SHUTDOWN_FAILED, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_SSL_CLIENTCERT, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_USE_SSL_FAILED, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS},
    {CURLE_URL_MALFORMAT, KAMUPIN_E_URL_REFUSED, KAMUPIN_FROM_LOCAL},
    {CURLE_OUT_OF_MEMORY, KAMUPIN_E_NO_MEMORY, KAMUPIN_FROM_LOCAL},
    /* What came over TLS is not HTTP/1.x: libcurl names it an unsupported protocol (HTTP/0.9), a
     * weird reply, or content that it cannot decode. */
    {CURLE_UNSUPPORTED_PROTOCOL, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP},
    {CURLE_WEIRD_SERVER_REPLY, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP},
    {CURLE_BAD_CONTENT_ENCODING, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP},
};

/* What OpenSSL's judgement of the chain means to a person; the rest is "not trusted". The chain is
 * judged in the handshake and leaves its reason; the name is judged after it, by libcurl, and leaves
 * none. */
static const struct {
    long verify;
    kamupin_status status;
} CHAIN[] = {
    {X509_V_OK, KAMUPIN_E_TLS_NAME},
    {X509_V_ERR_UNSPECIFIED, KAMUPIN_E_TLS_NAME},
    {X509_V_ERR_CERT_HAS_EXPIRED, KAMUPIN_E_TLS_EXPIRED},
    {X509_V_ERR_CERT_NOT_YET_VALID, KAMUPIN_E_TLS_EXPIRED},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, KAMUPIN_E_TLS_SELF_SIGNED},
    {X509_V_ERR_INVALID_PURPOSE, KAMUPIN_E_TLS_PURPOSE},
};

static kamupin_status chain_status(long verify)
{
    for (size_t i = 0; i < sizeof CHAIN / sizeof CHAIN[0]; i++)
        if (CHAIN[i].verify == verify)
            return CHAIN[i].status;
    return KAMUPIN_E_TLS_CERTIFICATE;
}

/* Whether a handshake failed for want of a version that both sides speak. OpenSSL's code stands in
 * libcurl's error buffer, "error:0A00042E:…"; the words after it are not looked at. */
static bool no_common_version(const char *said)
{
    const char *at = strstr(said, "error:");
    unsigned long code = at == NULL ? 0 : strtoul(at + 6, NULL, 16);

    if (ERR_GET_LIB(code) != ERR_LIB_SSL)
        return false;
    switch (ERR_GET_REASON(code)) {
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION: /* the other end says so */
    case SSL_R_UNSUPPORTED_PROTOCOL:         /* the other end chose an older one */
    case SSL_R_WRONG_SSL_VERSION:
        return true;
    default:
        return false;
    }
}

kamupin_status kp_curl_fail(const kp_curl *curl, CURL *easy, CURLcode code, bool at_proxy,
                            const char *said, kamupin_error *error)
{
    meaning found = {code, KAMUPIN_E_NETWORK_INTERRUPTED, KAMUPIN_FROM_NETWORK};
    long tunnel = 0, verify = 0;
    char what[120];

    for (size_t i = 0; i < sizeof MEANINGS / sizeof MEANINGS[0]; i++)
        if (MEANINGS[i].code == code)
            found = MEANINGS[i];
    if (found.status == KAMUPIN_E_TLS_FAILED && no_common_version(said))
        found.status = KAMUPIN_E_TLS_VERSION;
    /* libcurl's fixed sentence, not its error buffer: that one may quote the proxy's address. */
    snprintf(what, sizeof what, "%s", curl->easy_strerror(code));
    curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    if (tunnel >= 300) {
        /* A proxy that refuses the tunnel looks like a broken connection to libcurl. */
        found.status = KAMUPIN_E_NETWORK_PROXY;
        found.origin = KAMUPIN_FROM_NETWORK;
        snprintf(what, sizeof what, "the proxy answers %ld", tunnel);
    } else if (at_proxy && found.origin == KAMUPIN_FROM_NETWORK) {
        found.status = KAMUPIN_E_NETWORK_PROXY;
    } else if (at_proxy && found.origin == KAMUPIN_FROM_TLS) {
        found.status = KAMUPIN_E_NETWORK_PROXY;
        curl->easy_getinfo(easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &verify);
        snprintf(what, sizeof what, "the proxy's TLS: %s",
                 verify == X509_V_OK ? curl->easy_strerror(code)
                                     : X509_verify_cert_error_string(verify));
    } else if (found.status == KAMUPIN_E_TLS_CERTIFICATE) {
        curl->easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify);
        found.status = chain_status(verify);
        snprintf(what, sizeof what, "certificate refused: %s",
                 found.status == KAMUPIN_E_TLS_NAME ? "not for this name"
                                                    : X509_verify_cert_error_string(verify));
    }
    return kp_fail_platform(error, found.status, found.origin, (long)code, what);
}
