/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_keys.c: what a row of a profile file may say: one line for each key, and the rules that
   hold between them. A new member of kp_profile gets its line here and in docs/profiles.md. */
#include <card/channel.h>
#include <card/profile_rows.h>
#include <card/relay.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const recognitions[] = {"kamu-sm", "certificate", "application", NULL};
static const char *const namings[] = {"serial", "certificates", "atr", NULL};
static const char *const codings[] = {"plain", "length-prefixed", NULL};
static const char *const counter_methods[] = {"none", "fcp-tag-90", "get-data-object",
                                              "verify-question", NULL};
static const char *const key_places[] = {"data", "p2", NULL};
static const char *const answers[] = {"plain", "der", NULL};
static const char *const relay_rights[] = {"in-clear", "session-keys", NULL};
static const char *const inputs[] = {"none", "digest-info", "block", "hash", NULL};
static const char *const logouts[] = {"command", "selection", NULL};
static const char *const session_kinds[] = {"none", "3des", "aes", NULL};

/* "80 65 .. .. 31 *": ".." is any byte, "*" at the end any bytes that follow. */
static kp_problem read_pattern(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_pattern pattern = {.length = 0};
    char word[4];
    (void)key;
    while (kp_value_word(&value, word, sizeof word)) {
        size_t one = 0;
        if (strcmp(word, "*") == 0 && *value == '\0') {
            pattern.open_end = true;
            break;
        }
        if (pattern.length == KP_HISTORICAL_MAX)
            return KP_PROBLEM_TOO_LONG;
        if (strcmp(word, "..") != 0) {
            if (!kp_value_bytes(word, &pattern.bytes[pattern.length], 1, &one))
                return KP_PROBLEM_BAD_BYTES;
            pattern.mask[pattern.length] = 0xFF;
        }
        pattern.length++;
    }
    if (*value != '\0')
        return KP_PROBLEM_BAD_BYTES;
    row->historical = pattern;
    return KP_PROBLEM_NONE;
}

/* "mf", "name A0 00 …", "file 3D00" (P1 00), "child 3D00" (P1 01). */
static kp_problem read_application(const kp_profile_key *key, const char *value, kp_profile *row)
{
    static const struct {
        const char *word;
        uint8_t p1;
    } ways[] = {{"file", 0x00}, {"child", 0x01}, {"name", 0x04}};
    char word[8];
    size_t length = 0;
    (void)key;
    row->application_length = 0;
    row->application_p1 = 0x00;
    if (strcmp(value, "mf") == 0)
        return KP_PROBLEM_NONE;
    if (!kp_value_word(&value, word, sizeof word))
        return KP_PROBLEM_BAD_WORD;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (strcmp(ways[i].word, word) != 0)
            continue;
        bool by_name = ways[i].p1 == 0x04;
        if (!kp_value_bytes(value, row->application, KP_APPLICATION_MAX, &length) ||
            (!by_name && length != 2))
            return KP_PROBLEM_BAD_BYTES;
        row->application_length = length;
        row->application_p1 = ways[i].p1;
        return KP_PROBLEM_NONE;
    }
    return KP_PROBLEM_BAD_WORD;
}

static kp_problem read_select_answer(const kp_profile_key *key, const char *value, kp_profile *row)
{
    (void)key;
    if (strcmp(value, "fci") != 0 && strcmp(value, "none") != 0)
        return KP_PROBLEM_BAD_WORD;
    row->select_p2 = strcmp(value, "none") == 0 ? 0x0C : 0x00;
    return KP_PROBLEM_NONE;
}

