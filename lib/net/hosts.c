/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   hosts.c: the hosts that a context has contacted, under the context's lock. Touches no network. */
#include <net/hosts.h>

#include <core/fail.h>
#include <core/words.h>
#include <net/proxy.h>

#include <stdlib.h>
#include <string.h>

#define HOSTS_MAX 64 /* a service, its authorization server, and room for what may come */

struct kp_hosts {
    kamupin_host host[HOSTS_MAX];
    size_t count;
};

static void free_hosts(struct kp_hosts *hosts)
{
    free(hosts);
}

/* The row of a host, made when it is the first time; NULL when there is no room. Under the lock. */
static kamupin_host *find(kamupin_context *context, const kamupin_host *seen)
{
    if (context->hosts == NULL) {
        context->hosts = calloc(1, sizeof *context->hosts);
        context->hosts_free = free_hosts;
    }
    struct kp_hosts *hosts = context->hosts;
    if (hosts == NULL)
        return NULL;
    for (size_t i = 0; i < hosts->count; i++)
        if (hosts->host[i].port == seen->port && strcmp(hosts->host[i].name, seen->name) == 0)
            return &hosts->host[i];
    if (hosts->count == HOSTS_MAX)
        return NULL;
    kamupin_host *row = &hosts->host[hosts->count++];
    *row = *seen;
    return row;
}

/* Host and port of an absolute URL; an empty name for what is none. */
static void read_url(const kp_curl *curl, const char *url, kamupin_host *seen)
{
    CURLU *parts = curl->url();
    char *host = NULL, *port = NULL;

    if (parts != NULL && curl->url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl->url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl->url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
        strlen(host) < sizeof seen->name) {
        for (size_t i = 0; host[i] != '\0'; i++)
            seen->name[i] = kp_words_small(host[i]);
        seen->port = (unsigned int)strtoul(port, NULL, 10);
    }
    curl->free(host);
    curl->free(port);
    curl->url_cleanup(parts);
}

void kp_hosts_begin(kamupin_context *context, const kp_curl *curl, const char *url,
                    kamupin_host *seen)
{
    read_url(curl, url, seen);
    pthread_mutex_lock(&context->lock);
    kamupin_host *row = find(context, seen);
    if (row != NULL)
        row->count++;
    pthread_mutex_unlock(&context->lock);
}

bool kp_hosts_by_proxy(const kamupin_context *context, const kp_curl *curl, CURL *easy,
                       const kamupin_host *seen)
{
    long tunnel = 0, port = 0;

    curl->easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &tunnel);
    curl->easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    return tunnel != 0 || (port != 0 && (unsigned int)port != seen->port) ||
           kp_proxy_named(context);
}

void kp_hosts_end(kamupin_context *context, const kp_curl *curl, CURL *easy, kamupin_status status,
                  kamupin_host *seen)
{
    long http_status = 0;
    char *address = NULL;

    curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &http_status);
    curl->easy_getinfo(easy, CURLINFO_PRIMARY_IP, &address);
    bool by_proxy =
        kp_hosts_by_proxy(context, curl, easy, seen) || status == KAMUPIN_E_NETWORK_PROXY;
    pthread_mutex_lock(&context->lock);
    kamupin_host *row = find(context, seen);
    if (row != NULL) {
        row->last = status;
        row->proxied = by_proxy;
        if (address != NULL && address[0] != '\0' && strlen(address) < sizeof row->address)
            memcpy(row->address, address, strlen(address) + 1);
        if (http_status != 0)
            row->http_status = (int)http_status;
    }
    pthread_mutex_unlock(&context->lock);
}

size_t kamupin_context_host_count(kamupin_context *context)
{
    size_t count = 0;

    if (kp_context_check(context, NULL) != KAMUPIN_OK)
        return 0;
    pthread_mutex_lock(&context->lock);
    if (context->hosts != NULL)
        count = context->hosts->count;
    pthread_mutex_unlock(&context->lock);
    return count;
}

kamupin_status kamupin_context_host(kamupin_context *context, size_t index, kamupin_host *host,
                                    kamupin_error *error)
{
    kamupin_status status = kp_context_check(context, error);

    if (status != KAMUPIN_OK)
        return status;
    if (host == NULL || host->size != sizeof *host)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                       "no record, or one of another size");
    pthread_mutex_lock(&context->lock);
    bool found = context->hosts != NULL && index < context->hosts->count;
    if (found)
        *host = context->hosts->host[index];
    pthread_mutex_unlock(&context->lock);
    return found ? KAMUPIN_OK
                 : kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                           "no host has this number");
}
