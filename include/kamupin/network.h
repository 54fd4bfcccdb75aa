/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   network.h: the way to the service: a proxy that wants a login, and which hosts were contacted. All
   else of it (proxy, trusted CAs, pinned keys, times) is said when the context is made, in
   context.h. */
#ifndef KAMUPIN_NETWORK_H
#define KAMUPIN_NETWORK_H

#include <kamupin/secret.h>

KAMUPIN_BEGIN

/** Gives the proxy's user and password, for a proxy that asks for them (Basic or Digest, whichever
 *  is the better one that it offers). They count from the next request on, for a proxy of the
 *  options and of the environment alike, but for one whose address in the environment has a login of
 *  its own. A proxy at an http:// address that asks for Basic is given them as they are, readable on
 *  the way to it; one at an https:// address is not.
 *
 *      kamupin_context_proxy_login(context, "ayse", password, &error);
 *      kamupin_secret_free(&password);
 *
 *  @param user UTF-8, copied; NULL: no login any more, `password` is not looked at
 *  @param password of kind proxy password, copied; stays the caller's
 *  Threads: any.
 *  Errors: invalid-argument, secret-kind, secret-full, no-memory, forked. */
KAMUPIN_API kamupin_status kamupin_context_proxy_login(kamupin_context *context, const char *user,
                                                       const kamupin_secret *password,
                                                       kamupin_error *error);

/** A host that a context has sent requests to, or tried to. */
typedef struct kamupin_host {
    size_t size;         /**< sizeof; set by KAMUPIN_HOST_INIT */
    char name[256];      /**< as in the service's address, in lower case */
    unsigned int port;   /**< TCP */
    char address[46];    /**< the IP address last connected to, the proxy's where there was one; ""
                           when no connection was made */
    bool proxied;        /**< the last request went by way of a proxy */
    unsigned int count;  /**< requests begun */
    kamupin_status last; /**< how the last one that has ended did: ok for any HTTP answer */
    int http_status;     /**< of the last answer; 0 when none came yet */
} kamupin_host;

#define KAMUPIN_HOST_INIT KAMUPIN_SIZED(kamupin_host)

/** How many hosts the context has contacted. 0 for NULL. It never gets smaller; more than 64 are not
 *  noted. Threads: any. Errors: none. */
KAMUPIN_API size_t kamupin_context_host_count(kamupin_context *context);

/** One of the hosts contacted, as of now, in the order of their first request.
 *  @param index below kamupin_context_host_count
 *  @param host filled; its size is set by the caller
 *  Threads: any. Errors: invalid-argument, forked. */
KAMUPIN_API kamupin_status kamupin_context_host(kamupin_context *context, size_t index,
                                                kamupin_host *host, kamupin_error *error);

KAMUPIN_END
#endif
