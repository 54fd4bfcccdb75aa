/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   session.h: a session with the service. The person logs in in a browser, with the card, or (older
   portals) with a security word; the library never sees an e-Devlet password. Nothing of a session
   is ever written to disk by the library.

       kamupin_session_options options = KAMUPIN_SESSION_OPTIONS_INIT;
       kamupin_login login = KAMUPIN_LOGIN_INIT;
       options.service = "https://…";
       options.redirect = "http://127.0.0.1:8765/kamupin";
       kamupin_session_new(context, &options, &session, &error);
       kamupin_session_begin(session, NULL, &login);      // show login.application, open login.url
       kamupin_session_complete(session, callback);       // the address the browser came back to
       …
       kamupin_session_end(session);                      // logs out
       kamupin_session_free(&session); */
#ifndef KAMUPIN_SESSION_H
#define KAMUPIN_SESSION_H

#include <kamupin/card.h>
#include <kamupin/secret.h>

KAMUPIN_BEGIN

typedef struct kamupin_session kamupin_session;

/** Ways to log in, as a set. */
typedef enum kamupin_login_method {
    KAMUPIN_LOGIN_BROWSER = 1, /**< at the authorization server's page, behind which e-Devlet is */
    KAMUPIN_LOGIN_CARD = 2,    /**< signed with the card; needs its PIN */
    KAMUPIN_LOGIN_PASSWORD = 4 /**< older portals: number, picture, security word, SMS */
} kamupin_login_method;

/** How the person proved who they are, as the service tells it. */
typedef enum kamupin_assurance {
    KAMUPIN_ASSURANCE_UNKNOWN = 0,
    KAMUPIN_ASSURANCE_PASSWORD = 1,
    KAMUPIN_ASSURANCE_MOBILE_SIGNATURE = 2,
    KAMUPIN_ASSURANCE_E_SIGNATURE = 3,
    KAMUPIN_ASSURANCE_IDENTITY_CARD = 4,
    KAMUPIN_ASSURANCE_BANK = 5
} kamupin_assurance;

/** A number of a person or an organisation. */
typedef enum kamupin_identity_type {
    KAMUPIN_IDENTITY_TCKN = 1,     /**< Turkish identity number, 11 digits with two check digits */
    KAMUPIN_IDENTITY_PASSPORT = 2, /**< letters and digits; nothing to check */
    KAMUPIN_IDENTITY_VKN = 3,      /**< tax number, 10 digits with a check digit */
    KAMUPIN_IDENTITY_DETSIS = 4    /**< number of a public body, 8 digits */
} kamupin_identity_type;

/** A person or an organisation by number. */
typedef struct kamupin_identity {
    size_t size;
    kamupin_identity_type type;
    char number[24];
} kamupin_identity;

#define KAMUPIN_IDENTITY_INIT KAMUPIN_SIZED(kamupin_identity)

/** Receives what a session needs to go on in another process: opaque bytes that hold its tokens and
 *  its key. Called after each login and renewal (also one that failed so that its refresh token
 *  must not be used again), and with `length` 0 when the session has ended.
 *  The bytes are a secret of the application from then on; the library wipes its copy on return.
 *  Threads: the session's. Must not call the library on this session. */
typedef void (*kamupin_session_keep_fn)(void *user, const unsigned char *bytes, size_t length);

/** What a session is made with. */
typedef struct kamupin_session_options {
    size_t size;          /**< sizeof; set by KAMUPIN_SESSION_OPTIONS_INIT */
    const char *service;  /**< base URL of a service that speaks the profile; copied */
    const char *redirect; /**< where the browser comes back to: a loopback address with a port
                               (RFC 8252, 7.3) or a scheme of the application's own (7.1); NULL
                               when no browser login is wanted; copied */
    kamupin_session_keep_fn keep; /**< NULL: tokens live in this handle alone */
    void *keep_user;
    kamupin_cancel *cancel; /**< ends every call of the session; borrowed; may be NULL */
} kamupin_session_options;

#define KAMUPIN_SESSION_OPTIONS_INIT KAMUPIN_SIZED(kamupin_session_options)

#define KAMUPIN_NAME_MAX      513  /**< bytes of a name of 128 characters in UTF-8, with the NUL */
#define KAMUPIN_LOGIN_URL_MAX 2048 /**< bytes of a login's address, with the NUL */

/** A login in the browser that was begun. */
typedef struct kamupin_login {
    size_t size;
    char url[KAMUPIN_LOGIN_URL_MAX]; /**< to be opened in the person's own browser */
    char application_tr[801];        /**< what one logs in to, for display; "" when not told … */
    char application_en[801];
    char address[256]; /**< … and where it lives; the service's own address when not told */
} kamupin_login;

#define KAMUPIN_LOGIN_INIT KAMUPIN_SIZED(kamupin_login)

/** Who is logged in. */
typedef struct kamupin_session_info {
    size_t size;
    char name[KAMUPIN_NAME_MAX];
    char identity[161];          /**< masked by the service */
    kamupin_assurance assurance; /**< how they proved it */
    int seconds_left;            /**< of the session, as the service counts them */
    size_t organisation_count;   /**< for whom they may act: kamupin_session_organisation */
} kamupin_session_info;

#define KAMUPIN_SESSION_INFO_INIT KAMUPIN_SIZED(kamupin_session_info)

/** Prepares a session. Touches no network.
 *  @param session receives the handle; freed with kamupin_session_free before its context
 *  Threads: any; the handle by one at a time, several handles of one context in parallel.
 *  Errors: invalid-argument, url-refused, network-library, no-memory, crypto, secret-full,
 *  forked. */
