/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   error.h: one error record, filled by the handle that was called. Read it from the handle
   (kamupin_card_error, kamupin_operation_error); calls on a context take one from the caller
   instead.

       kamupin_error error = KAMUPIN_ERROR_INIT;
       if (kamupin_card_open(context, NULL, NULL, &card, &error) != KAMUPIN_OK) {
           char text[KAMUPIN_TEXT_MAX];
           fprintf(stderr, "%s\n", kamupin_error_text(&error, KAMUPIN_TURKISH, text, sizeof text));
       } */
#ifndef KAMUPIN_ERROR_H
#define KAMUPIN_ERROR_H

#include <kamupin/status.h>

KAMUPIN_BEGIN

/** Where an error arose. */
typedef enum kamupin_origin {
    KAMUPIN_FROM_LOCAL = 0,   /**< this library or its caller */
    KAMUPIN_FROM_CARD = 1,    /**< the card's status word */
    KAMUPIN_FROM_READER = 2,  /**< PC/SC or another reader backend */
    KAMUPIN_FROM_NETWORK = 3, /**< no HTTP answer came */
    KAMUPIN_FROM_TLS = 4,     /**< the secure connection was not made */
    KAMUPIN_FROM_HTTP = 5,    /**< an HTTP answer that is not the profile's */
    KAMUPIN_FROM_SERVICE = 6  /**< the service's own word: a problem document (RFC 9457) */
} kamupin_origin;

/** The languages of every text the library has. */
typedef enum kamupin_language { KAMUPIN_TURKISH = 0, KAMUPIN_ENGLISH = 1 } kamupin_language;

/** What a refused secret looks like, so that a person is told which one was taken for another. A
 *  guess by its digits and letters, not by what it is. */
typedef enum kamupin_look {
    KAMUPIN_LOOKS_LIKE_NOTHING = 0, /**< nothing that is known, or just what was asked for */
    KAMUPIN_LOOKS_LIKE_VERIFICATION_CODE = 1, /**< the web page's code: 13 to 32 digits */
    KAMUPIN_LOOKS_LIKE_PIN_OR_SMS_CODE = 2,   /**< 4 to 12 digits */
    KAMUPIN_LOOKS_LIKE_IDENTITY_NUMBER = 3, /**< a T.C. number: 11 digits, the check digits right */
    KAMUPIN_LOOKS_LIKE_PASSWORD = 4 /**< letters: web password, security word, e-Devlet password */
} kamupin_look;

/** Room for any sentence of the catalogue, with its numbers, in bytes with the final NUL. */
#define KAMUPIN_TEXT_MAX 1024

/** What went wrong. Fixed size, holds no secret, may be copied and kept. */
typedef struct kamupin_error {
    size_t size;              /**< sizeof(kamupin_error); set by KAMUPIN_ERROR_INIT */
    kamupin_status status;    /**< what */
    kamupin_origin origin;    /**< where */
    unsigned int status_word; /**< the card's SW1-SW2 (ISO/IEC 7816-4), 0 when none */
    int tries_left; /**< tries left of what was refused, -1 when not known or no matter of tries */
    int wait_seconds;      /**< seconds until it makes sense to try again, -1 when not said */
    int http_status;       /**< the HTTP status code, 0 when none */
    long platform_code;    /**< the PC/SC, curl or errno code behind it; with card-busy the process
                                that works on the card; 0 when none */
    char problem_type[64]; /**< the problem document's type, "" when none */
    char detail[192];      /**< technical English for a log, redacted; "" when none */
    kamupin_look looks_like; /**< of a refused secret: what it looks like instead */
} kamupin_error;

#define KAMUPIN_ERROR_INIT                                                                         \
    {                                                                                              \
        sizeof(kamupin_error), KAMUPIN_OK, KAMUPIN_FROM_LOCAL, 0, -1, -1, 0, 0, "", "",            \
            KAMUPIN_LOOKS_LIKE_NOTHING                                                             \
    }

/** What happened and what to do next, as sentences for a person, with tries and time filled in and,
 *  where a secret looks like another one, a sentence that says so.
 *  @param error the record; NULL is treated as no error
 *  @param language Turkish or English; the process' locale plays no part
 *  @param text receives UTF-8, always NUL-terminated, cut at a character when `size` is too small
 *  @param size bytes at `text`; KAMUPIN_TEXT_MAX always suffices
 *  @return `text`.
 *  Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_error_text(const kamupin_error *error, kamupin_language language,
                                           char *text, size_t size);

#define KAMUPIN_DURATION_MAX 48 /**< bytes of any text of kamupin_duration_text, with the NUL */

/** A time as people read it, in hours, minutes and seconds of which those that are zero are left out:
 *  "1 dk 20 sn", "1 min 20 s"; for the seconds that records and events of this library tell.
 *  @param seconds 0 or more; fewer are taken as 0
 *  @param text receives UTF-8, NUL-terminated; KAMUPIN_DURATION_MAX always suffices
 *  @return `text`.
 *  Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_duration_text(int seconds, kamupin_language language, char *text,
                                              size_t size);

/** The catalogue's two sentences for a status: its cause, and its remedy (what to do next).
 *  Ownership: static UTF-8 text, "" for a number that is no status. Threads: any.
 *  Errors: none. */
KAMUPIN_API const char *kamupin_status_cause(kamupin_status status, kamupin_language language);
/** As kamupin_status_cause. */
KAMUPIN_API const char *kamupin_status_remedy(kamupin_status status, kamupin_language language);

/** A look as a sentence: what was entered seems to be, and where that belongs. For an application's own
 *  fields, see kamupin_secret_looks_like.
 *  Ownership: static UTF-8 text, "" for LOOKS_LIKE_NOTHING. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_look_text(kamupin_look look, kamupin_language language);

/** A look's stable word, as JSON has it: "verification-code", "pin-or-sms-code", "identity-number",
 *  "password"; "" for LOOKS_LIKE_NOTHING.
 *  Ownership: static text. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_look_name(kamupin_look look);

KAMUPIN_END
#endif
