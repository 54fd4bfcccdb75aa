/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   secret.h: secrets are a type. A secret has a kind and lives in locked, guard-paged memory that is
   kept out of core dumps and wiped on free and in a forked child. It can be typed into, byte by
   byte, for on-screen keypads; it cannot be read back. A call that is given the wrong kind refuses,
   so a verification code can never reach a card as a PIN.

       kamupin_secret *pin = NULL;
       kamupin_secret_new(context, KAMUPIN_SECRET_PIN, &pin, &error);
       kamupin_secret_append(pin, "1", 1);
       …
       kamupin_secret_free(&pin); */
#ifndef KAMUPIN_SECRET_H
#define KAMUPIN_SECRET_H

#include <kamupin/context.h>

KAMUPIN_BEGIN

typedef struct kamupin_secret kamupin_secret;

/** What a secret is. The kinds above KAMUPIN_SECRET_OWN are made by the library alone: in
 *  particular no program and no person can hand it a PUK. */
typedef enum kamupin_secret_kind {
    KAMUPIN_SECRET_PIN = 1,               /**< the card's PIN, old or new ("e-imza şifresi") */
    KAMUPIN_SECRET_VERIFICATION_CODE = 2, /**< the web page's ("sayfadaki doğrulama kodu") */
    KAMUPIN_SECRET_SMS_CODE = 3, /**< the code that the phone received ("SMS doğrulama kodu") */
    KAMUPIN_SECRET_WEB_PASSWORD = 4,  /**< of the online services ("WEB parola") */
    KAMUPIN_SECRET_SECURITY_WORD = 5, /**< of older portals ("güvenlik sözcüğü"); not the PIN */
    KAMUPIN_SECRET_PROXY_PASSWORD = 6,
    KAMUPIN_SECRET_OWN = 64,          /**< not a kind: first of those that only the library makes */
    KAMUPIN_SECRET_ACCESS_TOKEN = 65, /**< an operation token */
    KAMUPIN_SECRET_REPORT_TICKET = 66, /**< for reporting one operation's outcome alone */
    KAMUPIN_SECRET_CARD_SESSION = 68,  /**< the keys of secure messaging with a card */
    KAMUPIN_SECRET_REFRESH_TOKEN = 69, /**< renews a session */
    KAMUPIN_SECRET_PKCE_VERIFIER = 70, /**< of one login (RFC 7636) */
    KAMUPIN_SECRET_ISSUED_PIN = 71,  /**< as an older portal shows it once; never goes to a card */
    KAMUPIN_SECRET_CONFIRMATION = 72 /**< of one revocation that was prepared */
} kamupin_secret_kind;

/** The most bytes a secret holds. */
#define KAMUPIN_SECRET_MAX 1000

/** Makes an empty secret.
 *  @param kind one below KAMUPIN_SECRET_OWN
 *  @param secret receives the handle; the caller frees it with kamupin_secret_free, before the
 *          context
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: any; one secret by one thread at a time.
 *  Errors: invalid-argument, secret-full, forked. */
KAMUPIN_API kamupin_status kamupin_secret_new(kamupin_context *context, kamupin_secret_kind kind,
                                              kamupin_secret **secret, kamupin_error *error);

/** Wipes and frees a secret and sets the caller's pointer to NULL. NULL is fine.
 *  Errors: none. */
KAMUPIN_API void kamupin_secret_free(kamupin_secret **secret);

/** Appends bytes (UTF-8 or digits). The caller's copy is the caller's to wipe.
 *  Errors: invalid-argument, secret-full (nothing is appended then), forked. */
KAMUPIN_API kamupin_status kamupin_secret_append(kamupin_secret *secret, const char *bytes,
                                                 size_t length);

/** Takes the last character (a whole UTF-8 character) away; an empty secret stays empty.
 *  Errors: none. */
KAMUPIN_API void kamupin_secret_backspace(kamupin_secret *secret);

/** Wipes the content; the secret is empty and usable again.
 *  Errors: none. */
KAMUPIN_API void kamupin_secret_clear(kamupin_secret *secret);

/** Bytes held, for showing as many dots. 0 for NULL.
 *  Errors: none. */
KAMUPIN_API size_t kamupin_secret_length(const kamupin_secret *secret);

/** What a secret that was typed looks like, by its digits and letters: for an application that has
 *  fields of its own and wants to warn before anything is sent. The page's verification code typed
 *  where another program asks for a PUK looks like KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE: three such
 *  tries make a card unusable for good. Calls of this library note it themselves in
 *  kamupin_error.looks_like.
 *  Threads: the secret's. Errors: none (LOOKS_LIKE_NOTHING, also for NULL). */
KAMUPIN_API kamupin_look kamupin_secret_looks_like(const kamupin_secret *secret);

KAMUPIN_END
#endif
