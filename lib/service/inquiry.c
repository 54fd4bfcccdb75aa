/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   inquiry.c: what may be asked without a login, each one request. What cannot be a number is not
   sent; what was asked about is in no log and no error record. */
#include <kamupin/inquiry.h>

#include <core/fail.h>
#include <service/client.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRACKING_MIN 4
#define TRACKING_MAX 40
#define KURUS_MAX    1000000000

static const char *const STATES[] = {"preparing", "on-the-way", "delivered", "returned", NULL};

/* Whether a number is of one of two or three types that an inquiry takes, and can be one. */
static kamupin_status check_identity(const kamupin_identity *identity, unsigned int types,
                                     kamupin_error *error)
{
    kamupin_status status = kamupin_identity_check(identity, error);

    if (status == KAMUPIN_OK && (types & 1U << identity->type) == 0)
        status = kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL,
                         "a number of type %d", (int)identity->type);
    return status;
}

static void put_identity(kp_buffer *body, const char *name, const kamupin_identity *identity)
{
    kp_buffer_text(body, "{");
    kp_json_put(body, name, strlen(name));
    kp_call_put_identity(body, ":{", identity);
    kp_buffer_text(body, "}");
}

/* Asks a service of one's own; a lost answer's request is repeated, for it changes nothing. */
static kamupin_status ask(kamupin_context *context, const char *base, kamupin_cancel *cancel,
                          const char *path, kp_buffer *body, kp_reader *read, void *into,
                          kamupin_error *error)
{
    const kp_call call = {.path = path, .body = body, .repeat = true};
    kp_service *service = NULL;

    kamupin_status status = kp_service_new(context, base, cancel, &service, error);
    if (status == KAMUPIN_OK)
        status = kp_call_make(service, &call, read, into, error);
    kp_service_free(&service);
    kp_buffer_wipe(body);
    return status;
}

/* ---- who may have a seal ---- */

static void read_seal_authority(kp_answer *answer, void *into)
{
    kamupin_seal_authority *told = into;

    told->authorised = kp_json_bool(answer->fields, "authorised");
    kp_json_shown(answer->fields, "name", told->name, sizeof told->name);
}

kamupin_status kamupin_inquire_seal_authority(kamupin_context *context, const char *service,
                                              const kamupin_identity *organisation,
                                              kamupin_cancel *cancel, kamupin_seal_authority *found,
                                              kamupin_error *error)
{
    kamupin_seal_authority told = KAMUPIN_SEAL_AUTHORITY_INIT;
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);

    if (service == NULL || found == NULL || found->size != sizeof *found)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = check_identity(
        organisation, 1U << KAMUPIN_IDENTITY_VKN | 1U << KAMUPIN_IDENTITY_DETSIS, error);
    if (status != KAMUPIN_OK)
        return status;
    put_identity(&body, "organisation", organisation);
    status = ask(context, service, cancel, "/inquiries/seal-authority", &body, read_seal_authority,
                 &told, error);
    if (status == KAMUPIN_OK)
        *found = told;
    return status;
}

/* ---- what is to be paid ---- */

static void read_debt(kp_fields entry, kamupin_debt *debt)
{
    kp_json_text(entry, "reference", debt->reference, sizeof debt->reference);
    debt->product = kp_call_product(entry);
    debt->kurus = kp_json_int(entry, "kurus", 1, KURUS_MAX);
}

static void read_debts(kp_answer *answer, void *into)
{
    kamupin_debts *told = into;

    told->count = kp_json_array(answer->fields, "debts", KAMUPIN_DEBTS_MAX);
    for (size_t i = 0; i < told->count; i++)
        read_debt(kp_json_entry(answer->fields, "debts", i), &told->debt[i]);
}

