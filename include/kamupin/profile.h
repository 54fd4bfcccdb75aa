/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile.h: card rows from a file, besides the built-in ones: for a card that the library does not
   know, or of which somebody with the card on the desk knows better. The format is described in
   docs/profiles.md; rows for ISO/IEC 7816-4 cards and for PIV cards come with the library.

       if (kamupin_profile_load(context, "my-card.profile", &error) != KAMUPIN_OK)
           … kamupin_profile_check(…) says what is wrong, line by line … */
#ifndef KAMUPIN_PROFILE_H
#define KAMUPIN_PROFILE_H

#include <kamupin/context.h>

KAMUPIN_BEGIN

/** Adds the rows of a file to a context. They are asked before the built-in ones, the file that was
 *  loaded last first; for cards of a built-in row only those that recognise as strictly as it does.
 *  A row says itself what it recognises, and of each command whether it is known, a candidate
 *  (KAMUPIN_RISK_UNPROVEN) or unknown (refused). A file with one problem adds nothing.
 *  @param path the file: a plain one, at most 64 KiB, that not everybody may write to
 *  @param error receives the reason of a failure, of profile-malformed with the line; may be NULL
 *  Threads: none other may use the context meanwhile: call it right after kamupin_context_new.
 *  Errors: profile-file, profile-malformed, no-memory, invalid-argument, forked. */
KAMUPIN_API kamupin_status kamupin_profile_load(kamupin_context *context, const char *path,
                                                kamupin_error *error);

/** One thing that kamupin_profile_check has found. */
typedef struct kamupin_profile_finding {
    size_t size;       /**< sizeof */
    unsigned int line; /**< in the file, 1 up */
    bool problem;      /**< false: a row that was read, of a file without problems */
    char row[24];      /**< its name; "" of a problem */
    char product[48];  /**< the card's name for people; "" of a problem */
    char text[640];    /**< what is wrong and what to do, in the language that was asked for; of a
                          row: its operations and how sure they are, "verify known, change …" */
    char secure_messaging[8];    /**< of a row: the value of its key: "none", "3des", "aes" */
    char protected_commands[32]; /**< of a row: the value of `protected`: commands that go under
                                    secure messaging or not at all, "verify change", or "none" */
} kamupin_profile_finding;

/** Receives one finding, valid during the call. Called on the calling thread. */
typedef void (*kamupin_profile_finding_fn)(void *user, const kamupin_profile_finding *finding);

/** Reads a profile file and tells every problem with its line; or, when there is none, its rows.
 *  Touches no card and needs no context.
 *  @param language of the sentences
 *  @param found is told; may be NULL
 *  @param user handed to `found`
 *  @param error receives the reason of a failure: of profile-malformed the first line; may be NULL
 *  Threads: any. Errors: profile-file, profile-malformed, no-memory, invalid-argument. */
KAMUPIN_API kamupin_status kamupin_profile_check(const char *path, kamupin_language language,
                                                 kamupin_profile_finding_fn found, void *user,
                                                 kamupin_error *error);

KAMUPIN_END
#endif