/* "none", "files 2F10", "objects 5FC105 5FC10A": a tag of one to three bytes each. */
static kp_problem read_certificates(const kp_profile_key *key, const char *value, kp_profile *row)
{
    char word[12];
    uint8_t bytes[3];
    size_t length = 0;
    (void)key;
    row->certificate_object_count = 0;
    row->certificates = KP_CERTIFICATES_NOWHERE;
    if (strcmp(value, "none") == 0)
        return KP_PROBLEM_NONE;
    if (!kp_value_word(&value, word, sizeof word))
        return KP_PROBLEM_BAD_WORD;
    if (strcmp(word, "files") == 0) {
        if (!kp_value_bytes(value, bytes, 2, &length) || length != 2)
            return KP_PROBLEM_BAD_BYTES;
        row->certificates = KP_CERTIFICATES_IN_FILES;
        row->first_certificate = (uint16_t)(bytes[0] << 8 | bytes[1]);
        return KP_PROBLEM_NONE;
    }
    if (strcmp(word, "objects") != 0)
        return KP_PROBLEM_BAD_WORD;
    row->certificates = KP_CERTIFICATES_IN_OBJECTS;
    while (kp_value_word(&value, word, sizeof word)) {
        uint32_t tag = 0;
        if (row->certificate_object_count == KP_OBJECTS_MAX)
            return KP_PROBLEM_TOO_LONG;
        if (!kp_value_bytes(word, bytes, sizeof bytes, &length))
            return KP_PROBLEM_BAD_BYTES;
        for (size_t i = 0; i < length; i++)
            tag = tag << 8 | bytes[i];
        row->certificate_objects[row->certificate_object_count++] = tag;
    }
    return *value == '\0' && row->certificate_object_count > 0 ? KP_PROBLEM_NONE
                                                               : KP_PROBLEM_BAD_BYTES;
}

/* Up to three decimal numbers with blanks between them. */
static bool read_numbers(const char *value, long *numbers, size_t count, long most)
{
    char word[8];
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        if (!kp_value_word(&value, word, sizeof word) || word[0] < '0' || word[0] > '9')
            return false;
        numbers[i] = strtol(word, &end, 10);
        if (*end != '\0' || numbers[i] > most)
            return false;
    }
    return *value == '\0';
}

/* "77 55 12": how many bytes are asked for, where in them the serial begins, how long it is. */
static kp_problem read_serial_bytes(const kp_profile_key *key, const char *value, kp_profile *row)
{
    long numbers[3];
    (void)key;
    if (!read_numbers(value, numbers, 3, 255) || numbers[0] < 1 || numbers[2] < 1 ||
        numbers[2] > 33 || numbers[1] + numbers[2] > numbers[0])
        return KP_PROBLEM_BAD_NUMBER;
    row->serial_le = (uint8_t)numbers[0];
    row->serial_offset = (size_t)numbers[1];
    row->serial_length = (size_t)numbers[2];
    return KP_PROBLEM_NONE;
}

static kp_problem read_pin_length(const kp_profile_key *key, const char *value, kp_profile *row)
{
    long numbers[2];
    (void)key;
    if (!read_numbers(value, numbers, 2, 16) || numbers[0] < 4 || numbers[0] > numbers[1])
        return KP_PROBLEM_BAD_NUMBER;
    row->pin_min = (uint8_t)numbers[0];
    row->pin_max = (uint8_t)numbers[1];
    return KP_PROBLEM_NONE;
}

/* "FF 8": filled with FF up to 8 bytes. */
static kp_problem read_pin_padding(const kp_profile_key *key, const char *value, kp_profile *row)
{
    char word[4];
    size_t length = 0;
    long block = 0;
    (void)key;
    row->pin_block = 0;
    if (strcmp(value, "none") == 0)
        return KP_PROBLEM_NONE;
    if (!kp_value_word(&value, word, sizeof word) ||
        !kp_value_bytes(word, &row->pin_pad, 1, &length))
        return KP_PROBLEM_BAD_BYTES;
    if (!read_numbers(value, &block, 1, 16) || block < 4)
        return KP_PROBLEM_BAD_NUMBER;
    row->pin_block = (uint8_t)block;
    return KP_PROBLEM_NONE;
}

static kp_problem read_not_set(const kp_profile_key *key, const char *value, kp_profile *row)
{
    uint8_t bytes[2];
    size_t length = 0;
    (void)key;
    row->not_set_sw = 0;
    if (strcmp(value, "none") == 0)
        return KP_PROBLEM_NONE;
    if (!kp_value_bytes(value, bytes, sizeof bytes, &length) || length != sizeof bytes)
        return KP_PROBLEM_BAD_BYTES;
    row->not_set_sw = (uint16_t)(bytes[0] << 8 | bytes[1]);
    return KP_PROBLEM_NONE;
}

