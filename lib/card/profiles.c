/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profiles.c: the built-in card rows and how one is found. Data and look-up only; no card is
   touched. docs/cards.md says where each byte comes from and how sure it is; a row may never claim
   more than that page. */
#include <card/atr.h>
#include <card/channel.h>
#include <card/profile.h>
#include <card/profile_rows.h>
#include <core/context.h>

#include <string.h>

static const kp_profile rows[] = {
    {
        .name = "akis-1",
        .product = "AKİS v1.0",
        /* "UEKAE V1.0" */
        .historical = {.bytes = {0x55, 0x45, 0x4B, 0x41, 0x45, 0x20, 0x56, 0x31, 0x2E, 0x30},
                       .mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
                       .length = 10},
        .recognition = KP_RECOGNISE_KAMU_SM,
        .application = {0x3D, 0x00},
        .application_length = 2,
        .application_p1 = 0x00,
        .file_p1 = 0x02,
        .naming = KP_NAME_BY_SERIAL,
        .serial = {0x00, 0xCA, 0x01, 0x06, KP_KNOWN},
        .serial_le = 0x4D,
        .serial_offset = 55,
        .serial_length = 12,
        .verify = {0x00, 0x20, 0x00, 0x80, KP_KNOWN},
        .change = {0x00, 0x24, 0x02, 0x00, KP_KNOWN},
        /* nothing public says how this generation unblocks: unknown, so refused */
        .reset_after_authentication = {0, 0, 0, 0, KP_UNKNOWN},
        .reset_with_puk = {0, 0, 0, 0, KP_UNKNOWN},
        .change_coding = KP_CHANGE_LENGTH_PREFIXED,
        .counters = KP_COUNTER_FCP_TAG_90,
        .tries_max = 3,
        .challenge = {0x00, 0x84, 0x00, 0x00, KP_KNOWN},
        .external_authenticate = {0, 0, 0, 0, KP_UNKNOWN},
        .challenge_length = 8,
        .logout = KP_LOGOUT_COMMAND,
        .logout_command = {0x80, 0x1A, 0x00, 0x00, KP_KNOWN},
        .sign_environment = {0x00, 0x22, 0xC3, 0x00, KP_KNOWN},
        .sign_key_in_p2 = true,
        /* Which reference a key has is public of no generation: 84 is this project's own choice. A
           wrong one costs no try, and what another key signs does not pass the certificate. */
        .sign_key_first = 0x84,
        .sign = {0x00, 0x2A, 0x9E, 0x9A, KP_KNOWN},
        .sign_pkcs1 = {KP_INPUT_BLOCK, KP_KNOWN}, /* what OpenSC's driver leads to, as a chain */
        .sign_pss = {KP_INPUT_BLOCK, KP_CANDIDATE},
        .sign_ecdsa = {KP_INPUT_NONE, KP_UNKNOWN},
    },
    {
        /* Of v1.1 to 1.4 little is public: the selection is known, what ISO/IEC 7816-4 gives is
           candidate, and nothing says how the tries are read. EXTERNAL AUTHENTICATE without a key
           reference is no form, so it is unknown. */
        .name = "akis-1.1",
        .product = "AKİS v1.1-1.4",
        /* 80 67 "UEKAE" VV CC 31 80 73 B3 A1 80: version, chip or product */
        .historical = {.bytes = {0x80, 0x67, 0x55, 0x45, 0x4B, 0x41, 0x45, 0x00, 0x00, 0x31, 0x80,
                                 0x73, 0xB3, 0xA1, 0x80},
                       .mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0xFF},
                       .length = 15},
        .recognition = KP_RECOGNISE_KAMU_SM,
        .application = {0x3D, 0x00},
        .application_length = 2,
        .application_p1 = 0x01,
        .file_p1 = 0x02,
        .naming = KP_NAME_BY_CERTIFICATES,
        .verify = {0x00, 0x20, 0x00, 0x81, KP_CANDIDATE},
        .change = {0x00, 0x24, 0x00, 0x81, KP_CANDIDATE},
        .reset_after_authentication = {0x00, 0x2C, 0x02, 0x81, KP_CANDIDATE},
        .reset_with_puk = {0x00, 0x2C, 0x00, 0x81, KP_CANDIDATE},
        .change_coding = KP_CHANGE_PLAIN,
        .counters = KP_COUNTER_NONE,
        .tries_max = 3,
        .challenge = {0x00, 0x84, 0x00, 0x00, KP_CANDIDATE},
        .external_authenticate = {0, 0, 0, 0, KP_UNKNOWN},
        .challenge_length = 8,
        .logout = KP_LOGOUT_COMMAND,
        .logout_command = {0x80, 0x1A, 0x00, 0x00, KP_CANDIDATE},
    },
    {
        .name = "akis-2",
        .product = "AKİS v2.x",
        /* 80 65 54 43 b1 b2 b3 31 C0 73 F6 21 80 81 LCS: b1 b2 b3 name the version and the chip, the
           last byte is the life cycle */
        .historical = {.bytes = {0x80, 0x65, 0x54, 0x43, 0x00, 0x00, 0x00, 0x31, 0xC0, 0x73, 0xF6,
                                 0x21, 0x80, 0x81, 0x00},
                       .mask = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF,
                                0xFF, 0xFF, 0xFF, 0x00},
                       .length = 15},
        .recognition = KP_RECOGNISE_KAMU_SM,
        .application = {'P', 'K', 'C', 'S', '-', '1', '5'},
        .application_length = 7,
        .application_p1 = 0x04,
        .file_p1 = 0x02,
        .naming = KP_NAME_BY_CERTIFICATES,
        .verify = {0x00, 0x20, 0x00, 0x81, KP_CANDIDATE},
        .change = {0x00, 0x24, 0x00, 0x81, KP_CANDIDATE},
        .reset_after_authentication = {0x00, 0x2C, 0x02, 0x81, KP_CANDIDATE},
        .reset_with_puk = {0x00, 0x2C, 0x00, 0x81, KP_CANDIDATE},
        .change_coding = KP_CHANGE_PLAIN,
        .counters = KP_COUNTER_GET_DATA_OBJECT,
        .pin_object = 0x01,
        .puk_object = 0x02,
        .not_set_sw = 0x6A88,
        .tries_max = 3,
        .challenge = {0x00, 0x84, 0x00, 0x00, KP_CANDIDATE},
        /* Key reference 83 and a challenge of 8 bytes are this project's own choice: no public
           source names either. They work with the sandbox's card; an institution that issues cards
           knows its own. */
        .external_authenticate = {0x00, 0x82, 0x00, 0x83, KP_CANDIDATE},
        .challenge_length = 8,
        .secure_messaging = KP_SM_AES, /* our own choice as well */
        /* GET CHALLENGE, EXTERNAL and MUTUAL AUTHENTICATE, and reading the counters, in clear and
           protected: our own choice, as nothing public says what a service would send. */
        .relay_proof = KP_CANDIDATE,
        .relay = {{0x00, 0x84, 0x00, 0x00, false},
                  {0x00, 0x82, 0x00, 0x83, true},
                  {0x00, 0x82, 0x00, 0x84, true},
                  {0x00, 0xCB, 0x3F, 0xFF, false},
                  {0x0C, 0xCB, 0x3F, 0xFF, false}},
        .relay_rules = 5,
        .relay_keys = true,
        .logout = KP_LOGOUT_BY_SELECTION,
        .sign_environment = {0x00, 0x22, 0x41, 0xB6, KP_CANDIDATE},
        .sign_key_first = 0x84, /* own choice, as above */
        .sign = {0x00, 0x2A, 0x9E, 0x9A, KP_CANDIDATE},
        .sign_pkcs1 = {KP_INPUT_DIGEST_INFO, KP_CANDIDATE},
        .sign_pss = {KP_INPUT_BLOCK, KP_CANDIDATE},
        .sign_ecdsa = {KP_INPUT_HASH, KP_CANDIDATE},
    },
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static bool matches(const kp_profile *row, const kp_atr *atr)
{
    const kp_pattern *pattern = &row->historical;
    if (atr->historical_length < pattern->length ||
        (atr->historical_length > pattern->length && !pattern->open_end))
        return false;
    for (size_t i = 0; i < pattern->length; i++)
        if (((atr->historical[i] ^ pattern->bytes[i]) & pattern->mask[i]) != 0)
            return false;
    return true;
}

