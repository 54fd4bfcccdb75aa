/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   password.h: the password login of older portals ("Şifreli Giriş"): identity number or passport, the
   characters of a picture, the security word, then an SMS code. Only where the service offers it
   (kamupin_session_methods); else every call answers login-not-offered, and nothing but the metadata
   was asked for. The security word is not the PIN, and the library never reads the picture: a person
   does.

       kamupin_password_captcha(session, &picture);           // show picture.image; again: another
       kamupin_password_begin(session, &who, typed, word, &phone);  // shows phone.destination
       kamupin_password_sms(session, &sms);                    // the person said: send it
       kamupin_password_confirm(session, code);                // logged in */
#ifndef KAMUPIN_PASSWORD_H
#define KAMUPIN_PASSWORD_H

#include <kamupin/operation.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

/** A picture whose characters a person reads. */
typedef struct kamupin_captcha {
    size_t size;                /**< sizeof; set by KAMUPIN_CAPTCHA_INIT */
    const unsigned char *image; /**< the session's, until the next picture or its end */
    size_t length;              /**< bytes of it */
    char media_type[32];        /**< "image/png" */
    int seconds_left;           /**< until it is of no use */
} kamupin_captcha;

#define KAMUPIN_CAPTCHA_INIT KAMUPIN_SIZED(kamupin_captcha)

/** Where the service reaches the person, as far as it shows that. */
typedef struct kamupin_contact {
    size_t size; /**< sizeof; set by KAMUPIN_CONTACT_INIT */
    char destination
        [KAMUPIN_DESTINATION_MAX]; /**< a phone or an e-mail address, masked by the service */
    int seconds_left;              /**< of the login that was begun; -1 when no time runs */
} kamupin_contact;

#define KAMUPIN_CONTACT_INIT KAMUPIN_SIZED(kamupin_contact)

/** Asks for a picture; called again, for another one in its place.
 *  @param captcha receives it, size set by the caller
 *  Threads: the session's.
 *  Errors: invalid-argument, login-not-offered, rate-limited, client-too-old, no-memory, network-*,
 *  tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_password_captcha(kamupin_session *session,
                                                    kamupin_captcha *captcha);

/** Says who wants to log in. A picture works once: after an answer of the service, whichever, a new
 *  one is needed. No SMS is sent yet.
 *  @param who of type TCKN or PASSPORT; checked here first (kamupin_identity_check)
 *  @param captcha_answer what the person read in the picture, UTF-8
 *  @param word kind SECURITY_WORD, UTF-8; a Turkish letter that was typed as two characters is sent
 *         as one
 *  @param phone receives where the SMS would go, size set by the caller; may be NULL
 *  Threads: the session's.
 *  Errors: invalid-argument, identity-malformed, secret-kind, wrong-state (no picture was asked for),
 *  captcha-wrong for an empty answer and security-word-wrong for an empty word: nothing is sent in
 *  these. captcha-wrong, captcha-expired, security-word-wrong (tries_left), rate-limited,
 *  login-not-offered, network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_password_begin(kamupin_session *session,
                                                  const kamupin_identity *who,
                                                  const char *captcha_answer,
                                                  const kamupin_secret *word,
                                                  kamupin_contact *phone);

/** Has the SMS code sent, once the person said so; called again, a new one (the old one dies).
 *  @param sms receives what the service says, size set by the caller; may be NULL
 *  Threads: the session's.
 *  Errors: wrong-state (nothing was begun), sms-resend-too-soon (wait_seconds; nothing is sent),
 *  phone-out-of-date, sms-code-exhausted, session-expired (the login's time is over: begin anew),
 *  network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_password_sms(kamupin_session *session, kamupin_factor *sms);

/** Gives the SMS code; then the person is logged in. Such a session cannot be renewed.
 *  @param code kind SMS_CODE
 *  Threads: the session's.
 *  Errors: wrong-state (no SMS was sent), secret-kind, sms-code-malformed and sms-code-expired
 *  (nothing is sent), sms-code-wrong (tries_left), sms-code-exhausted and session-expired (begin
 *  anew), network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_password_confirm(kamupin_session *session,
                                                    const kamupin_secret *code);

/** Asks for a link to the e-mail address on file, where a new security word is made on the web. An
 *  unknown person gets the same answer. Uses the picture up as kamupin_password_begin does.
 *  @param mail receives where the link goes, masked, size set by the caller; may be NULL
 *  Threads: the session's.
 *  Errors: those of kamupin_password_begin, but for the word's. */
KAMUPIN_API kamupin_status kamupin_password_reset(kamupin_session *session,
                                                  const kamupin_identity *who,
                                                  const char *captcha_answer,
                                                  kamupin_contact *mail);

KAMUPIN_END
#endif
