/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   curl.h: libcurl, loaded when the network is first needed. It brings some thirty libraries along,
   whose loading takes longer than reading a card; who only works with cards never waits for them,
   and needs none of them installed. For net/ alone. */
#ifndef KP_NET_CURL_H
#define KP_NET_CURL_H

#include <kamupin/error.h>

#include <curl/curl.h>

/* The functions that net/ calls, each by its name without "curl_". */
#define KP_CURL_FUNCTIONS(X)                                                                       \
    X(easy_cleanup)                                                                                \
    X(easy_getinfo)                                                                                \
    X(easy_header)                                                                                 \
    X(easy_init)                                                                                   \
    X(easy_setopt)                                                                                 \
    X(easy_strerror)                                                                               \
    X(free)                                                                                        \
    X(getdate)                                                                                     \
    X(global_cleanup)                                                                              \
    X(global_init)                                                                                 \
    X(multi_add_handle)                                                                            \
    X(multi_cleanup)                                                                               \
    X(multi_info_read)                                                                             \
    X(multi_init)                                                                                  \
    X(multi_perform)                                                                               \
    X(multi_poll)                                                                                  \
    X(multi_remove_handle)                                                                         \
    X(multi_setopt)                                                                                \
    X(multi_wakeup)                                                                                \
    X(slist_append)                                                                                \
    X(slist_free_all)                                                                              \
    X(url)                                                                                         \
    X(url_cleanup)                                                                                 \
    X(url_get)                                                                                     \
    X(url_set)                                                                                     \
    X(version_info)

typedef struct kp_curl {
#define KP_CURL_MEMBER(name) __typeof__(curl_##name) *name;
    KP_CURL_FUNCTIONS(KP_CURL_MEMBER)
#undef KP_CURL_MEMBER
} kp_curl;

/** Loads libcurl, or finds it loaded, and fills `curl`. It stays loaded: there is nothing to free.
 * Any thread. Errors: network-library (missing, too old, or not made for threads). */
kamupin_status kp_curl_load(kp_curl *curl, kamupin_error *error);

/** The file with the system's CAs where libcurl has to be told: one that was linked in was built on
 * another system. NULL when libcurl knows, or when there is none. Belongs to the library. */
const char *kp_curl_roots(void);

#endif
