/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   inquiry.h: what may be asked of a service without a login (row B06): who may have an electronic
   seal, what is still to be paid, where a card's delivery is. Numbers are checked here first; they
   are personal data, travel in bodies and never in addresses, and are in no error record.

       kamupin_identity who = {.size = sizeof who, .type = KAMUPIN_IDENTITY_VKN, .number = "…"};
       kamupin_debts debts = KAMUPIN_DEBTS_INIT;
       status = kamupin_inquire_debt(context, "https://…", &who, NULL, &debts, &error); */
#ifndef KAMUPIN_INQUIRY_H
#define KAMUPIN_INQUIRY_H

#include <kamupin/operation.h>
#include <kamupin/session.h>

KAMUPIN_BEGIN

/** Whether an organisation may have an electronic seal. */
typedef struct kamupin_seal_authority {
    size_t size; /**< sizeof(kamupin_seal_authority); set by KAMUPIN_SEAL_AUTHORITY_INIT */
    bool authorised;
    char name[KAMUPIN_NAME_MAX]; /**< the organisation's, as the service has it */
} kamupin_seal_authority;

/** The most debts that one answer tells of. */
#define KAMUPIN_DEBTS_MAX 32

/** Something that was not paid. */
typedef struct kamupin_debt {
    char reference[41]; /**< names the debt when it is paid */
    kamupin_product product;
    int64_t kurus; /**< Turkish lira times 100; kamupin_amount_text writes it */
} kamupin_debt;

/** What is still to be paid; nothing is a count of 0. */
typedef struct kamupin_debts {
    size_t size; /**< sizeof(kamupin_debts); set by KAMUPIN_DEBTS_INIT */
    size_t count;
    kamupin_debt debt[KAMUPIN_DEBTS_MAX];
} kamupin_debts;

/** How far a shipment has come. */
typedef enum kamupin_shipment_state {
    KAMUPIN_SHIPMENT_PREPARING = 1,
    KAMUPIN_SHIPMENT_ON_THE_WAY = 2,
    KAMUPIN_SHIPMENT_DELIVERED = 3,
    KAMUPIN_SHIPMENT_RETURNED = 4 /**< to the sender */
} kamupin_shipment_state;

/** Where a delivery is. */
typedef struct kamupin_shipment {
    size_t size; /**< sizeof(kamupin_shipment); set by KAMUPIN_SHIPMENT_INIT */
    kamupin_shipment_state state;
    char carrier[241]; /**< "" when not told */
    char day[11];      /**< of the last change, "2026-01-26"; "" when not told */
} kamupin_shipment;

#define KAMUPIN_SEAL_AUTHORITY_INIT KAMUPIN_SIZED(kamupin_seal_authority)
#define KAMUPIN_DEBTS_INIT          KAMUPIN_SIZED(kamupin_debts)
#define KAMUPIN_SHIPMENT_INIT       KAMUPIN_SIZED(kamupin_shipment)

/** Whether an organisation may have an electronic seal.
 *  @param service base URL of a service that speaks the profile, https only
 *  @param organisation a VKN or DETSİS number
 *  @param cancel ends the call from another thread; may be NULL
 *  @param found receives the answer, size set by the caller
 *  @param error receives the reason of a failure; may be NULL
 *  Threads: any.
 *  Errors: identity-malformed (nothing was sent), inquiry-unknown, rate-limited (wait_seconds),
 *  client-too-old, url-refused, invalid-argument, cancelled, network-*, tls-*, service-*. */
KAMUPIN_API kamupin_status kamupin_inquire_seal_authority(
    kamupin_context *context, const char *service, const kamupin_identity *organisation,
    kamupin_cancel *cancel, kamupin_seal_authority *found, kamupin_error *error);

/** What a person or an organisation still has to pay.
 *  @param payer a T.C., passport or VKN number
 *  Otherwise as kamupin_inquire_seal_authority. */
KAMUPIN_API kamupin_status kamupin_inquire_debt(kamupin_context *context, const char *service,
                                                const kamupin_identity *payer,
                                                kamupin_cancel *cancel, kamupin_debts *found,
                                                kamupin_error *error);

/** Where a delivery is.
 *  @param tracking 4 to 40 letters, digits and hyphens
 *  Otherwise as kamupin_inquire_seal_authority. */
KAMUPIN_API kamupin_status kamupin_inquire_shipment(kamupin_context *context, const char *service,
                                                    const char *tracking, kamupin_cancel *cancel,
                                                    kamupin_shipment *found, kamupin_error *error);

#define KAMUPIN_AMOUNT_MAX 40 /**< bytes of an amount as text, with the NUL */

/** An amount as people write it: "1.250,00 TL" in Turkish, "TRY 1,250.00" in English; the process'
 *  locale plays no part.
 *  @param kurus Turkish lira times 100
 *  @param text receives it, always NUL-terminated; KAMUPIN_AMOUNT_MAX bytes suffice
 *  @return `text`. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_amount_text(int64_t kurus, kamupin_language language, char *text,
                                            size_t size);

/** A state's stable word: "preparing", "on-the-way", "delivered", "returned".
 *  Ownership: static text; "unknown" for a number that is none. Threads: any. Errors: none. */
KAMUPIN_API const char *kamupin_shipment_state_name(kamupin_shipment_state state);

KAMUPIN_END
#endif
