/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   portal.h: the calls of the password login of older portals. Who logs in has no token yet: the
   proof's key becomes the session's. */
#ifndef KP_SERVICE_PORTAL_H
#define KP_SERVICE_PORTAL_H

#include <service/session.h>

#define KP_CAPTCHA_MAX 30000

/** A picture. */
typedef struct kp_captcha {
    char id[64]; /* "" for none */
    char media_type[32];
    unsigned char *image; /* freed by its owner */
    size_t length;
    int64_t deadline_ms;
} kp_captcha;

/** What is said with a picture. Texts are as typed, in NFC. */
typedef struct kp_portal_person {
    const char *captcha_id;
    const kp_buffer *captcha_answer;
    const kamupin_identity *identity;
    const kp_buffer *word; /* NULL to ask for a new one */
} kp_portal_person;

/** A login that was begun. */
typedef struct kp_portal_login {
    char id[64]; /* "" for none */
    char destination[KAMUPIN_DESTINATION_MAX];
    int64_t deadline_ms;
} kp_portal_login;

/** Gets a picture; `replaces` is the one that it replaces, "" for none. Errors: login-not-offered, … */
kamupin_status kp_portal_captcha(kp_service *service, const char *replaces, kp_captcha *captcha,
                                 kamupin_error *error);
/** Begins a login. Errors: captcha-*, security-word-wrong, … */
kamupin_status kp_portal_begin(kp_service *service, const kp_portal_person *person,
                               kp_portal_login *login, kamupin_error *error);
/** Has the SMS sent, or a new one. Errors: session-expired for a login that is over, … */
kamupin_status kp_portal_sms(kp_service *service, const char *login_id, kp_factor_begun *sms,
                             kamupin_error *error);
/** Gives the SMS code; `token` receives the session's. Errors: sms-code-*, … */
kamupin_status kp_portal_confirm(kp_service *service, const char *login_id,
                                 const kamupin_secret *code, kamupin_secret **token,
                                 int64_t *deadline_ms, kamupin_error *error);
/** Asks for a new security word. `destination` receives KAMUPIN_DESTINATION_MAX bytes. */
kamupin_status kp_portal_reset(kp_service *service, const kp_portal_person *person,
                               char *destination, kamupin_error *error);

#endif
