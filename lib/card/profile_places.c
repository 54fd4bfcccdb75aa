/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_places.c: values of a profile file that say where things are and how long: historical
   bytes, the application, certificates, the serial number, the PIN. Pure: text in, members of the
   row out. */
#include <card/profile_rows.h>

#include <stdlib.h>
#include <string.h>

/* "80 65 .. .. 31 *": ".." is any byte, "*" at the end any bytes that follow. */
kp_problem kp_read_pattern(const kp_profile_key *key, const char *value, kp_profile *row)
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
kp_problem kp_read_application(const kp_profile_key *key, const char *value, kp_profile *row)
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

kp_problem kp_read_select_answer(const kp_profile_key *key, const char *value, kp_profile *row)
{
    (void)key;
    if (strcmp(value, "fci") != 0 && strcmp(value, "none") != 0)
        return KP_PROBLEM_BAD_WORD;
    row->select_p2 = strcmp(value, "none") == 0 ? 0x0C : 0x00;
    return KP_PROBLEM_NONE;
}

/* "none", "files 2F10", "objects 5FC105 5FC10A": a tag of one to three bytes each. */
kp_problem kp_read_certificates(const kp_profile_key *key, const char *value, kp_profile *row)
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
kp_problem kp_read_serial_bytes(const kp_profile_key *key, const char *value, kp_profile *row)
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

kp_problem kp_read_pin_length(const kp_profile_key *key, const char *value, kp_profile *row)
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
kp_problem kp_read_pin_padding(const kp_profile_key *key, const char *value, kp_profile *row)
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

kp_problem kp_read_not_set(const kp_profile_key *key, const char *value, kp_profile *row)
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
