/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   callback.h: the address that a browser comes back to after a login: which ones an application may
   have, and what one that came, or was pasted, says. Speaks to nobody. */
#ifndef KP_AUTH_CALLBACK_H
#define KP_AUTH_CALLBACK_H

#include <core/context.h>

#define KP_CALLBACK_MAX      4096 /* bytes of a callback, as it was pasted */
#define KP_CALLBACK_CODE_MAX 1024

/** ok for a loopback address with a port and a path ("http://127.0.0.1:8765/kamupin", "http://[::1]:…";
 * RFC 8252, 7.3), or a scheme of the application's own, which has a dot in it (7.1). Errors:
 * url-refused. */
kamupin_status kp_redirect_check(const char *redirect, kamupin_error *error);

/** What an authorization server answered through the browser (RFC 6749, 4.1.2; RFC 9207). */
typedef struct kp_callback {
    char code[KP_CALLBACK_CODE_MAX]; /* "" when there is none; a secret until it was used */
    char state[128];
    char issuer[256];
    char error[64];
} kp_callback;

/** What is checked before anything is sent. */
typedef struct kp_expected {
    const char *redirect;
    const char *state;
    const char *issuer;
    bool issuer_wanted; /* the server says that it names itself: a callback without is another's */
} kp_expected;

/** Takes a callback apart and compares it: exactly, the state in constant time. Blanks, line ends,
 * quotes and angle brackets around a pasted one are taken off. ok: `callback` holds a code, or an
 * error of the authorization server. The caller wipes it in any case.
 * Errors: callback-malformed, login-redirect-mismatch, login-state-mismatch, login-issuer-mismatch. */
kamupin_status kp_callback_read(const char *text, const kp_expected *expected,
                                kp_callback *callback, kamupin_error *error);

#endif