kamupin_status kamupin_inquire_debt(kamupin_context *context, const char *service,
                                    const kamupin_identity *payer, kamupin_cancel *cancel,
                                    kamupin_debts *found, kamupin_error *error)
{
    const unsigned int types =
        1U << KAMUPIN_IDENTITY_TCKN | 1U << KAMUPIN_IDENTITY_PASSPORT | 1U << KAMUPIN_IDENTITY_VKN;
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kamupin_debts told = KAMUPIN_DEBTS_INIT;

    if (service == NULL || found == NULL || found->size != sizeof *found)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = check_identity(payer, types, error);
    if (status != KAMUPIN_OK)
        return status;
    put_identity(&body, "payer", payer);
    status = ask(context, service, cancel, "/inquiries/debt", &body, read_debts, &told, error);
    if (status == KAMUPIN_OK)
        *found = told;
    return status;
}

/* ---- where a card is ---- */

static kamupin_status check_tracking(const char *tracking, kamupin_error *error)
{
    const size_t length = strlen(tracking);

    if (length >= TRACKING_MIN && length <= TRACKING_MAX &&
        strspn(tracking, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") ==
            length)
        return KAMUPIN_OK;
    return kp_fail_local(error, KAMUPIN_E_IDENTITY_MALFORMED);
}

/* Four digits, two, two: a day of some month; which one it was is the service's word. */
static bool is_day(const char *day)
{
    static const char SHAPE[] = "0000-00-00";

    for (size_t i = 0; i < sizeof SHAPE - 1; i++) {
        const bool digit = day[i] >= '0' && day[i] <= '9';
        if (SHAPE[i] == '0' ? !digit : day[i] != SHAPE[i])
            return false;
    }
    return day[sizeof SHAPE - 1] == '\0';
}

static void read_shipment(kp_answer *answer, void *into)
{
    const kp_fields fields = answer->fields;
    kamupin_shipment *told = into;

    told->state = (kamupin_shipment_state)(1 + kp_json_word(fields, "state", STATES));
    if (kp_json_has(fields, "carrier"))
        kp_json_shown(fields, "carrier", told->carrier, sizeof told->carrier);
    if (!kp_json_has(fields, "day"))
        return;
    kp_json_text(fields, "day", told->day, sizeof told->day);
    if (!is_day(told->day))
        kp_json_refuse(fields, "day");
}

kamupin_status kamupin_inquire_shipment(kamupin_context *context, const char *service,
                                        const char *tracking, kamupin_cancel *cancel,
                                        kamupin_shipment *found, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    kamupin_shipment told = KAMUPIN_SHIPMENT_INIT;

    if (service == NULL || tracking == NULL || found == NULL || found->size != sizeof *found)
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_status status = check_tracking(tracking, error);
    if (status != KAMUPIN_OK)
        return status;
    kp_json_put_field(&body, "{", "tracking", tracking);
    kp_buffer_text(&body, "}");
    status =
        ask(context, service, cancel, "/inquiries/shipment", &body, read_shipment, &told, error);
    if (status == KAMUPIN_OK)
        *found = told;
    return status;
}

const char *kamupin_shipment_state_name(kamupin_shipment_state state)
{
    const bool known = state >= KAMUPIN_SHIPMENT_PREPARING && state <= KAMUPIN_SHIPMENT_RETURNED;

    return known ? STATES[state - KAMUPIN_SHIPMENT_PREPARING] : "unknown";
}

const char *kamupin_amount_text(int64_t kurus, kamupin_language language, char *text, size_t size)
{
    const bool turkish = language == KAMUPIN_TURKISH;
    const uint64_t amount = kurus < 0 ? -(uint64_t)kurus : (uint64_t)kurus;
    char digits[24], grouped[KAMUPIN_AMOUNT_MAX];
    size_t out = 0;

    if (text == NULL || size == 0)
        return "";
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, amount / 100);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            grouped[out++] = turkish ? '.' : ',';
        grouped[out++] = digits[i];
    }
    grouped[out] = '\0';
    snprintf(text, size, "%s%s%s%c%02u%s", turkish ? "" : "TRY ", kurus < 0 ? "-" : "", grouped,
             turkish ? ',' : '.', (unsigned int)(amount % 100), turkish ? " TL" : "");
    return text;
}
