/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   consent.h: the e-consent ("E-Onay"): signed once with the card, so that later applications need no
   signature.

       status = kamupin_consent_new(session, KAMUPIN_TURKISH, &consent, &error);
       kamupin_consent_text(consent, &text, &length);                // to be shown and read
       status = kamupin_consent_sign(consent, card, pin, 0, &info);  // signs and submits it
       kamupin_consent_free(&consent); */
#ifndef KAMUPIN_CONSENT_H
#define KAMUPIN_CONSENT_H

#include <kamupin/lifecycle.h>
#include <kamupin/sign.h>

KAMUPIN_BEGIN

typedef struct kamupin_consent kamupin_consent;

/** Where the consent stands. */
typedef enum kamupin_consent_state {
    KAMUPIN_CONSENT_NONE = 1,
    KAMUPIN_CONSENT_PENDING = 2, /**< a text was given out, and not signed yet */
    KAMUPIN_CONSENT_ACCEPTED = 3,
    KAMUPIN_CONSENT_REFUSED = 4
} kamupin_consent_state;

/** A state's stable word: "none", "pending", "accepted", "refused".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_consent_state_name(kamupin_consent_state state);

/** How a person's e-consent stands. */
typedef struct kamupin_consent_info {
    size_t size; /**< sizeof; set by KAMUPIN_CONSENT_INFO_INIT */
    kamupin_consent_state state;
    int64_t at; /**< seconds since 1970 of the last change; 0 for none */
} kamupin_consent_info;

#define KAMUPIN_CONSENT_INFO_INIT KAMUPIN_SIZED(kamupin_consent_info)

/** Where the person's consent stands.
 *  Threads: the session's. Errors: login-required, session-*, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_consent_status(kamupin_session *session,
                                                  kamupin_consent_info *info);

/** Gets the text to be signed.
 *  @param language of the text, where the service has it; else it comes in the service's own
 *  @param consent receives the handle; freed with kamupin_consent_free before its session
 *  Errors: consent-given, login-required, session-*, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_consent_new(kamupin_session *session, kamupin_language language,
                                               kamupin_consent **consent, kamupin_error *error);
/** Frees and nulls; nothing is told to the service. NULL is fine. */
KAMUPIN_API void kamupin_consent_free(kamupin_consent **consent);
/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_consent_error(const kamupin_consent *consent, kamupin_error *error);

/** The very bytes that will be signed, UTF-8 text; live as long as the handle.
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_consent_text(const kamupin_consent *consent,
                                                const unsigned char **text, size_t *length);
/** Seconds until the text is too old to be submitted; -1 for NULL. */
KAMUPIN_API int kamupin_consent_seconds_left(const kamupin_consent *consent);

/** Signs the text with the card (cms.h) and submits it. When the answer is lost, the same signature
 *  is submitted again by the next call, and the card is not asked anew.
 *  @param pin kind PIN; not looked at when a signature is there already
 *  @param risk kamupin_pin_risk values
 *  @param info receives where the consent stands now; may be NULL
 *  Errors: those of kamupin_card_cms, signature-refused, consent-expired, consent-given, network-*. */
KAMUPIN_API kamupin_status kamupin_consent_sign(kamupin_consent *consent, kamupin_card *card,
                                                const kamupin_secret *pin, unsigned int risk,
                                                kamupin_consent_info *info);

KAMUPIN_END
#endif
