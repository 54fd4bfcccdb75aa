/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   curl.c: finding libcurl and its functions. Loads a shared library, or takes the one that this
   library was linked with (KAMUPIN_CURL_LINKED); looks for the system's CAs, touches nothing else. */
#include <net/curl.h>

#include <core/fail.h>

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The name of libcurl's stable ABI; the flavour on OpenSSL where a system has several. */
#define LIBRARY "libcurl.so.4"

/* 7.84: global init by any thread. 7.85: PROTOCOLS_STR. 7.87: QUICK_EXIT. 7.88: no SIGPIPE from
 * TLS. */
#define OLDEST 0x075800

#if LIBCURL_VERSION_NUM < OLDEST
#error "libcurl 7.88 or newer is needed"
#endif

static kamupin_status refuse(kamupin_error *error, const char *why)
{
    return kp_fail(error, KAMUPIN_E_NETWORK_LIBRARY, KAMUPIN_FROM_LOCAL, "%s", why);
}

#ifdef KAMUPIN_CURL_LINKED

static kamupin_status find(kp_curl *curl, kamupin_error *error)
{
    (void)error;
#define FUNCTION(name) curl->name = curl_##name;
    KP_CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
    return KAMUPIN_OK;
}

const char *kp_curl_roots(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt", /* Debian, Ubuntu, Arch */
        "/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, Red Hat and what is made of it */
        "/etc/ssl/ca-bundle.pem",             /* SUSE */
        "/etc/ssl/cert.pem",
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

#else

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define FUNCTION(name) {"curl_" #name, offsetof(kp_curl, name)},
    KP_CURL_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

static kamupin_status find(kp_curl *curl, kamupin_error *error)
{
    /* NODELETE: what it brings along does not all bear being unloaded; so the handle need not be
     * kept. */
    void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);
    if (library == NULL)
        return refuse(error, dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *found = dlsym(library, functions[i].name);
        if (found == NULL)
            return refuse(error, dlerror());
        memcpy((unsigned char *)curl + functions[i].offset, &found, sizeof found);
    }
    return KAMUPIN_OK;
}

const char *kp_curl_roots(void)
{
    return NULL;
}

#endif

kamupin_status kp_curl_load(kp_curl *curl, kamupin_error *error)
{
    kamupin_status status = find(curl, error);
    if (status != KAMUPIN_OK)
        return status;
    const curl_version_info_data *version = curl->version_info(CURLVERSION_NOW);
    if (version->version_num < OLDEST)
        return refuse(error, "this libcurl is older than 7.88");
    /* curl_global_init counts its callers and takes a lock of its own, if libcurl was built with
     * atomics; so each client calls it, and no state of ours is global. */
    if ((version->features & CURL_VERSION_THREADSAFE) == 0)
        return refuse(error, "this libcurl cannot be initialised by several threads");
    return KAMUPIN_OK;
}
