/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certificates.c: certificates as the profile has them: lists, details, and what a holder does to
   them at once. Which one is meant is found in find.c. */
#include <service/certificates.h>

#include <core/fail.h>
#include <core/identity.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_MIN     8
#define SERIAL_MAX 42 /* digits */
#define DER_MIN    6

/* In the order of kamupin_certificate_state, kamupin_actor from HOLDER, kamupin_certificate_may and
 * kamupin_suspend_reason from LOST. */
static const char *const STATES[] = {"issued",  "not-yet-valid", "active", "suspended",
                                     "revoked", "expired",       NULL};
static const char *const ACTORS[] = {"holder", "authority", "institution", NULL};
static const char *const CALLS[] = {"suspend", "unsuspend", "activate", "revoke", NULL};
static const char *const REASONS[] = {"lost", "stolen", "left-behind", "other", NULL};

void kp_certificates_drop(kp_known_certificates *certificates)
{
    free(certificates->entries);
    certificates->entries = NULL;
    certificates->count = 0;
}

void kp_events_drop(kp_events *events)
{
    free(events->entries);
    events->entries = NULL;
    events->count = 0;
}

/* ---- one certificate ---- */

static kamupin_certificate_state read_state(kp_fields fields)
{
    return (kamupin_certificate_state)(KAMUPIN_STATE_ISSUED +
                                       kp_json_word(fields, "state", STATES));
}

static kamupin_actor read_actor(kp_fields fields, const char *name)
{
    return (kamupin_actor)(KAMUPIN_BY_HOLDER + kp_json_word(fields, name, ACTORS));
}

/* Upper-case hex of whole octets. */
static void read_serial(kp_fields fields, char *serial, size_t room)
{
    kp_json_text(fields, "serial", serial, room);
    const size_t length = strlen(serial);
    if (length == 0 || length > SERIAL_MAX || length % 2 != 0 ||
        strspn(serial, "0123456789ABCDEF") != length) {
        serial[0] = '\0';
        kp_json_refuse(fields, "serial");
    }
}

/* The number of a word of RFC 5280; one that is none is UNSPECIFIED, because a reason that is not
 * understood does not make the certificate any less revoked. */
static kamupin_revocation_reason reason_of(const char *word)
{
    for (int i = KAMUPIN_REASON_UNSPECIFIED; i <= KAMUPIN_REASON_AA_COMPROMISE; i++)
        if (strcmp(kamupin_revocation_reason_name((kamupin_revocation_reason)i), word) == 0)
            return (kamupin_revocation_reason)i;
    return KAMUPIN_REASON_UNSPECIFIED;
}

static void read_state_of(kp_fields fields, kamupin_certificate_record *record)
{
    char word[41] = "";

    record->state = read_state(fields);
    record->reason = KAMUPIN_REASON_NONE;
    if (record->state == KAMUPIN_STATE_SUSPENDED) {
        record->suspended_by = read_actor(fields, "suspended_by");
        record->suspended_at = kp_call_moment(fields, "suspended_at");
        record->suspend_until = kp_call_moment_or_none(fields, "suspend_until");
    }
    if (record->state == KAMUPIN_STATE_REVOKED) {
        record->revoked_at = kp_call_moment_or_none(fields, "revoked_at");
        if (kp_json_has(fields, "reason"))
            kp_json_text(fields, "reason", word, sizeof word);
        record->reason = reason_of(word);
    }
}

/* Calls that this version does not know are passed over. */
static unsigned int read_may(kp_fields fields)
{
    unsigned int may = 0;

    if (!kp_json_has(fields, "may"))
        kp_json_refuse(fields, "may");
    for (size_t i = 0; CALLS[i] != NULL; i++)
        if (kp_json_lists(fields, "may", CALLS[i], false))
            may |= 1u << i;
    return may;
}

