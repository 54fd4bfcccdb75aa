/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   fetch.h: what certification authorities publish for everybody, OCSP answers and CRLs, whose
   addresses stand in certificates. They are signed by who made them, so http:// is as good as
   https:// here; of https:// the TLS rules of every connection hold, pins too. Apart from the
   service's exchanges: a handle of its own, no redirects, bounded. */
#ifndef KP_NET_FETCH_H
#define KP_NET_FETCH_H

#include <net/http.h>

/** Whether this is an address that can be asked: "http://" or "https://", a host, no user, no
 * fragment, visible ASCII, shorter than KP_URL_MAX. Others (ldap://) are nobody's to ask here. */
bool kp_fetch_knows(const char *url);

/** What is asked for. */
typedef struct kp_fetch_wish {
    const char *url;
    const char *type;      /* media type of the body that is sent; NULL: none is, by GET */
    const kp_buffer *body; /* sent by POST */
    const char *accept;    /* media type that is wanted */
    size_t most;           /* bytes of the answer */
    int file;              /* a descriptor that it is written to; -1: into the answer */
    int64_t deadline_ms, patience_ms; /* as in kp_http_request */
} kp_fetch_wish;

/** One exchange over a handle of kp_http_new_public. ok means an answer of HTTP status 200: `answer`
 * (NULL with a file) has its body. Another HTTP status is `otherwise`, with error->http_status.
 * `cancel` may be NULL. Errors: those of kp_http_exchange; url-refused; network-proxy (407);
 * state-folder when the file cannot be written. */
kamupin_status kp_fetch(kp_http *http, const kp_fetch_wish *wish, kamupin_status otherwise,
                        kamupin_cancel *cancel, kp_buffer *answer, kamupin_error *error);

#endif
