/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificate_list.h: the certificates of cards, files and the service in one list, each once: what
   has the same issuer and serial number is one entry, wherever it was found.

       kamupin_certificate_list_new(context, &list, &error);
       kamupin_certificate_list_add_card(list, card);         // any of these, in any order
       kamupin_certificate_list_add_file(list, "seal.pem");
       kamupin_certificate_list_add_service(list, session, KAMUPIN_ROLE_INDIVIDUAL);
       for (size_t i = 0; kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK; i++)
           … entry.certificate, entry.record …
       kamupin_certificate_list_free(&list); */
#ifndef KAMUPIN_CERTIFICATE_LIST_H
#define KAMUPIN_CERTIFICATE_LIST_H

#include <kamupin/certificate.h>
#include <kamupin/lifecycle.h>

KAMUPIN_BEGIN

typedef struct kamupin_certificate_list kamupin_certificate_list;

/** Where a certificate of a list was found, as a set. */
typedef enum kamupin_certificate_source {
    KAMUPIN_SOURCE_GIVEN = 1, /**< bytes or a file */
    KAMUPIN_SOURCE_CARD = 2,
    KAMUPIN_SOURCE_SERVICE = 4
} kamupin_certificate_source;

/** An entry: the same issuer and serial number is one entry, wherever it was found. Certificates that
 *  say the same and differ in their bytes are entries of their own: one of them is not genuine. */
typedef struct kamupin_certificate_entry {
    size_t size;                            /**< sizeof; set by KAMUPIN_CERTIFICATE_ENTRY_INIT */
    unsigned int sources;                   /**< kamupin_certificate_source bits */
    const kamupin_certificate *certificate; /**< the list's; NULL: only the service told of it */
    kamupin_certificate_record record;      /**< when the sources have SERVICE */
    char card_id[KAMUPIN_CARD_ID_MAX];      /**< when the sources have CARD … */
    size_t card_index;                      /**< … and which certificate of it … */
    char reader[KAMUPIN_NAME_MAX];          /**< … and the reader that the card was in */
} kamupin_certificate_entry;

#define KAMUPIN_CERTIFICATE_ENTRY_INIT KAMUPIN_SIZED(kamupin_certificate_entry)

/** An empty list.
 *  Threads: any; the handle by one at a time. Errors: no-memory, forked, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_certificate_list_new(kamupin_context *context,
                                                        kamupin_certificate_list **list,
                                                        kamupin_error *error);
/** Frees a list with its certificates, and nulls. NULL is fine. */
KAMUPIN_API void kamupin_certificate_list_free(kamupin_certificate_list **list);
/** Copies the error record of the last call on this handle. */
KAMUPIN_API void kamupin_certificate_list_error(const kamupin_certificate_list *list,
                                                kamupin_error *error);

/** Adds all certificates of bytes: DER, or PEM with any number, other PEM blocks passed over. What
 *  is in the list already stays one entry.
 *  Threads: the list's. Errors: certificate-malformed (there is none), no-memory. */
KAMUPIN_API kamupin_status kamupin_certificate_list_add(kamupin_certificate_list *list,
                                                        const unsigned char *bytes, size_t length);
/** Adds all certificates of a file, as kamupin_certificate_list_add does, or of Kamu SM's
 *  SertifikaDeposu.xml, which adds all or nothing; 16 MiB at most, XML 8 MiB. Of a folder its files
 *  *.pem, *.crt, *.cer and *.der, in the order of their names; those without a certificate, and what
 *  is no regular file, are passed over. One that cannot be read, is too large, or is XML that does not
 *  hold, ends it, and `detail` names it; what was added before stays.
 *  Errors: certificate-file (it cannot be read, or holds none), no-memory. */
KAMUPIN_API kamupin_status kamupin_certificate_list_add_file(kamupin_certificate_list *list,
                                                             const char *path);
/** Adds the certificates of a card that was opened. Nothing is sent to it.
 *  Errors: no-memory, invalid-argument, forked. */
KAMUPIN_API kamupin_status kamupin_certificate_list_add_card(kamupin_certificate_list *list,
                                                             const kamupin_card *card);
/** Asks the service for its list and adds it, with what the authority says of each.
 *  @param role as in kamupin_certificate_record_list, whose last list stays
 *  Threads: the session's. Errors: those of kamupin_certificate_record_list. */
KAMUPIN_API kamupin_status kamupin_certificate_list_add_service(kamupin_certificate_list *list,
                                                                kamupin_session *session,
                                                                kamupin_role role);
/** How many entries. 0 for NULL. */
KAMUPIN_API size_t kamupin_certificate_list_count(const kamupin_certificate_list *list);
/** Copies an entry (size set by the caller). Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_certificate_list_get(const kamupin_certificate_list *list,
                                                        size_t index,
                                                        kamupin_certificate_entry *entry);

KAMUPIN_END
#endif
