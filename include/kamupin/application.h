/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   application.h: a person's applications for certificates, also those that their institution has
   begun for them ("pre-application"); and, for authorised persons, the lists of applications that
   they sign. Forms are JSON documents of the service's own: the library carries them and knows
   nothing of their fields.

       kamupin_application_list(session, &count);
       for (size_t i = 0; kamupin_application_listed(session, i, &info) == KAMUPIN_OK; i++)
           printf("%s %s\n", info.application_id, kamupin_application_state_name(info.state)); */
#ifndef KAMUPIN_APPLICATION_H
#define KAMUPIN_APPLICATION_H

#include <kamupin/lifecycle.h>
#include <kamupin/sign.h>

KAMUPIN_BEGIN

/** Where an application stands. */
typedef enum kamupin_application_state {
    KAMUPIN_APPLICATION_PENDING = 1, /**< begun by the institution; the form waits for the person */
    KAMUPIN_APPLICATION_DRAFT = 2,
    KAMUPIN_APPLICATION_SUBMITTED = 3,
    KAMUPIN_APPLICATION_PAID = 4,
    KAMUPIN_APPLICATION_PRODUCED = 5,
    KAMUPIN_APPLICATION_REFUSED = 6,
    KAMUPIN_APPLICATION_EXPIRED = 7
} kamupin_application_state;

/** A state's stable word, as the profile has it: "pending-pre-application", "draft", …
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_application_state_name(kamupin_application_state state);

/** What it is for. */
typedef enum kamupin_application_reason {
    KAMUPIN_APPLICATION_RENEWAL = 1, /**< the new one begins when the old one ends */
    KAMUPIN_APPLICATION_LOST = 2,    /**< the valid one is revoked */
    KAMUPIN_APPLICATION_OTHER = 3    /**< a further one */
} kamupin_application_reason;

/** A reason's stable word: "renewal", "lost", "other".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_application_reason_name(kamupin_application_reason reason);

#define KAMUPIN_TITLE_MAX 801 /**< bytes of a title of 200 characters in UTF-8, with the NUL */

/** An application for a certificate, as the service has it. */
typedef struct kamupin_application_info {
    size_t size; /**< sizeof; set by KAMUPIN_APPLICATION_INFO_INIT */
    char application_id[64];
    kamupin_product product;
    kamupin_application_state state;
    kamupin_application_reason reason;
    char schema_id[64]; /**< of the form */
    char title_tr[KAMUPIN_TITLE_MAX], title_en[KAMUPIN_TITLE_MAX];
    kamupin_identity on_behalf_of; /**< type 0: for oneself */
    int seconds_left;              /**< to submit it; -1 when no time runs */
    int64_t price_kurus;           /**< -1 when not said */
    bool needs_consent; /**< an e-consent has to be given first; a list does not say it */
} kamupin_application_info;

#define KAMUPIN_APPLICATION_INFO_INIT KAMUPIN_SIZED(kamupin_application_info)

/** Asks for the person's applications. Threads: the session's.
 *  Errors: login-required, session-*, network-*, service-*. */
KAMUPIN_API kamupin_status kamupin_application_list(kamupin_session *session, size_t *count);
/** One of the last list (size set by the caller). Asks nobody. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_application_listed(const kamupin_session *session, size_t index,
                                                      kamupin_application_info *info);

/** Receives a form: a JSON object, UTF-8, NUL-terminated; lives during the call. */
typedef void (*kamupin_document_fn)(void *user, const char *json, size_t length);

/** An application with its form as it stands.
 *  @param take called once; may be NULL
 *  Errors: application-unknown, … */
KAMUPIN_API kamupin_status kamupin_application_get(kamupin_session *session,
                                                   const char *application_id,
                                                   kamupin_application_info *info,
                                                   kamupin_document_fn take, void *user);

/** Submits an application's form.
 *  @param schema_id of the form that was filled in, as kamupin_application_get told it
 *  @param json a JSON object, 32 KiB at most; copied
 *  @param info receives where it stands now; may be NULL
 *  Errors: application-unknown, application-state, document-refused (the fields are named in the
 *  error's detail: "fields: a, b.c"), invalid-argument (no JSON object, no schema), … */
