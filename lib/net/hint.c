/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   hint.c: see hint.h. libcurl can judge a chain with its dates or not at all; here OpenSSL judges it a
   second time, without them. Reads the CA file, touches no network. */
#include <net/hint.h>

#include <core/fail.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

/* OpenSSL's level of 112 bits: RSA from 2048 bits on, and no SHA-1. Without their dates certificates never
 * end, and the keys of old ones can be worked out today; libcurl, which leaves the chain to this file, does
 * not see to it. */
#define STRENGTH 2

static kamupin_status refuse(kamupin_error *error, const char *why)
{
    return kp_fail(error, KAMUPIN_E_TLS_CERTIFICATE, KAMUPIN_FROM_TLS, "%s", why);
}

kamupin_status kp_hint_rules(const kp_curl *curl, CURL *easy, kamupin_error *error)
{
    if (curl->easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L) == CURLE_OK &&
        curl->easy_setopt(easy, CURLOPT_CERTINFO, 1L) == CURLE_OK)
        return KAMUPIN_OK;
    return kp_fail(error, KAMUPIN_E_TLS_FAILED, KAMUPIN_FROM_TLS, "libcurl refuses the TLS rules");
}

/* The certificate that is among what libcurl tells of one, as "Name:value" texts; NULL when it is not. */
static X509 *find(const struct curl_slist *told)
{
    static const char NAME[] = "Cert:";
    X509 *found = NULL;

    for (const struct curl_slist *at = told; at != NULL && found == NULL; at = at->next) {
        if (strncmp(at->data, NAME, sizeof NAME - 1) != 0)
            continue;
        BIO *text = BIO_new_mem_buf(at->data + sizeof NAME - 1, -1);
        if (text != NULL)
            found = PEM_read_bio_X509(text, NULL, NULL, NULL);
        BIO_free(text);
    }
    return found;
}

/* The certificates that the server sent, its own first; NULL when there are none. */
static STACK_OF(X509) * read_chain(const kp_curl *curl, CURL *easy)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    struct curl_certinfo *told = NULL;

    curl->easy_getinfo(easy, CURLINFO_CERTINFO, &told);
    for (int i = 0; chain != NULL && told != NULL && i < told->num_of_certs; i++) {
        X509 *one = find(told->certinfo[i]);
        if (one != NULL && sk_X509_push(chain, one) == 0)
            X509_free(one);
    }
    return chain;
}

/* The CAs that the ordinary connection is held to. */
static X509_STORE *read_roots(const kamupin_context *context, const kp_curl *curl, CURL *easy)
{
    X509_STORE *store = X509_STORE_new();
    const char *file = context->ca_file != NULL ? context->ca_file : kp_curl_roots();
    char *known = NULL, *folder = NULL;

    if (file == NULL) {
        curl->easy_getinfo(easy, CURLINFO_CAINFO, &known);
        curl->easy_getinfo(easy, CURLINFO_CAPATH, &folder);
        file = known;
    }
    if (store != NULL && file != NULL)
        X509_STORE_load_file(store, file);
    if (store != NULL && folder != NULL)
        X509_STORE_load_path(store, folder);
    return store;
}

static bool holds(X509_STORE *roots, X509 *leaf, STACK_OF(X509) * chain)
{
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool good = check != NULL && X509_STORE_CTX_init(check, roots, leaf, chain) == 1;

    if (good) {
        X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(check);
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_auth_level(rules, STRENGTH);
        X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
        good = X509_verify_cert(check) == 1;
    }
    X509_STORE_CTX_free(check);
    return good;
}

static bool in_force(const X509 *leaf, int64_t date)
{
    time_t moment = (time_t)date;

    return X509_cmp_time(X509_get0_notBefore(leaf), &moment) < 0 &&
           X509_cmp_time(X509_get0_notAfter(leaf), &moment) > 0;
}

kamupin_status kp_hint_judge(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                             int64_t date, kamupin_error *error)
{
    STACK_OF(X509) *chain = read_chain(curl, easy);
    X509_STORE *roots = read_roots(context, curl, easy);
    X509 *leaf = chain == NULL ? NULL : sk_X509_value(chain, 0);
    kamupin_status status = KAMUPIN_OK;

    if (roots == NULL || chain == NULL)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    else if (leaf == NULL || !holds(roots, leaf, chain))
        status = refuse(error, "not trusted, its dates left aside");
    else if (date == 0 || !in_force(leaf, date))
        status = refuse(error, "not in force at the date that the server says");
    sk_X509_pop_free(chain, X509_free);
    X509_STORE_free(roots);
    ERR_clear_error();
    return status;
}
