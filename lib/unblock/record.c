/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   record.c: writing and reading journal records. The parser is strict: what the library did not
   write is damaged, and is left alone for a person to look at. */
#include <unblock/record.h>

#include <core/buffer.h>
#include <core/fail.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_LINE  "kamupin-journal 1"
#define RECORD_ROOM 4096

static const char *const AUTHENTICATION[] = {"not-sent", "unknown", "accepted", "refused"};

const char *kp_authentication_word(kp_authentication authentication)
{
    return AUTHENTICATION[authentication];
}

static void put(kp_buffer *text, const char *key, const char *value)
{
    kp_buffer_text(text, key);
    kp_buffer_text(text, " ");
    kp_buffer_text(text, value);
    kp_buffer_text(text, "\n");
}

static void put_number(kp_buffer *text, const char *key, int64_t number)
{
    char value[24];

    snprintf(value, sizeof value, "%" PRId64, number);
    put(text, key, value);
}

kamupin_status kp_record_save(kamupin_context *context, const kp_record *record,
                              kamupin_error *error)
{
    kp_buffer text = KP_BUFFER_INIT(RECORD_ROOM - 1);
    const kp_evidence *evidence = &record->evidence;
    kp_bytes ticket = {NULL, 0};
    kamupin_status status =
        kp_secret_read(record->ticket, KAMUPIN_SECRET_REPORT_TICKET, &ticket, error);

    if (status != KAMUPIN_OK)
        return status;
    if (evidence->outcome == KAMUPIN_OUTCOME_DONE)
        kp_changed_mark(context, record->card_id);
    kp_buffer_text(&text, FIRST_LINE "\n");
    put(&text, "operation", record->operation_id);
    put(&text, "service", record->service);
    put(&text, "card", record->card_id);
    put(&text, "product", record->product);
    put(&text, "authentication", AUTHENTICATION[evidence->authentication]);
    put(&text, "outcome", kamupin_outcome_name(evidence->outcome));
    put_number(&text, "status-word", evidence->status_word);
    put(&text, "state-before", kamupin_pin_state_name(evidence->state_before));
    put_number(&text, "tries-before", evidence->tries_before);
    put(&text, "state-after", kamupin_pin_state_name(evidence->state_after));
    put_number(&text, "tries-after", evidence->tries_after);
    put_number(&text, "puk-tries-before", evidence->puk_tries_before);
    put_number(&text, "puk-tries-after", evidence->puk_tries_after);
    put_number(&text, "finished", record->finished_at);
    kp_buffer_text(&text, "ticket ");
    kp_buffer_append(&text, ticket.data, ticket.length);
    kp_buffer_text(&text, "\n");
    if (text.failed)
        status = kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    else
        status = kp_journal_write(context, record->operation_id, text.data, text.length, error);
    kp_buffer_wipe(&text);
    return status;
}

/* Takes the next line's value when its key is the expected one: keys stand in one order. */
static bool take(char **next, const char *key, char **value)
{
    char *line = *next;
    char *end = strchr(line, '\n');
    size_t length = strlen(key);

    if (end == NULL || strncmp(line, key, length) != 0 || line[length] != ' ')
        return false;
    *end = '\0';
    *value = line + length + 1;
    *next = end + 1;
    return true;
}

static bool take_text(char **next, const char *key, char *out, size_t room)
{
    char *value = NULL;

    if (!take(next, key, &value) || strlen(value) >= room)
        return false;
    memcpy(out, value, strlen(value) + 1);
    return true;
}

/* Words are read back through the functions that name them: 0 to `last`. */
typedef const char *word_of(int value);

static const char *authentication_word(int value)
{
    return kp_authentication_word((kp_authentication)value);
}

static const char *outcome_word(int value)
{
    return kamupin_outcome_name((kamupin_outcome)value);
}

static const char *state_word(int value)
{
    return kamupin_pin_state_name((kamupin_pin_state)value);
}

static bool take_word(char **next, const char *key, word_of *word, int last, int *found)
{
    char *value = NULL;

    if (!take(next, key, &value))
        return false;
    for (*found = 0; *found <= last; (*found)++)
        if (strcmp(value, word(*found)) == 0)
            return true;
    return false;
}