KAMUPIN_API kamupin_status kamupin_application_submit(kamupin_session *session,
                                                      const char *application_id,
                                                      const char *schema_id, const char *json,
                                                      size_t length,
                                                      kamupin_application_info *info);

/* ---- for authorised persons ---- */

typedef struct kamupin_authorised_list kamupin_authorised_list;

/** Where a list of applications stands. */
typedef enum kamupin_list_state {
    KAMUPIN_LIST_WAITING = 1,
    KAMUPIN_LIST_SIGNED = 2,
    KAMUPIN_LIST_WITHDRAWN = 3
} kamupin_list_state;

/** A state's stable word: "waiting", "signed", "withdrawn".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_list_state_name(kamupin_list_state state);

/** A list that waits for an authorised person's signature. */
typedef struct kamupin_authorised_info {
    size_t size; /**< sizeof; set by KAMUPIN_AUTHORISED_INFO_INIT */
    char list_id[64];
    kamupin_identity on_behalf_of;
    char title_tr[KAMUPIN_TITLE_MAX], title_en[KAMUPIN_TITLE_MAX];
    unsigned int entries;
    kamupin_list_state state;
    int64_t made_at, signed_at; /**< seconds since 1970; 0 for none */
} kamupin_authorised_info;

#define KAMUPIN_AUTHORISED_INFO_INIT KAMUPIN_SIZED(kamupin_authorised_info)

/** A row of a list, to be checked by the person who signs. */
typedef struct kamupin_authorised_row {
    size_t size; /**< sizeof; set by KAMUPIN_AUTHORISED_ROW_INIT */
    char application_id[64];
    char name[KAMUPIN_NAME_MAX];
    char identity[161]; /**< masked by the service */
    kamupin_product product;
    kamupin_application_reason reason;
} kamupin_authorised_row;

#define KAMUPIN_AUTHORISED_ROW_INIT KAMUPIN_SIZED(kamupin_authorised_row)

/** Asks for the lists. Threads: the session's. Errors: role-refused, login-required, … */
KAMUPIN_API kamupin_status kamupin_authorised_lists(kamupin_session *session, size_t *count);
/** One of them (size set by the caller). Asks nobody. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_authorised_listed(const kamupin_session *session, size_t index,
                                                     kamupin_authorised_info *info);
/** Gets a list, with its rows and the bytes to be signed.
 *  Errors: list-unknown, role-refused, service-reply-malformed (also when the bytes are not what
 *  their SHA-256 says, or say something else than the rows and the list's record), … */
KAMUPIN_API kamupin_status kamupin_authorised_list_new(kamupin_session *session,
                                                       const char *list_id,
                                                       kamupin_authorised_list **list,
                                                       kamupin_error *error);
/** Frees and nulls. NULL is fine. */
KAMUPIN_API void kamupin_authorised_list_free(kamupin_authorised_list **list);
/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_authorised_list_error(const kamupin_authorised_list *list,
                                               kamupin_error *error);
/** What it is. Asks nobody. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_authorised_list_read(const kamupin_authorised_list *list,
                                                        kamupin_authorised_info *info);
/** A row. Asks nobody. Errors: invalid-argument, also beyond the last. */
KAMUPIN_API kamupin_status kamupin_authorised_list_row(const kamupin_authorised_list *list,
                                                       size_t index, kamupin_authorised_row *row);
/** The very bytes that will be signed; live as long as the handle. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_authorised_list_content(const kamupin_authorised_list *list,
                                                           const unsigned char **content,
                                                           size_t *length);
/** Signs the list with the card (cms.h) and submits it; as kamupin_consent_sign after a lost answer.
 *  Errors: those of kamupin_card_cms, signature-refused, list-signed, list-changed, network-*. */
KAMUPIN_API kamupin_status kamupin_authorised_list_sign(kamupin_authorised_list *list,
                                                        kamupin_card *card,
                                                        const kamupin_secret *pin,
                                                        unsigned int risk);

KAMUPIN_END
#endif
