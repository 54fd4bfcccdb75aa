/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   metadata.c: what a service says of itself: whether this client is new enough, and what it offers.
   It can only narrow what the library allows. */
#include <service/client.h>

#include <core/fail.h>

#include <stdio.h>
#include <string.h>

static const char *const PROFILES[] = {"kamupin-service-1", NULL};
static const char *const AUTHORITIES[] = {"cryptogram", "sealed-puk", "relay", NULL}; /* KP_BY_* */
/* In the order of KP_VOUCHED_*: the first is bit 0. */
static const char *const OPERATIONS[] = {
    "verify", "change", "reset-by-cryptogram", "reset-by-relay", "reset-by-sealed-puk",
    "sign",   NULL};
#define WORDS_MAX 4

/* Three decimal numbers, "0.1.0". */
static bool read_version(const char *text, unsigned int *numbers)
{
    char rest = '\0';

    return strspn(text, "0123456789.") == strlen(text) &&
           sscanf(text, "%6u.%6u.%6u%c", &numbers[0], &numbers[1], &numbers[2], &rest) == 3;
}

/* Whether this library is older than `least`. */
static bool is_older(const unsigned int *least)
{
    unsigned int own[3] = {0, 0, 0};

    if (!read_version(kamupin_version(), own))
        return true;
    for (size_t i = 0; i < 3; i++)
        if (own[i] != least[i])
            return own[i] < least[i];
    return false;
}

static kamupin_status check_version(kp_fields fields, kamupin_error *error)
{
    unsigned int least[3] = {0, 0, 0};
    char text[24];

    kp_json_text(fields, "minimum_client_version", text, sizeof text);
    if (text[0] != '\0' && !read_version(text, least))
        kp_json_refuse(fields, "minimum_client_version");
    kamupin_status status = kp_json_done(fields, error);
    if (status == KAMUPIN_OK && is_older(least))
        status = kp_fail(error, KAMUPIN_E_CLIENT_TOO_OLD, KAMUPIN_FROM_SERVICE,
                         "this is %s, the service wants %s", kamupin_version(), text);
    return status;
}

static void read_vouched(kp_fields fields, kp_metadata *metadata)
{
    metadata->vouched_count = kp_json_array(fields, "vouched_rows", KP_ROWS_MAX);
    for (size_t i = 0; i < metadata->vouched_count; i++) {
        kp_fields row = kp_json_entry(fields, "vouched_rows", i);
        kp_vouched *vouched = &metadata->vouched[i];
        kp_json_text(row, "row", vouched->row, sizeof vouched->row);
        vouched->operations = kp_json_words(row, "operations", OPERATIONS, KP_ROWS_MAX);
    }
}

static void read_metadata(kp_answer *answer, void *into)
{
    const kp_fields fields = answer->fields;
    kp_metadata *metadata = into;

    kp_json_word(fields, "profile", PROFILES);
    answer->status = check_version(fields, answer->error);
    if (answer->status != KAMUPIN_OK)
        return; /* the rest may be of a later profile */
    kp_call_pin_policy(fields, &metadata->pin_min, &metadata->pin_max);
    kp_json_words(fields, "products", kp_product_words, WORDS_MAX);
    kp_call_factors(fields, &metadata->factors);
    metadata->forms = kp_json_words(fields, "authorities", AUTHORITIES, WORDS_MAX);
    read_vouched(fields, metadata);
    kp_login_offer_read(fields, &metadata->login);
}

unsigned int kp_vouched_for(const kp_metadata *metadata, const char *row)
{
    for (size_t i = 0; i < metadata->vouched_count; i++)
        if (strcmp(metadata->vouched[i].row, row) == 0)
            return metadata->vouched[i].operations;
    return 0;
}

kamupin_status kp_service_metadata(kp_service *service, kp_metadata *metadata, kamupin_error *error)
{
    return kp_service_metadata_by(service, 0, metadata, error);
}

int64_t kp_service_date(const kp_service *service)
{
    return service->date == 0
               ? 0
               : service->date + (kp_now_ms(service->context) - service->date_ms) / 1000;
}

kamupin_status kp_service_metadata_by(kp_service *service, int64_t deadline_ms,
                                      kp_metadata *metadata, kamupin_error *error)
{
    const kp_call call = {.path = "/metadata", .repeat = true, .deadline_ms = deadline_ms};
    const kp_metadata empty = {.pin_min = 6, .pin_max = 12};

    *metadata = empty;
    kamupin_status status = kp_call_make(service, &call, read_metadata, metadata, error);
    if (status == KAMUPIN_OK) {
        service->pin_min = metadata->pin_min;
        service->pin_max = metadata->pin_max;
    }
    return status;
}
