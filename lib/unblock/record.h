/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   record.h: what the journal holds of an operation: enough to find out and report its outcome after
   a crash, and no secret but the report ticket. A text file of `key value` lines; every key exactly
   once. */
#ifndef KP_UNBLOCK_RECORD_H
#define KP_UNBLOCK_RECORD_H

#include <core/journal.h>
#include <core/secret.h>
#include <pin/reset.h>

#define KP_URL_MAX 256

typedef struct kp_record {
    char operation_id[64]; /* also the record's name */
    char service[KP_URL_MAX];
    char card_id[KAMUPIN_CARD_ID_MAX];
    char product[48];
    kp_evidence evidence;
    int64_t finished_at;    /* seconds since 1970; 0: the card has not answered yet */
    kamupin_secret *ticket; /* kind REPORT_TICKET; freed by kp_record_wipe */
} kp_record;

/** Makes the record durable. Errors: state-folder, no-memory. */
kamupin_status kp_record_save(kamupin_context *context, const kp_record *record,
                              kamupin_error *error);
/** Reads record `name`. Errors: journal-damaged, state-folder, secret-full. */
kamupin_status kp_record_load(kamupin_context *context, const char *name, kp_record *record,
                              kamupin_error *error);
/** Forgets a record that the service has heard of. */
kamupin_status kp_record_remove(kamupin_context *context, const kp_record *record,
                                kamupin_error *error);
void kp_record_wipe(kp_record *record);

/** The profile's word for what became of EXTERNAL AUTHENTICATE. */
const char *kp_authentication_word(kp_authentication authentication);

#endif