KAMUPIN_API kamupin_status kamupin_session_new(kamupin_context *context,
                                               const kamupin_session_options *options,
                                               kamupin_session **session, kamupin_error *error);

/** Wipes and frees; does not log out (kamupin_session_end does). NULL is fine. Errors: none. */
KAMUPIN_API void kamupin_session_free(kamupin_session **session);

/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_session_error(const kamupin_session *session, kamupin_error *error);

/** Which ways to log in the service offers: kamupin_login_method bits. Asks the service once.
 *  Errors: network-*, tls-*, service-*, client-too-old. */
KAMUPIN_API kamupin_status kamupin_session_methods(kamupin_session *session, unsigned int *methods);

/** Begins a login in the browser: a new state, a new PKCE verifier. Called again it begins anew, and
 *  the login before is void.
 *  @param carry the application's own word, such as the order it will go on with; at most 127 bytes
 *         of UTF-8, no secret; comes back from kamupin_session_carried after the login (A10). NULL
 *         for none
 *  Errors: login-not-offered, wrong-state (no redirect was given), those of the network. */
KAMUPIN_API kamupin_status kamupin_session_begin(kamupin_session *session, const char *carry,
                                                 kamupin_login *login);

/** Completes it with the address that the browser came back to, or that the person pasted (blanks
 *  around it are taken off).
 *  Errors: wrong-state, callback-malformed, login-redirect-mismatch, login-state-mismatch,
 *  login-issuer-mismatch (nothing is sent in any of these, and the login still waits),
 *  login-cancelled, login-refused, login-grant-refused, those of the network. */
KAMUPIN_API kamupin_status kamupin_session_complete(kamupin_session *session, const char *callback);

/** What kamupin_session_begin was given to carry; "" for nothing. Valid until the next begin, the end
 *  or the free of the session. */
KAMUPIN_API const char *kamupin_session_carried(const kamupin_session *session);

/** Whether a login with this card would be refused before its PIN is used: to be asked before a
 *  person is asked for a PIN. Asks the service how one logs in.
 *  @param risk kamupin_pin_risk values; UNPROVEN is not needed where the service vouches for how such
 *         cards sign
 *  Errors: login-not-offered, those of kamupin_card_sign_ready and of the network. */
KAMUPIN_API kamupin_status kamupin_session_login_card_ready(kamupin_session *session,
                                                            kamupin_card *card, unsigned int risk);

/** Logs in with the card: it signs an assertion (RFC 7523) with the key of its signing certificate.
 *  @param pin kind PIN; given to the card alone, under the retry guard
 *  @param risk as for kamupin_session_login_card_ready
 *  Errors: login-not-offered, login-card-refused, those of kamupin_sign and of the network. */
KAMUPIN_API kamupin_status kamupin_session_login_card(kamupin_session *session, kamupin_card *card,
                                                      const kamupin_secret *pin, unsigned int risk);

/** Lends the session to another process of the same person: gives `take` what kamupin_session_restore
 *  goes on with there until the access token runs out. The refresh token stays here, so that nobody
 *  else uses it.
 *  @param seconds the access token is renewed first when it has fewer left
 *  @param take called once, during the call; NULL is not allowed
 *  Errors: login-required, session-expired, those of the network. */
KAMUPIN_API kamupin_status kamupin_session_lend(kamupin_session *session, int seconds,
                                                kamupin_session_keep_fn take, void *user);

/** Goes on with what kamupin_session_keep_fn was given. The session gets the kept one's key.
 *  Errors: invalid-argument (not such bytes, or of another service), session-expired. */
KAMUPIN_API kamupin_status kamupin_session_restore(kamupin_session *session,
                                                   const unsigned char *bytes, size_t length);

/** Who is logged in. Asks the service.
 *  Errors: login-required, session-expired, session-ended, those of the network. */
KAMUPIN_API kamupin_status kamupin_session_info_get(kamupin_session *session,
                                                    kamupin_session_info *info);

/** One of the organisations of the last kamupin_session_info_get.
 *  @param name receives its name in UTF-8 with the NUL (KAMUPIN_NAME_MAX is room for each), ""
 *         when the service said none; may be NULL
 *  Errors: invalid-argument, also for an index beyond the last or too little room. */
KAMUPIN_API kamupin_status kamupin_session_organisation(const kamupin_session *session,
                                                        size_t index, kamupin_identity *identity,
                                                        char *name, size_t name_size);

/** Renews the session now. Every other call does so by itself when its token has run out; each
 *  refresh token is used once.
 *  Errors: login-required, session-expired, those of the network. */
KAMUPIN_API kamupin_status kamupin_session_renew(kamupin_session *session);

/** Logs out: the service ends the web session and what grew from it and has not reached a card; the
 *  tokens are wiped, in this handle in any case, and revoked where they came from: a token that was
 *  lent or kept without a refresh token does not say so, and is given to no other server.
 *  Errors: those of the network; the session is over here all the same. */
KAMUPIN_API kamupin_status kamupin_session_end(kamupin_session *session);

/** Whether a number is one of its type: digits, length, check digits (TCKN and VKN).
 *  @param identity the number as typed, without blanks; of a passport in capitals
 *  @param error receives the reason; may be NULL. Never holds the number
 *  Threads: any. Sends nothing.
 *  Errors: identity-malformed, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_identity_check(const kamupin_identity *identity,
                                                  kamupin_error *error);

KAMUPIN_END
#endif
