/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   issued.h: the PIN that a card was issued with, as older portals keep it: shown once, deleted for
   good, and no longer true once the card's PIN was changed. What is shown here goes to a person's
   eyes and to nothing else: no call makes a PIN for a card of it. A PUK that a portal keeps beside
   it is not looked at.

       kamupin_issued_pin_list(session, &count);
       for (size_t i = 0; kamupin_issued_pin_listed(session, i, &record) == KAMUPIN_OK; i++)
           printf("%s %s\n", record.record_id, record.serial);
       kamupin_issued_pin_show(session, record_id, to_the_person, NULL);
       kamupin_issued_pin_delete(session, record_id, KAMUPIN_DELETE_FOR_GOOD); */
#ifndef KAMUPIN_ISSUED_H
#define KAMUPIN_ISSUED_H

#include <kamupin/operation.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

/** A record of an issued PIN, without the PIN. */
typedef struct kamupin_issued_pin_info {
    size_t size; /**< sizeof; set by KAMUPIN_ISSUED_PIN_INFO_INIT */
    char record_id[64];
    char serial[65]; /**< the card's serial number as it is printed; opaque text */
    char card_id[KAMUPIN_CARD_ID_MAX]; /**< "" when the service does not say which card it is */
    kamupin_product product;           /**< ANY when it was not said */
    bool shown;                        /**< it was shown before and is not shown again */
    bool stale; /**< the card's PIN was changed since, as the service or this machine knows */
} kamupin_issued_pin_info;

#define KAMUPIN_ISSUED_PIN_INFO_INIT KAMUPIN_SIZED(kamupin_issued_pin_info)

/** Shows an issued PIN to the person.
 *  @param digits the PIN, NUL-terminated; wiped when the function returns, and to be wiped by it
 *         wherever it copied them
 *  Threads: the session's. Must not call the library on this session. */
typedef void (*kamupin_issued_pin_fn)(void *user, const kamupin_issued_pin_info *record,
                                      const char *digits);

/** What kamupin_issued_pin_delete wants to be told. */
typedef enum kamupin_delete {
    KAMUPIN_DELETE_NOT = 0,
    KAMUPIN_DELETE_FOR_GOOD = 1 /**< the person was told that it cannot be brought back */
} kamupin_delete;

/** Asks which cards have such a record.
 *  @param count receives how many; kamupin_issued_pin_listed gives each
 *  Threads: the session's.
 *  Errors: login-required, session-expired, session-ended, no-memory, network-*, tls-*,
 *  service-*. */
KAMUPIN_API kamupin_status kamupin_issued_pin_list(kamupin_session *session, size_t *count);

/** One of the records of the last kamupin_issued_pin_list (size set by the caller). Asks nobody.
 *  Errors: invalid-argument. */
KAMUPIN_API kamupin_status kamupin_issued_pin_listed(const kamupin_session *session, size_t index,
                                                     kamupin_issued_pin_info *info);

/** Has a record's PIN shown, once in its life. A call whose answer was lost may be made again and
 *  gets that answer.
 *  @param show is called once with the digits, before this returns
 *  Threads: the session's.
 *  Errors: invalid-argument, issued-pin-unknown, issued-pin-shown, login-required, session-*,
 *  network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_issued_pin_show(kamupin_session *session, const char *record_id,
                                                   kamupin_issued_pin_fn show, void *user);

/** Deletes a record for good, at the issuer as well.
 *  @param confirmed KAMUPIN_DELETE_FOR_GOOD; else nothing is sent
 *  Threads: the session's.
 *  Errors: not-acknowledged, invalid-argument, issued-pin-unknown, login-required, session-*,
 *  network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_issued_pin_delete(kamupin_session *session,
                                                     const char *record_id,
                                                     kamupin_delete confirmed);

KAMUPIN_END
#endif
