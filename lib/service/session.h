/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.h: what a session is to the rooms that call the service with it (code/, factor/,
   unblock/, auth/): a kp_service that holds the session's key and access token, and a way to renew
   the token, which auth/ fills in. */
#ifndef KP_SERVICE_SESSION_H
#define KP_SERVICE_SESSION_H

#include <kamupin/session.h>
#include <service/client.h>

struct kamupin_session {
    kamupin_context *context;
    kamupin_error error; /* of the last call on the handle */
    kp_service
        *service; /* its key is the session's; its token the access token, NULL: logged out */
    int64_t deadline_ms; /* of the access token, on the context's clock */
    kamupin_cancel *cancel;
    /* Gets a new access token; NULL where there is nothing to renew with (password login). */
    kamupin_status (*renew)(kamupin_session *session, kamupin_error *error);
    void *login; /* auth/'s own: how it logged in, tokens, the login that was begun */
    void (*login_free)(kamupin_session *session);
};

/** One call with the session's right: renews a token that has run out, and once when the service says
 * session-expired. `body` NULL for GET. Errors: login-required, session-expired, session-ended, those
 * of kp_call_make. */
kamupin_status kp_session_call(kamupin_session *session, const char *path, const kp_buffer *body,
                               kp_answer *answer, kamupin_error *error);

#endif
