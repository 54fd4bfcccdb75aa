/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_values.c: the values that stand behind a key in a profile file: words, bytes, numbers,
   command forms. Pure: text in, member of the row out. */
#include <card/channel.h>
#include <card/profile_rows.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void *member(const kp_profile_key *key, kp_profile *row)
{
    return (unsigned char *)row + key->offset;
}

static int digit(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    if (letter >= 'A' && letter <= 'F')
        return letter - 'A' + 10;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool kp_value_bytes(const char *text, uint8_t *bytes, size_t room, size_t *length)
{
    *length = 0;
    while (*text != '\0') {
        if (*text == ' ') {
            text++;
            continue;
        }
        int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
        if (low < 0 || *length == room)
            return false;
        bytes[(*length)++] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    return *length > 0;
}

bool kp_value_word(const char **at, char *word, size_t room)
{
    size_t length = strcspn(*at, " ");
    if (length == 0 || length >= room)
        return false;
    memcpy(word, *at, length);
    word[length] = '\0';
    *at += length;
    *at += strspn(*at, " ");
    return true;
}

kp_problem kp_read_text(const kp_profile_key *key, const char *value, kp_profile *row)
{
    size_t length = strlen(value);
    if (length >= key->room)
        return KP_PROBLEM_TOO_LONG;
    memcpy(member(key, row), value, length + 1);
    return KP_PROBLEM_NONE;
}

kp_problem kp_read_word(const kp_profile_key *key, const char *value, kp_profile *row)
{
    for (int i = 0; key->words[i] != NULL; i++)
        if (strcmp(key->words[i], value) == 0) {
            memcpy(member(key, row), &i, sizeof i); /* an enumeration is as large as an int */
            return KP_PROBLEM_NONE;
        }
    return KP_PROBLEM_BAD_WORD;
}

kp_problem kp_read_flag(const kp_profile_key *key, const char *value, kp_profile *row)
{
    for (int i = 0; i < 2; i++)
        if (strcmp(key->words[i], value) == 0) {
            const bool flag = i == 1;
            memcpy(member(key, row), &flag, sizeof flag);
            return KP_PROBLEM_NONE;
        }
    return KP_PROBLEM_BAD_WORD;
}

kp_problem kp_read_byte(const kp_profile_key *key, const char *value, kp_profile *row)
{
    uint8_t byte = 0;
    size_t length = 0;
    if (!kp_value_bytes(value, &byte, 1, &length))
        return KP_PROBLEM_BAD_BYTES;
    memcpy(member(key, row), &byte, 1);
    return KP_PROBLEM_NONE;
}

/* Decimal digits alone: strtol by itself would take signs and blanks. */
static bool read_decimal(const char *text, long least, long most, long *number)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *number = strtol(text, &end, 10);
    return errno == 0 && *end == '\0' && *number >= least && *number <= most;
}

kp_problem kp_read_number(const kp_profile_key *key, const char *value, kp_profile *row)
{
    long number = 0;
    if (!read_decimal(value, key->least, key->most, &number))
        return KP_PROBLEM_BAD_NUMBER;
    if (key->room == sizeof(uint8_t)) {
        uint8_t byte = (uint8_t)number;
        memcpy(member(key, row), &byte, sizeof byte);
    } else {
        int whole = (int)number;
        memcpy(member(key, row), &whole, sizeof whole);
    }
    return KP_PROBLEM_NONE;
}

/* Whether the never-send list would stop the command with data. */
static bool is_never_sent(const kp_form *form)
{
    static const uint8_t data[8] = {0};
    const kp_command command = {.cla = form->cla,
                                .ins = form->ins,
                                .p1 = form->p1,
                                .p2 = form->p2,
                                .data = data,
                                .length = sizeof data,
                                .le = KP_LE_NONE};
    return kp_never_send(&command);
}

bool kp_value_proof(const char *word, kp_proof *proof)
{
    static const char *const words[] = {"unknown", "candidate", "known"};
    for (int i = 0; i < 3; i++)
        if (strcmp(word, words[i]) == 0) {
            *proof = (kp_proof)i;
            return true;
        }
    return false;
}

/* "00 20 00 81 candidate", or "unknown" alone. A proof stands for bytes: without them only
   "unknown" is true, and with them it cannot be. */
kp_problem kp_read_form(const kp_profile_key *key, const char *value, kp_profile *row)
{
    const char *last = strrchr(value, ' ');
    const char *word = last == NULL ? value : last + 1;
    char header[32] = "";
    uint8_t bytes[4] = {0};
    size_t length = 0;
    kp_form form = {0};
    if (!kp_value_proof(word, &form.proof))
        return KP_PROBLEM_BAD_FORM;
    size_t before = (size_t)(word - value);
    if (before == 0) {
        if (form.proof != KP_UNKNOWN)
            return KP_PROBLEM_PROOF_WITHOUT_FORM;
    } else {
        if (before >= sizeof header)
            return KP_PROBLEM_BAD_FORM;
        memcpy(header, value, before);
        if (!kp_value_bytes(header, bytes, sizeof bytes, &length) || length != sizeof bytes)
            return KP_PROBLEM_BAD_FORM;
        if (form.proof == KP_UNKNOWN)
            return KP_PROBLEM_FORM_WITHOUT_PROOF;
        form.cla = bytes[0];
        form.ins = bytes[1];
        form.p1 = bytes[2];
        form.p2 = bytes[3];
        if (key->least >= 0 && form.ins != (uint8_t)key->least)
            return KP_PROBLEM_WRONG_INSTRUCTION;
        if (key->least >= 0 && is_never_sent(&form))
            return KP_PROBLEM_NEVER_SENT;
    }
    memcpy(member(key, row), &form, sizeof form);
    return KP_PROBLEM_NONE;
}