/* Sent without data and without asking anybody: only what is known to spend nothing. */
static kp_problem read_question(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    if (problem == KP_PROBLEM_NONE && row->tries_question.proof != KP_KNOWN)
        return KP_PROBLEM_NOT_KNOWN;
    return problem;
}

/* AKİS' own 1A of a proprietary class, or VERIFY with P1 FF (ISO/IEC 7816-4, 11.6.6: the
   verification status is set back), which may stand only as known, as it has no data. */
static kp_problem read_logout(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    const kp_form *form = &row->logout_command;
    if (problem != KP_PROBLEM_NONE || form->proof == KP_UNKNOWN)
        return problem;
    if (form->ins == 0x20 && form->p1 == 0xFF)
        return form->proof == KP_KNOWN ? KP_PROBLEM_NONE : KP_PROBLEM_NOT_KNOWN;
    return form->ins == 0x1A && form->cla >= 0x80 ? KP_PROBLEM_NONE : KP_PROBLEM_WRONG_INSTRUCTION;
}

/* The one form that carries a PUK; nothing sends it but with a PUK that a service sealed. */
static kp_problem read_reset_with_puk(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    const kp_form *form = &row->reset_with_puk;
    if (problem != KP_PROBLEM_NONE || form->proof == KP_UNKNOWN)
        return problem;
    if (form->ins != 0x2C)
        return KP_PROBLEM_WRONG_INSTRUCTION;
    return kp_sealed_form(form) ? KP_PROBLEM_NONE : KP_PROBLEM_NEVER_SENT;
}

/* "digest-info candidate": what goes into the signature command, and how sure that is. */
static kp_problem read_sign_input(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_sign_form form = {KP_INPUT_NONE, KP_UNKNOWN};
    char word[16];
    if (strcmp(value, "unknown") != 0) {
        int input = 0;
        if (!kp_value_word(&value, word, sizeof word))
            return KP_PROBLEM_BAD_WORD;
        while (inputs[input] != NULL && strcmp(inputs[input], word) != 0)
            input++;
        if (input == 0 || inputs[input] == NULL || !kp_value_proof(value, &form.proof) ||
            form.proof == KP_UNKNOWN)
            return KP_PROBLEM_BAD_WORD;
        form.input = (kp_sign_input)input;
    }
    memcpy((unsigned char *)row + key->offset, &form, sizeof form);
    return KP_PROBLEM_NONE;
}

/* "candidate 00840000 free 00820084 costs": what a service may relay, and how sure that is. */
static kp_problem read_relay(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_relay_rule rules[KP_RELAY_RULES_MAX] = {{0}};
    uint8_t bytes[4];
    char word[12];
    kp_proof proof = KP_UNKNOWN;
    size_t count = 0, length = 0;
    (void)key;
    if (!kp_value_word(&value, word, sizeof word) || !kp_value_proof(word, &proof))
        return KP_PROBLEM_BAD_WORD;
    for (; kp_value_word(&value, word, sizeof word); count++) {
        if (count == KP_RELAY_RULES_MAX || !kp_value_bytes(word, bytes, sizeof bytes, &length) ||
            length != sizeof bytes || !kp_value_word(&value, word, sizeof word) ||
            (strcmp(word, "free") != 0 && strcmp(word, "costs") != 0))
            return KP_PROBLEM_BAD_WORD;
        rules[count] =
            (kp_relay_rule){bytes[0], bytes[1], bytes[2], bytes[3], strcmp(word, "costs") == 0};
        if (!kp_relay_may_be(&rules[count]))
            return KP_PROBLEM_NEVER_SENT;
    }
    if (*value != '\0' || (count == 0) != (proof == KP_UNKNOWN))
        return KP_PROBLEM_BAD_WORD;
    memcpy(row->relay, rules, sizeof rules);
    row->relay_rules = count;
    row->relay_proof = proof;
    return KP_PROBLEM_NONE;
}