void kp_read_certificate(kp_fields fields, kamupin_certificate_record *record,
                         unsigned char *issuer, size_t *issuer_length)
{
    const kamupin_certificate_record empty = KAMUPIN_CERTIFICATE_RECORD_INIT;
    unsigned char name[KP_ISSUER_MAX];
    size_t length = 0;

    *record = empty;
    kp_json_id(fields, "certificate_id", record->certificate_id, ID_MIN,
               sizeof record->certificate_id);
    kp_json_bytes(fields, "issuer", name, sizeof name, &length);
    if (issuer != NULL) {
        memcpy(issuer, name, length);
        *issuer_length = length;
    }
    read_serial(fields, record->serial, sizeof record->serial);
    record->product = kp_call_product(fields);
    read_state_of(fields, record);
    record->not_before = kp_call_moment(fields, "not_before");
    record->not_after = kp_call_moment(fields, "not_after");
    kp_json_shown(fields, "holder", record->holder, sizeof record->holder);
    kp_json_shown(fields, "identity", record->identity, sizeof record->identity);
    kp_identity_mask(
        record->identity); /* as it stands beside what the certificates themselves say */
    if (kp_json_has(fields, "on_behalf_of"))
        kp_call_organisation(kp_json_object(fields, "on_behalf_of"), &record->on_behalf_of);
    if (kp_json_has(fields, "card_id"))
        kp_json_text(fields, "card_id", record->card_id, sizeof record->card_id);
    record->may = read_may(fields);
}

/* ---- all of them ---- */

static void read_all(kp_answer *answer, void *into)
{
    const size_t count = kp_json_array(answer->fields, "certificates", KP_CERTIFICATES_MAX);
    kp_known_certificates *all = into;

    kp_certificates_drop(all);
    if (count == 0)
        return;
    all->entries = calloc(count, sizeof *all->entries);
    if (all->entries == NULL) {
        answer->status = kp_fail_local(answer->error, KAMUPIN_E_NO_MEMORY);
        return;
    }
    all->count = count;
    for (size_t i = 0; i < count; i++) {
        kp_known_certificate *known = &all->entries[i];
        kp_read_certificate(kp_json_entry(answer->fields, "certificates", i), &known->record,
                            known->issuer, &known->issuer_length);
    }
}

kamupin_status kp_certificate_all(kamupin_session *session, kamupin_role role,
                                  kp_known_certificates *found, kamupin_error *error)
{
    const char *path =
        role == KAMUPIN_ROLE_AUTHORISED ? "/certificates?role=authorised" : "/certificates";

    kp_certificates_drop(found);
    kamupin_status status = kp_session_call(session, path, NULL, read_all, found, error);
    if (status != KAMUPIN_OK)
        kp_certificates_drop(found);
    return status;
}

/* ---- details ---- */

typedef struct looking {
    const char *asked;
    kp_known_certificate *known;
    kp_events *events; /* NULL, as the next: not wanted */
    kp_buffer *der;
} looking;

static void read_event(kp_fields fields, kamupin_certificate_event *event)
{
    const kamupin_certificate_event empty = KAMUPIN_CERTIFICATE_EVENT_INIT;

    *event = empty;
    event->state = read_state(fields);
    event->at = kp_call_moment(fields, "at");
    if (kp_json_has(fields, "by"))
        event->by = read_actor(fields, "by");
    if (kp_json_has(fields, "reason"))
        kp_json_shown(fields, "reason", event->reason_text, sizeof event->reason_text);
    event->reason =
        event->state == KAMUPIN_STATE_REVOKED ? reason_of(event->reason_text) : KAMUPIN_REASON_NONE;
}

static void read_history(kp_answer *answer, kp_events *events)
{
    const size_t count = kp_json_array(answer->fields, "history", KP_EVENTS_MAX);

    kp_events_drop(events);
    if (count == 0)
        return;
    events->entries = calloc(count, sizeof *events->entries);
    if (events->entries == NULL) {
        answer->status = kp_fail_local(answer->error, KAMUPIN_E_NO_MEMORY);
        return;
    }
    events->count = count;
    for (size_t i = 0; i < count; i++)
        read_event(kp_json_entry(answer->fields, "history", i), &events->entries[i]);
}