static const kp_profile *built_in_for(const kp_atr *atr)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (matches(&rows[i], atr))
            return &rows[i];
    return NULL;
}

const kp_profile *kp_profile_for_atr(const struct kamupin_context *context, const uint8_t *atr,
                                     size_t length)
{
    kp_atr parsed;
    if (!kp_atr_parse(atr, length, &parsed))
        return NULL;
    const kp_profile *built_in = built_in_for(&parsed);
    for (const kp_profile_rows *file = context == NULL ? NULL : context->rows; file != NULL;
         file = file->next)
        for (size_t i = 0; i < file->count; i++)
            if (matches(&file->rows[i], &parsed) &&
                (built_in == NULL || file->rows[i].recognition == KP_RECOGNISE_KAMU_SM))
                return &file->rows[i];
    return built_in;
}

const kp_profile *kp_profile_find(const struct kamupin_context *context, const char *name)
{
    for (const kp_profile_rows *file = context == NULL ? NULL : context->rows; file != NULL;
         file = file->next)
        for (size_t i = 0; name != NULL && i < file->count; i++)
            if (strcmp(file->rows[i].name, name) == 0)
                return &file->rows[i];
    return kp_profile_by_name(name);
}

/* Whether everything that `inner` matches is matched by `outer` as well. */
static bool covers(const kp_pattern *outer, const kp_pattern *inner)
{
    if (inner->length != outer->length || inner->open_end)
        return false;
    for (size_t i = 0; i < outer->length; i++)
        if ((outer->mask[i] & ~inner->mask[i]) != 0 ||
            ((outer->bytes[i] ^ inner->bytes[i]) & outer->mask[i]) != 0)
            return false;
    return true;
}