/* "verify change reset", or "none". */
static kp_problem read_protected(const kp_profile_key *key, const char *value, kp_profile *row)
{
    static const char *const words[] = {"verify", "change", "reset"};
    unsigned int bits = 0;
    char word[8];
    (void)key;
    if (strcmp(value, "none") == 0) {
        row->protected_commands = 0;
        return KP_PROBLEM_NONE;
    }
    while (kp_value_word(&value, word, sizeof word)) {
        unsigned int bit = 0;
        while (bit < 3 && strcmp(words[bit], word) != 0)
            bit++;
        if (bit == 3 || (bits & 1U << bit) != 0)
            return KP_PROBLEM_BAD_WORD;
        bits |= 1U << bit;
    }
    row->protected_commands = (uint8_t)bits;
    return *value == '\0' ? KP_PROBLEM_NONE : KP_PROBLEM_BAD_WORD;
}

#define AT(MEMBER) offsetof(kp_profile, MEMBER), sizeof(((kp_profile *)0)->MEMBER)
#define VALUE(NAME, READ)                                                                          \
    {                                                                                              \
        NAME, READ, 0, 0, NULL, 0, 0, false                                                        \
    }
#define NEEDED(NAME, READ)                                                                         \
    {                                                                                              \
        NAME, READ, 0, 0, NULL, 0, 0, true                                                         \
    }
#define BYTE(NAME, MEMBER)                                                                         \
    {                                                                                              \
        NAME, kp_read_byte, AT(MEMBER), NULL, 0, 0, false                                          \
    }
#define FORM(NAME, MEMBER, INS)                                                                    \
    {                                                                                              \
        NAME, kp_read_form, AT(MEMBER), NULL, INS, 0, false                                        \
    }
#define WORD(NAME, MEMBER, WORDS, NEEDS)                                                           \
    {                                                                                              \
        NAME, kp_read_word, AT(MEMBER), WORDS, 0, 0, NEEDS                                         \
    }
#define NUMBER(NAME, MEMBER, LEAST, MOST)                                                          \
    {                                                                                              \
        NAME, kp_read_number, AT(MEMBER), NULL, LEAST, MOST, false                                 \
    }
#define FLAG(NAME, MEMBER, WORDS)                                                                  \
    {                                                                                              \
        NAME, kp_read_flag, AT(MEMBER), WORDS, 0, 0, false                                         \
    }
#define ANY_INSTRUCTION (-1)

/* clang-format off */
const kp_profile_key kp_profile_keys[] = {
    {"product", kp_read_text, AT(product), NULL, 0, 0, true},
    NEEDED("historical", read_pattern),
    WORD("recognition", recognition, recognitions, true),
    NEEDED("application", read_application),
    BYTE("file-p1", file_p1),
    VALUE("select-answer", read_select_answer),
    NEEDED("certificates", read_certificates),
    WORD("name-by", naming, namings, true),
    FORM("serial", serial, 0xCA),
    VALUE("serial-bytes", read_serial_bytes),
    VALUE("pin-length", read_pin_length),
    VALUE("pin-padding", read_pin_padding),
    FORM("verify", verify, 0x20),
    FORM("change", change, 0x24),
    FORM("reset-after-authentication", reset_after_authentication, 0x2C),
    {"reset-with-puk", read_reset_with_puk, AT(reset_with_puk), NULL, ANY_INSTRUCTION, 0, false},
    WORD("change-coding", change_coding, codings, false),
    WORD("counters", counters, counter_methods, false),
    {"tries-question", read_question, AT(tries_question), NULL, 0x20, 0, false},
    BYTE("pin-object", pin_object),
    BYTE("puk-object", puk_object),
    VALUE("not-set-sw", read_not_set),
    NUMBER("tries-max", tries_max, 1, 15),
    FORM("challenge", challenge, 0x84),
    FORM("external-authenticate", external_authenticate, 0x82),
    NUMBER("challenge-length", challenge_length, 8, 32),
    WORD("logout", logout, logouts, false),
    FORM("sign-environment", sign_environment, 0x22),
    FLAG("sign-key-in", sign_key_in_p2, key_places),
    BYTE("sign-key-first", sign_key_first),
    FORM("sign", sign, 0x2A),
    {"sign-pkcs1", read_sign_input, AT(sign_pkcs1), NULL, 0, 0, false},
    {"sign-pss", read_sign_input, AT(sign_pss), NULL, 0, 0, false},
    {"sign-ecdsa", read_sign_input, AT(sign_ecdsa), NULL, 0, 0, false},
    FLAG("sign-ecdsa-answer", sign_ecdsa_der, answers),
    VALUE("relay", read_relay),
    FLAG("relay-right", relay_keys, relay_rights),
    WORD("secure-messaging", secure_messaging, session_kinds, false),
    VALUE("protected", read_protected),
    {"logout-command", read_logout, AT(logout_command), NULL, ANY_INSTRUCTION, 0, false},
};
/* clang-format on */

