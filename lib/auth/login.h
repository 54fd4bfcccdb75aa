/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login.h: what a session remembers of its login at an authorization server: the one that waits for
   its callback, the refresh token, and the server itself. For auth/ alone. */
#ifndef KP_AUTH_LOGIN_H
#define KP_AUTH_LOGIN_H

#include <auth/form.h>
#include <auth/server.h>
#include <auth/tokens.h>
#include <service/session.h>

#define KP_CARRY_MAX 128 /* bytes with the NUL */

/** session->login. */
typedef struct kp_login {
    kp_server server;
    char state[KP_RANDOM_TEXT]; /* "": no login waits */
    kamupin_secret *verifier;   /* of the login that waits */
    char carry[KP_CARRY_MAX];
    kamupin_secret *refresh; /* NULL: none was granted, or it was used */
} kp_login;

/** The session's, made when there is none. Errors: no-memory. */
kamupin_status kp_login_of(kamupin_session *session, kp_login **login, kamupin_error *error);

/** The same, with its authorization server known, when the service offers this way to log in
 * (`method`; 0: whatever way it was). Errors: login-not-offered, those of the network. */
kamupin_status kp_login_ready(kamupin_session *session, unsigned int method, kp_login **login,
                              kamupin_error *error);

/** The login that waits is over. */
void kp_login_drop(kp_login *login);

/** Takes over what was granted. */
void kp_login_granted(kamupin_session *session, kp_tokens *tokens);

/** Takes over what was kept, or lent. */
void kp_login_restored(kamupin_session *session, kp_tokens *tokens);

/** Has the application keep a session that was just logged in; what cannot be kept is logged, and no
 * reason to lose the login. */
void kp_login_kept(kamupin_session *session);

/** Gives `keep` (may be NULL) what a session needs to go on, with its refresh token or without. */
kamupin_status kp_login_keep(kamupin_session *session, bool refresh, kamupin_session_keep_fn keep,
                             void *user, kamupin_error *error);

/** Logs in: asks the token endpoint by `form`, to which it adds the client, puts what it grants into
 * the session and has the application keep it; wipes the form. Errors: what `grant` was refused for, those of kp_server_post and
 * kp_tokens_read. */
kamupin_status kp_login_request(kamupin_session *session, kp_login *login, kp_grant grant,
                                kp_buffer *form, kamupin_error *error);

/** session->renew: a new access token for the refresh token. */
kamupin_status kp_login_renew(kamupin_session *session, kamupin_error *error);

#endif
