/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   journal.h: durable small records in the state folder, and the per-card lock. A record is one text
   file, 0600, written beside and renamed over, file and folder synced. What it holds is the
   operation's business (unblock/); its only secret is the report ticket. */
#ifndef KP_CORE_JOURNAL_H
#define KP_CORE_JOURNAL_H

#include <core/context.h>

/** Where the folder is when nobody says: a new string, or NULL when neither XDG_STATE_HOME nor HOME
 * is set. */
char *kp_state_folder_default(void);

/** The folder, made (0700) when it is missing; must belong to this user and be closed to others.
 * The text belongs to the context. Errors: state-folder, no-memory. */
kamupin_status kp_state_folder(kamupin_context *context, const char **folder, kamupin_error *error);

/** Looks whether the folder could be used, and changes nothing: one that is missing is fine where it
 * can be made. `there`: it is there. Errors: state-folder. */
kamupin_status kp_state_folder_look(const kamupin_context *context, bool *there,
                                    kamupin_error *error);

/** Writes record `name` durably. Errors: state-folder. */
kamupin_status kp_journal_write(kamupin_context *context, const char *name, const void *bytes,
                                size_t length, kamupin_error *error);
/** Reads record `name` (at most `room` bytes). Errors: state-folder (platform_code ENOENT when
 * there is no such record), journal-damaged when it is larger. */
kamupin_status kp_journal_read(kamupin_context *context, const char *name, void *bytes, size_t room,
                               size_t *length, kamupin_error *error);
/** Removes a record durably; a missing one is fine. */
kamupin_status kp_journal_remove(kamupin_context *context, const char *name, kamupin_error *error);

/** Calls `visit` with each record's name, oldest first by name, until it answers false. */
kamupin_status kp_journal_each(kamupin_context *context,
                               bool (*visit)(void *user, const char *name), void *user,
                               kamupin_error *error);

/** Marks that a card's PIN was changed from here: an empty file, 0600, whose name is a digest of the
 * card's. Best effort: a mark that cannot be made is logged. */
void kp_changed_mark(kamupin_context *context, const char *card_id);
/** Whether there is such a mark. */
bool kp_changed_here(kamupin_context *context, const char *card_id);

/** The per-card lock: held by one open file of this process until it is let go or the process ends.
 */
typedef struct kp_lock {
    int fd; /* -1: not held */
} kp_lock;
#define KP_LOCK_INIT                                                                               \
    {                                                                                              \
        -1                                                                                         \
    }
/** Takes the lock for `name` (any text) without waiting. Errors: card-busy (detail names the
 * holder's process and program, platform_code is its process id), state-folder. */
kamupin_status kp_lock_take(kamupin_context *context, const char *name, kp_lock *lock,
                            kamupin_error *error);
void kp_lock_drop(kp_lock *lock);

#endif