const size_t kp_profile_key_count = sizeof kp_profile_keys / sizeof kp_profile_keys[0];

/* ---- rules between the lines of a row ---- */

static bool length_fits(const kp_profile *row)
{
    unsigned int least = row->pin_min == 0 ? 6 : row->pin_min;
    unsigned int most = row->pin_max == 0 ? 12 : row->pin_max;
    if (row->recognition == KP_RECOGNISE_KAMU_SM && (least < 6 || most > 12))
        return false; /* Kamu SM's policy is only ever narrowed */
    return row->pin_block == 0 || most <= row->pin_block;
}

static bool naming_fits(const kp_profile *row)
{
    switch (row->naming) {
    case KP_NAME_BY_SERIAL:
        return row->serial.proof != KP_UNKNOWN && row->serial_length > 0;
    case KP_NAME_BY_CERTIFICATES:
        return row->certificates != KP_CERTIFICATES_NOWHERE;
    case KP_NAME_BY_ATR:
        return row->recognition != KP_RECOGNISE_KAMU_SM;
    }
    return false;
}

static bool counters_fit(const kp_profile *row)
{
    switch (row->counters) {
    case KP_COUNTER_NONE:
        return true;
    case KP_COUNTER_FCP_TAG_90:
        return row->tries_max > 0 && row->select_p2 == 0x00;
    case KP_COUNTER_GET_DATA_OBJECT:
        return row->pin_object != 0;
    case KP_COUNTER_VERIFY_QUESTION:
        return row->tries_question.proof == KP_KNOWN;
    }
    return false;
}

static bool logout_fits(const kp_profile *row)
{
    return row->logout != KP_LOGOUT_COMMAND || row->logout_command.proof != KP_UNKNOWN;
}

kp_problem kp_profile_row_problem(const kp_profile *row, const char **word)
{
    const kp_profile *family = kp_profile_family(row);
    const bool wants_certificate = row->recognition != KP_RECOGNISE_APPLICATION;
    const struct {
        bool fits;
        const char *key;
    } rules[] = {
        {!wants_certificate || row->certificates != KP_CERTIFICATES_NOWHERE, "certificates"},
        {naming_fits(row), "name-by"},
        {length_fits(row), "pin-length"},
        {counters_fit(row), "counters"},
        {row->external_authenticate.proof == KP_UNKNOWN || row->challenge_length > 0,
         "challenge-length"},
        {logout_fits(row), "logout"},
        {row->protected_commands == 0 || row->secure_messaging != KP_SM_NONE, "protected"},
        {!row->relay_keys || row->secure_messaging != KP_SM_NONE, "relay-right"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (!rules[i].fits) {
            *word = rules[i].key;
            return KP_PROBLEM_DOES_NOT_FIT;
        }
    if (family != NULL && row->recognition != KP_RECOGNISE_KAMU_SM) {
        *word = family->name;
        return KP_PROBLEM_TOO_LAX;
    }
    return KP_PROBLEM_NONE;
}