static bool take_number(char **next, const char *key, int64_t least, int64_t most, int64_t *number)
{
    char *value = NULL, *end = NULL;

    if (!take(next, key, &value) || value[0] == '\0')
        return false;
    *number = strtoll(value, &end, 10);
    return *end == '\0' && *number >= least && *number <= most;
}

static bool take_evidence(char **next, kp_evidence *evidence)
{
    int authentication = 0, outcome = 0, before = 0, after = 0;
    int64_t word = 0, tries_before = 0, tries_after = 0, puk_before = 0, puk_after = 0;

    if (!take_word(next, "authentication", authentication_word, KP_AUTHENTICATION_REFUSED,
                   &authentication) ||
        !take_word(next, "outcome", outcome_word, KAMUPIN_OUTCOME_UNKNOWN, &outcome) ||
        !take_number(next, "status-word", 0, 0xFFFF, &word) ||
        !take_word(next, "state-before", state_word, KAMUPIN_PIN_DEAD, &before) ||
        !take_number(next, "tries-before", -1, 255, &tries_before) ||
        !take_word(next, "state-after", state_word, KAMUPIN_PIN_DEAD, &after) ||
        !take_number(next, "tries-after", -1, 255, &tries_after) ||
        !take_number(next, "puk-tries-before", -1, 255, &puk_before) ||
        !take_number(next, "puk-tries-after", -1, 255, &puk_after))
        return false;
    evidence->authentication = (kp_authentication)authentication;
    evidence->outcome = (kamupin_outcome)outcome;
    evidence->status_word = (uint16_t)word;
    evidence->state_before = (kamupin_pin_state)before;
    evidence->tries_before = (int)tries_before;
    evidence->state_after = (kamupin_pin_state)after;
    evidence->tries_after = (int)tries_after;
    evidence->puk_tries_before = (int)puk_before;
    evidence->puk_tries_after = (int)puk_after;
    return true;
}

static bool parse(char *next, kp_record *record, char **ticket)
{
    const char first[] = FIRST_LINE "\n";

    if (strncmp(next, first, sizeof first - 1) != 0)
        return false;
    next += sizeof first - 1;
    return take_text(&next, "operation", record->operation_id, sizeof record->operation_id) &&
           take_text(&next, "service", record->service, sizeof record->service) &&
           take_text(&next, "card", record->card_id, sizeof record->card_id) &&
           take_text(&next, "product", record->product, sizeof record->product) &&
           take_evidence(&next, &record->evidence) &&
           take_number(&next, "finished", 0, INT64_MAX, &record->finished_at) &&
           take(&next, "ticket", ticket) && *next == '\0';
}

kamupin_status kp_record_load(kamupin_context *context, const char *name, kp_record *record,
                              kamupin_error *error)
{
    kp_buffer text = KP_BUFFER_INIT(RECORD_ROOM);
    char *ticket = NULL;
    size_t length = 0;
    kamupin_status status = KAMUPIN_OK;

    memset(record, 0, sizeof *record);
    kp_buffer_append(&text, (const char[RECORD_ROOM]){0}, RECORD_ROOM);
    if (text.failed)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    status = kp_journal_read(context, name, text.data, RECORD_ROOM, &length, error);
    if (status == KAMUPIN_OK) {
        text.data[length] = '\0';
        if (strlen((char *)text.data) != length || !parse((char *)text.data, record, &ticket) ||
            strcmp(record->operation_id, name) != 0)
            status = kp_fail(error, KAMUPIN_E_JOURNAL_DAMAGED, KAMUPIN_FROM_LOCAL,
                             "record %.60s is not what was written", name);
    }
    if (status == KAMUPIN_OK)
        status = kp_secret_new(context, KAMUPIN_SECRET_REPORT_TICKET, &record->ticket, error);
    if (status == KAMUPIN_OK)
        status = kamupin_secret_append(record->ticket, ticket, strlen(ticket));
    kp_buffer_wipe(&text);
    if (status != KAMUPIN_OK)
        kp_record_wipe(record);
    return status;
}

kamupin_status kp_record_remove(kamupin_context *context, const kp_record *record,
                                kamupin_error *error)
{
    return kp_journal_remove(context, record->operation_id, error);
}

void kp_record_wipe(kp_record *record)
{
    kamupin_secret_free(&record->ticket);
    memset(record, 0, sizeof *record);
}