const kp_profile *kp_profile_family(const kp_profile *row)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (covers(&rows[i].historical, &row->historical))
            return &rows[i];
    return NULL;
}

static bool is_form(const kp_form *form, const kp_command *command)
{
    return form->proof == KP_KNOWN && form->cla == command->cla && form->ins == command->ins &&
           form->p1 == command->p1 && form->p2 == command->p2;
}

bool kp_profile_permits(const kp_profile *profile, const kp_command *command)
{
    if (profile == NULL || command->length != 0 || command->ins != 0x20 || kp_names_a_puk(command))
        return false;
    return (profile->counters == KP_COUNTER_VERIFY_QUESTION &&
            is_form(&profile->tries_question, command)) ||
           (profile->logout == KP_LOGOUT_COMMAND && is_form(&profile->logout_command, command));
}

const kp_profile *kp_profile_by_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < ROW_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static kp_proof weaker(kp_proof a, kp_proof b)
{
    return a < b ? a : b;
}

kp_proof kp_profile_proof(const kp_profile *profile, kp_card_operation operation)
{
    switch (operation) {
    case KP_OP_VERIFY:
        return profile->verify.proof;
    case KP_OP_CHANGE:
        return profile->change.proof;
    case KP_OP_RESET_BY_CRYPTOGRAM:
        return weaker(profile->challenge.proof, weaker(profile->external_authenticate.proof,
                                                       profile->reset_after_authentication.proof));
    case KP_OP_SIGN:
        return weaker(profile->verify.proof,
                      weaker(profile->sign_environment.proof, profile->sign.proof));
    case KP_OP_RESET_BY_RELAY:
        return weaker(profile->relay_proof, profile->reset_after_authentication.proof);
    case KP_OP_RESET_BY_SEALED_PUK:
        return profile->reset_with_puk.proof;
    }
    return KP_UNKNOWN;
}

/* Stable words of the service profile: never renamed. */
static const struct {
    kp_card_operation operation;
    const char *name;
} operation_names[] = {
    {KP_OP_VERIFY, "verify"},
    {KP_OP_CHANGE, "change"},
    {KP_OP_RESET_BY_CRYPTOGRAM, "reset-by-cryptogram"},
    {KP_OP_SIGN, "sign"},
    {KP_OP_RESET_BY_RELAY, "reset-by-relay"},
    {KP_OP_RESET_BY_SEALED_PUK, "reset-by-sealed-puk"},
};

#define OPERATION_COUNT (sizeof operation_names / sizeof operation_names[0])

const char *kp_card_operation_name(kp_card_operation operation)
{
    for (size_t i = 0; i < OPERATION_COUNT; i++)
        if (operation_names[i].operation == operation)
            return operation_names[i].name;
    return "";
}

unsigned int kp_card_operation_by_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < OPERATION_COUNT; i++)
        if (strcmp(operation_names[i].name, name) == 0)
            return (unsigned int)operation_names[i].operation;
    return 0;
}
