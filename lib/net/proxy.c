/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   proxy.c: a context's proxy and the login for it. Where the options name none, libcurl reads the
   environment. The login is in libcurl's hands during an exchange only. */
#include <net/proxy.h>

#include <core/fail.h>
#include <core/secret.h>
#include <core/words.h>
#include <kamupin/network.h>

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

kamupin_status kamupin_context_proxy_login(kamupin_context *context, const char *user,
                                           const kamupin_secret *password, kamupin_error *error)
{
    kamupin_secret *copy = NULL;
    char *name = NULL;
    kp_bytes bytes;

    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK && user != NULL) {
        status = kp_secret_read(password, KAMUPIN_SECRET_PROXY_PASSWORD, &bytes, error);
        if (status == KAMUPIN_OK)
            status = kp_secret_copy(password, &copy, error);
        if (status == KAMUPIN_OK && (name = strdup(user)) == NULL)
            status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    }
    if (status == KAMUPIN_OK) {
        pthread_mutex_lock(&context->lock);
        char *old_name = context->proxy_user;
        kamupin_secret *old = context->proxy_password;
        context->proxy_user = name;
        context->proxy_password = copy;
        pthread_mutex_unlock(&context->lock);
        name = old_name;
        copy = old;
    }
    free(name);
    kamupin_secret_free(&copy);
    return status;
}

bool kp_proxy_named(const kamupin_context *context)
{
    return context->proxy != NULL && context->proxy[0] != '\0';
}

bool kp_proxy_speaks_tls(const kamupin_context *context)
{
    /* libcurl asks the environment in this order, and takes the first that is not empty. */
    static const char *const NAMES[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    static const char SCHEME[] = "https://";
    const char *proxy = context->proxy;

    for (size_t i = 0; proxy == NULL && i < sizeof NAMES / sizeof NAMES[0]; i++) {
        const char *value = getenv(NAMES[i]);
        if (value != NULL && value[0] != '\0')
            proxy = value;
    }
    return proxy != NULL && kp_words_begin(proxy, SCHEME, sizeof SCHEME - 1);
}

/* Under the context's lock. */
static bool set_login(const kamupin_context *context, const kp_curl *curl, CURL *easy)
{
    char password[KAMUPIN_SECRET_MAX + 1] = "";
    kp_bytes bytes = {NULL, 0};

    if (context->proxy_user == NULL)
        return true;
    bool set = kp_secret_read(context->proxy_password, KAMUPIN_SECRET_PROXY_PASSWORD, &bytes,
                              NULL) == KAMUPIN_OK &&
               bytes.length < sizeof password;
    if (set) {
        memcpy(password, bytes.data, bytes.length);
        set = curl->easy_setopt(easy, CURLOPT_PROXYUSERNAME, context->proxy_user) == CURLE_OK &&
              curl->easy_setopt(easy, CURLOPT_PROXYPASSWORD, password) == CURLE_OK;
    }
    OPENSSL_cleanse(password, sizeof password);
    return set;
}

kamupin_status kp_proxy_set(kamupin_context *context, const kp_curl *curl, CURL *easy,
                            kamupin_error *error)
{
    const long logins = (long)(CURLAUTH_BASIC | CURLAUTH_DIGEST);
    CURLcode code = CURLE_OK;

    if (context->proxy != NULL) {
        code = curl->easy_setopt(easy, CURLOPT_PROXY, context->proxy);
        if (code == CURLE_OK) /* what was said is said: no_proxy of the environment is not asked */
            code = curl->easy_setopt(easy, CURLOPT_NOPROXY, "");
    }
    if (code == CURLE_OK)
        code = curl->easy_setopt(easy, CURLOPT_PROXYAUTH, logins);
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_UNKNOWN_OPTION)
        return kp_fail(error, KAMUPIN_E_NETWORK_LIBRARY, KAMUPIN_FROM_LOCAL,
                       "this libcurl cannot do such a proxy");
    pthread_mutex_lock(&context->lock);
    bool set = code == CURLE_OK && set_login(context, curl, easy);
    pthread_mutex_unlock(&context->lock);
    return set ? KAMUPIN_OK : kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
}

void kp_proxy_forget(const kp_curl *curl, CURL *easy)
{
    curl->easy_setopt(easy, CURLOPT_PROXYUSERNAME, NULL);
    curl->easy_setopt(easy, CURLOPT_PROXYPASSWORD, NULL);
}
