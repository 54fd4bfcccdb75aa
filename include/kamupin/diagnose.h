/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   diagnose.h: what is the matter here: the PC/SC daemon, readers, cards, PINs, certificates, this
   computer's clock, the network and the service are looked at, and each finding says what to do. It
   changes nothing, spends no try, and needs no login.

       kamupin_diagnosis *diagnosis = NULL;
       kamupin_finding finding = KAMUPIN_FINDING_INIT;
       if (kamupin_diagnose(context, NULL, &diagnosis, &error) == KAMUPIN_OK)
           for (size_t i = 0; kamupin_diagnosis_get(diagnosis, i, &finding) == KAMUPIN_OK; i++)
               puts(kamupin_finding_text(&finding, KAMUPIN_TURKISH, text, sizeof text));
       kamupin_diagnosis_free(&diagnosis); */
#ifndef KAMUPIN_DIAGNOSE_H
#define KAMUPIN_DIAGNOSE_H

#include <kamupin/trust.h>

KAMUPIN_BEGIN

typedef struct kamupin_diagnosis kamupin_diagnosis;

/** What a finding is about. */
typedef enum kamupin_subject {
    KAMUPIN_ABOUT_DAEMON = 1, /**< the PC/SC daemon, and the right to use it */
    KAMUPIN_ABOUT_READER = 2,
    KAMUPIN_ABOUT_CARD = 3,
    KAMUPIN_ABOUT_PIN = 4, /**< PIN and PUK of a card */
    KAMUPIN_ABOUT_CERTIFICATE = 5,
    KAMUPIN_ABOUT_CLOCK = 6,   /**< this computer's date and time */
    KAMUPIN_ABOUT_NETWORK = 7, /**< name, connection, proxy, TLS, who answers in between */
    KAMUPIN_ABOUT_SERVICE = 8,
    KAMUPIN_ABOUT_MACHINE = 9 /**< state folder, unfinished operations */
} kamupin_subject;

/** A subject's stable word: "daemon", "reader", …
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_subject_name(kamupin_subject subject);

/** How bad a finding is. */
typedef enum kamupin_severity {
    KAMUPIN_FINE = 1,    /**< as it should be */
    KAMUPIN_NOTE = 2,    /**< good to know */
    KAMUPIN_TROUBLE = 3, /**< will be in the way soon, or of some work */
    KAMUPIN_FAULT = 4    /**< nothing goes until it is mended */
} kamupin_severity;

/** A severity's stable word: "fine", "note", "trouble", "fault".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_severity_name(kamupin_severity severity);

/** A finding. Holds no secret; may be copied and kept. */
typedef struct kamupin_finding {
    size_t size; /**< sizeof; set by KAMUPIN_FINDING_INIT */
    kamupin_subject subject;
    kamupin_severity severity;
    kamupin_error
        error; /**< its status (ok for what is fine and for most notes) and all else that is
                            known of it. Of a clock, `origin` says who told: http, tls (a server that
                            could not be verified in full: a hint), local */
    char name
        [KAMUPIN_NAME_MAX]; /**< which one: a reader's name, a certificate's serial number, a host,
                                    a folder; "" where there is only one */
    char
        reader[KAMUPIN_NAME_MAX]; /**< of a certificate: the reader of its card, where more than one
                                        card is looked at; else "" */
    int64_t
        number; /**< what the sentence counts: days of a certificate, seconds that the clock is ahead
                       (behind when negative), tries, operations; 0 where nothing is counted */
} kamupin_finding;

#define KAMUPIN_FINDING_INIT KAMUPIN_SIZED(kamupin_finding)

/** What to look at. */
typedef struct kamupin_diagnose_options {
    size_t size; /**< sizeof; set by KAMUPIN_DIAGNOSE_OPTIONS_INIT */
    const char
        *service; /**< address of the service that is meant; NULL: it is not looked at, nor the
                               clock */
    kamupin_trust
        *trust;        /**< for whether certificates are revoked, which is asked by OCSP; NULL: that
                             is not asked. Used by this call alone meanwhile */
    bool offline;      /**< no network at all */
    unsigned int days; /**< a certificate that ends within so many days is a trouble; 0: 30 */
    kamupin_cancel *cancel; /**< ends the call; may be NULL */
} kamupin_diagnose_options;

#define KAMUPIN_DIAGNOSE_OPTIONS_INIT KAMUPIN_SIZED(kamupin_diagnose_options)

/** Looks at everything. What cannot be looked at is a finding, and no failure of the call. Each part is
 *  bounded in time, all together by two minutes. Cards are read as a list reads them; the
 *  service is asked for its metadata, and where TLS fails over dates its server for the date.
 *  @param options NULL: no service
 *  @param diagnosis receives the handle; freed with kamupin_diagnosis_free
 *  Threads: any. Errors: cancelled, no-memory, forked, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_diagnose(kamupin_context *context,
                                            const kamupin_diagnose_options *options,
                                            kamupin_diagnosis **diagnosis, kamupin_error *error);
/** Frees and sets the caller's pointer to NULL. NULL is fine. Errors: none. */
KAMUPIN_API void kamupin_diagnosis_free(kamupin_diagnosis **diagnosis);
/** How many findings. 0 for NULL. Threads: any. Errors: none. */
KAMUPIN_API size_t kamupin_diagnosis_count(const kamupin_diagnosis *diagnosis);
/** A finding: the worst first, and among equals in the order of dependence (machine, daemon, reader,
 *  card, PIN, clock, certificate, network, service), so that the first one is what to mend first (size
 *  set by the caller). Threads: any. Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_diagnosis_get(const kamupin_diagnosis *diagnosis, size_t index,
                                                 kamupin_finding *finding);
/** What a finding says, in plain words: which one it is about, what is the matter, and what to do.
 *  @param room receives UTF-8 with the NUL, cut at a character when it is too small;
 *         KAMUPIN_TEXT_MAX is room for each
 *  @return room. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_finding_text(const kamupin_finding *finding,
                                             kamupin_language language, char *room, size_t size);

KAMUPIN_END
#endif