/* The certificate that was asked for, and no other. */
static void read_asked(kp_fields fields, const char *asked, kp_known_certificate *known)
{
    kp_read_certificate(fields, &known->record, known->issuer, &known->issuer_length);
    if (strcmp(known->record.certificate_id, asked) != 0)
        kp_json_refuse(fields, "certificate_id");
}

static void read_details(kp_answer *answer, void *into)
{
    const looking *asked = into;

    read_asked(answer->fields, asked->asked, asked->known);
    if (asked->events != NULL)
        read_history(answer, asked->events);
    if (asked->der != NULL && answer->status == KAMUPIN_OK) {
        kp_buffer_wipe(asked->der);
        answer->status = kp_json_blob(answer->fields, "certificate", DER_MIN,
                                      KP_CERTIFICATE_DER_MAX, asked->der, answer->error);
    }
}

kamupin_status kp_certificate_look(kamupin_session *session, const char *id,
                                   kp_known_certificate *known, kp_events *events, kp_buffer *der,
                                   kamupin_error *error)
{
    looking asked = {id, known, events, der};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/certificates/%s", id);
    kamupin_status status = kp_session_call(session, path, NULL, read_details, &asked, error);
    if (status != KAMUPIN_OK && events != NULL)
        kp_events_drop(events);
    return status;
}

/* ---- suspending and its like ---- */

typedef struct moving {
    const char *asked;
    kp_move move;
    kp_known_certificate known;
    bool again;
} moving;

/* Whether a state is what the call makes. An answer that says anything else is no answer to it: a
 * person who is told that a lost card is suspended goes to bed. */
static bool is_made(const moving *asked)
{
    const kamupin_certificate_state state = asked->known.record.state;

    if (asked->move == KP_SUSPEND)
        return state == KAMUPIN_STATE_SUSPENDED;
    return state != KAMUPIN_STATE_SUSPENDED && state != KAMUPIN_STATE_ISSUED;
}

static void read_moved(kp_answer *answer, void *into)
{
    moving *asked = into;

    read_asked(answer->fields, asked->asked, &asked->known);
    asked->again = answer->again;
    if (!is_made(asked))
        kp_json_refuse(answer->fields, "state");
}

static kamupin_status make_move(kamupin_session *session, kamupin_suspend_reason reason,
                                moving *asked, kamupin_error *error)
{
    static const char *const rests[] = {"suspend", "unsuspend", "activate"}; /* by kp_move */
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/certificates/%s/%s", asked->asked, rests[asked->move]);
    kp_buffer_text(&body, "{");
    if (asked->move == KP_SUSPEND && reason != KAMUPIN_SUSPEND_UNSAID)
        kp_json_put_field(&body, "", "reason", REASONS[reason - KAMUPIN_SUSPEND_LOST]);
    kp_buffer_text(&body, "}");
    return kp_session_call(session, path, &body, read_moved, asked, error);
}

kamupin_status kp_certificate_move(kamupin_session *session, const char *id, kp_move move,
                                   kamupin_suspend_reason reason,
                                   kamupin_certificate_record *record, kamupin_error *error)
{
    moving asked = {.asked = id, .move = move};

    kamupin_status status = make_move(session, reason, &asked, error);
    if (status == KAMUPIN_OK && asked.again) {
        /* The answer may be the one of then. */
        status = kp_certificate_look(session, id, &asked.known, NULL, NULL, error);
        if (status == KAMUPIN_OK && !is_made(&asked))
            status = make_move(session, reason, &asked, error);
    }
    if (status == KAMUPIN_OK)
        *record = asked.known.record;
    return status;
}
