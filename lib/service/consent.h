/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   consent.h: the calls of a session that are about applications: the e-consent, a person's
   applications, and the lists that authorised persons sign. What is signed comes and goes as bytes;
   no card is touched. */
#ifndef KP_SERVICE_CONSENT_H
#define KP_SERVICE_CONSENT_H

#include <kamupin/application.h>
#include <kamupin/consent.h>
#include <service/session.h>

#define KP_CONTENT_MAX   27000 /* bytes to be signed */
#define KP_DOCUMENT_MAX  32768 /* bytes of a form */
#define KP_SIGNATURE_MAX 45000 /* bytes of a signature with what it signs */

/** Appends a signature as the body of its call. */
void kp_put_signature(kp_buffer *body, const unsigned char *der, size_t length);

/* ---- the consent ---- */

/** A text to be signed. */
typedef struct kp_consent_text {
    char consent_id[64];
    kp_buffer content; /* with room for KP_CONTENT_MAX */
    int64_t deadline_ms;
} kp_consent_text;

/** Where it stands. Errors: those of kp_session_call. */
kamupin_status kp_consent_look(kamupin_session *session, kamupin_consent_info *info,
                               kamupin_error *error);

/** Gets the text, in that language where the service has it. Errors: consent-given, those of
 * kp_session_call. */
kamupin_status kp_consent_begin(kamupin_session *session, kamupin_language language,
                                kp_consent_text *text, kamupin_error *error);

/** Hands in its signature. Errors: consent-expired, consent-given, signature-refused, … */
kamupin_status kp_consent_submit(kamupin_session *session, const char *consent_id,
                                 const unsigned char *der, size_t length,
                                 kamupin_consent_info *info, kamupin_error *error);

/* ---- applications ---- */

/** Reads "reason" of an application or of a list's row. */
kamupin_application_reason kp_call_application_reason(kp_fields fields);

#define KP_APPLICATIONS_MAX 32

/** The person's applications. `infos` has room for KP_APPLICATIONS_MAX. */
kamupin_status kp_application_all(kamupin_session *session, kamupin_application_info *infos,
                                  size_t *count, kamupin_error *error);

/** One of them; `document` (NULL is fine) receives its form. Errors: application-unknown, … */
kamupin_status kp_application_look(kamupin_session *session, const char *application_id,
                                   kamupin_application_info *info, kp_buffer *document,
                                   kamupin_error *error);

/** Hands its form in, a JSON object. Errors: invalid-argument for any other text;
 * application-unknown, application-state, document-refused, … */
kamupin_status kp_application_submit(kamupin_session *session, const char *application_id,
                                     const char *schema_id, const char *json, size_t length,
                                     kamupin_application_info *info, kamupin_error *error);

/* ---- lists for authorised persons ---- */

#define KP_LISTS_MAX        32
#define KP_ROWS_OF_LIST_MAX 200

/** A list with its rows and the bytes to be signed. */
typedef struct kp_list {
    kamupin_authorised_info info;
    kamupin_authorised_row *rows; /* info.entries of them */
    kp_buffer content;            /* with room for KP_CONTENT_MAX */
} kp_list;

void kp_list_drop(kp_list *list);

/** The lists. `infos` has room for KP_LISTS_MAX. Errors: role-refused, … */
kamupin_status kp_list_all(kamupin_session *session, kamupin_authorised_info *infos, size_t *count,
                           kamupin_error *error);

/** One of them. What is to be signed has to say what its rows say, and to have its SHA-256. Errors:
 * list-unknown, role-refused, … */
kamupin_status kp_list_look(kamupin_session *session, const char *list_id, kp_list *list,
                            kamupin_error *error);

/** Hands in its signature. Errors: list-signed, list-changed, signature-refused, … */
kamupin_status kp_list_submit(kamupin_session *session, const char *list_id,
                              const unsigned char *der, size_t length,
                              kamupin_authorised_info *info, kamupin_error *error);

#endif
