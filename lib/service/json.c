/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   json.c: strict reading and plain writing of the profile's JSON, on jansson, which bounds the
   depth. Reading wipes what it read: jansson's strings hold tokens. (The copy that jansson's lexer
   makes while it parses is its own and is freed unwiped; its allocator hook is process-wide and so
   not ours to set.) */
#include <service/json.h>

#include <core/fail.h>
#include <core/letters.h>

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_MIN 32
#define TOKEN_MAX 128

kamupin_status kp_json_parse(const kp_buffer *text, json_t **root, kamupin_error *error)
{
    json_error_t where;

    *root = json_loadb(text->data == NULL ? "" : (const char *)text->data, text->length,
                       JSON_REJECT_DUPLICATES, &where);
    if (json_is_object(*root))
        return KAMUPIN_OK;
    bool json = *root != NULL;
    kp_json_free(*root);
    *root = NULL;
    /* jansson's sentence may quote the text, so only the place is told. */
    return json ? kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP,
                          "JSON, but not an object")
                : kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP,
                          "not JSON at byte %d of %zu", where.position, text->length);
}

static void wipe_string(const json_t *value)
{
    /* jansson hands its own bytes out as const; they are about to be freed. */
    const char *text = json_string_value(value);
    void *bytes = NULL;

    memcpy(&bytes, &text, sizeof bytes);
    OPENSSL_cleanse(bytes, json_string_length(value));
}

/* Recursion is bounded: jansson refuses what is nested deeper than JSON_PARSER_MAX_DEPTH. */
static void wipe(json_t *value)
{
    const char *name;
    json_t *entry;
    size_t index;

    if (json_is_string(value))
        wipe_string(value);
    else if (json_is_array(value))
        json_array_foreach(value, index, entry) wipe(entry);
    else if (json_is_object(value))
        json_object_foreach(value, name, entry) wipe(entry);
}

void kp_json_free(json_t *root)
{
    if (root == NULL)
        return;
    wipe(root);
    json_decref(root);
}

/* ---- reading ---- */

void kp_json_refuse(kp_fields fields, const char *name)
{
    if (*fields.wrong == NULL)
        *fields.wrong = name;
}

kamupin_status kp_json_done(kp_fields fields, kamupin_error *error)
{
    if (*fields.wrong == NULL)
        return KAMUPIN_OK;
    return kp_fail(error, KAMUPIN_E_SERVICE_REPLY_MALFORMED, KAMUPIN_FROM_HTTP,
                   "field \"%s\" is missing or not as the profile says", *fields.wrong);
}

/* Copies text that can be shown and logged: no control characters, nor those of U+0080 to U+009F, one
 * of which begins a terminal's commands. Hidden characters end it as well, or are left out. Never
 * longer than what it is copied from. */
static bool copy_clean(const char *text, size_t length, bool leave_out, char *out)
{
    const unsigned char *data = (const unsigned char *)text;
    size_t used = 0, size = 0;

    for (size_t at = 0; at < length; at += size) {
        unsigned int character = 0;
        size = kp_letters_next(data + at, length - at, &character);
        const bool hidden = kp_letters_hidden(character);
        if (size == 0 || character < 0x20 || (character >= 0x7F && character <= 0x9F) ||
            (hidden && !leave_out))
            return false;
        if (hidden)
            continue;
        memcpy(out + used, data + at, size);
        used += size;
    }
    out[used] = '\0';
    return used > 0;
}

static void read_text(kp_fields fields, const char *name, const json_t *value, bool leave_out,
                      char *out, size_t room)
{
    const size_t length = json_string_length(value);

    if (!json_is_string(value) || length >= room ||
        !copy_clean(json_string_value(value), length, leave_out, out)) {
        out[0] = '\0';
        kp_json_refuse(fields, name);
    }
}

void kp_json_text(kp_fields fields, const char *name, char *out, size_t room)
{
    read_text(fields, name, json_object_get(fields.object, name), false, out, room);
}

void kp_json_shown(kp_fields fields, const char *name, char *out, size_t room)
{
    read_text(fields, name, json_object_get(fields.object, name), true, out, room);
}

void kp_json_item(kp_fields fields, const char *name, size_t index, char *out, size_t room)
{
    read_text(fields, name, json_array_get(json_object_get(fields.object, name), index), false, out,
              room);
}

bool kp_json_has(kp_fields fields, const char *name)
{
    return json_object_get(fields.object, name) != NULL;
}

bool kp_json_bool(kp_fields fields, const char *name)
{
    if (!kp_json_has(fields, name))
        kp_json_refuse(fields, name);
    return kp_json_bool_or(fields, name, false);
}

/* Appends what was read to a secret. */
static kamupin_status fill(kamupin_secret *secret, const json_t *value, kamupin_error *error)
{
    const kamupin_status status =
        kamupin_secret_append(secret, json_string_value(value), json_string_length(value));

    return status == KAMUPIN_OK ? status : kp_fail_local(error, status);
}

kamupin_status kp_json_digits(kp_fields fields, const char *name, size_t least, size_t most,
                              kamupin_secret *secret, kamupin_error *error)
{
    const json_t *value = json_object_get(fields.object, name);
    const size_t length = json_string_length(value);

    if (!json_is_string(value) || length < least || length > most ||
        strspn(json_string_value(value), "0123456789") != length) {
        kp_json_refuse(fields, name);
        return KAMUPIN_OK;
    }
    return fill(secret, value, error);
}

bool kp_json_bool_or(kp_fields fields, const char *name, bool absent)
{
    const json_t *value = json_object_get(fields.object, name);

    if (value != NULL && !json_is_boolean(value))
        kp_json_refuse(fields, name);
    return value == NULL ? absent : json_is_true(value);
}

bool kp_json_lists(kp_fields fields, const char *name, const char *word, bool absent)
{
    const json_t *value = json_object_get(fields.object, name);
    const char *entry;
    bool found = false;

    if (value == NULL)
        return absent;
    if (!json_is_array(value))
        kp_json_refuse(fields, name);
    for (size_t i = 0; i < json_array_size(value) && !found; i++) {
        entry = json_string_value(json_array_get(value, i));
        found = entry != NULL && strcmp(entry, word) == 0;
    }
    return found;
}

int kp_json_int(kp_fields fields, const char *name, int min, int max)
{
    const json_t *value = json_object_get(fields.object, name);
    json_int_t number = json_integer_value(value);

    if (!json_is_integer(value) || number < min || number > max) {
        kp_json_refuse(fields, name);
        return min;
    }
    return (int)number;
}

int kp_json_int_or(kp_fields fields, const char *name, int min, int max, int absent)
{
    return json_object_get(fields.object, name) == NULL ? absent
                                                        : kp_json_int(fields, name, min, max);
}

/* The place of a word in the list, or SIZE_MAX. */
static size_t find_word(const json_t *value, const char *const *words)
{
    for (size_t i = 0; json_is_string(value) && words[i] != NULL; i++)
        if (strcmp(words[i], json_string_value(value)) == 0)
            return i;
    return SIZE_MAX;
}

size_t kp_json_word(kp_fields fields, const char *name, const char *const *words)
{
    size_t found = find_word(json_object_get(fields.object, name), words);

    if (found != SIZE_MAX)
        return found;
    kp_json_refuse(fields, name);
    return 0;
}

unsigned int kp_json_words(kp_fields fields, const char *name, const char *const *words,
                           size_t most)
{
    const json_t *array = json_object_get(fields.object, name);
    size_t count = kp_json_array(fields, name, most);
    unsigned int bits = 0;

    for (size_t i = 0; i < count; i++) {
        size_t found = find_word(json_array_get(array, i), words);
        if (found == SIZE_MAX)
            kp_json_refuse(fields, name);
        else
            bits |= 1u << found;
    }
    return bits;
}

kp_fields kp_json_object(kp_fields fields, const char *name)
{
    const json_t *value = json_object_get(fields.object, name);

    if (!json_is_object(value)) {
        kp_json_refuse(fields, name);
        value = NULL;
    }
    return (kp_fields){value, fields.wrong};
}

size_t kp_json_array(kp_fields fields, const char *name, size_t most)
{
    const json_t *value = json_object_get(fields.object, name);

    if (json_is_array(value) && json_array_size(value) <= most)
        return json_array_size(value);
    kp_json_refuse(fields, name);
    return 0;
}

kp_fields kp_json_entry(kp_fields fields, const char *name, size_t index)
{
    const json_t *value = json_array_get(json_object_get(fields.object, name), index);

    if (!json_is_object(value)) {
        kp_json_refuse(fields, name);
        value = NULL;
    }
    return (kp_fields){value, fields.wrong};
}

/* Letters, digits, "-" and "_": fit for a path and for an Authorization header. */
bool kp_json_is_id(const char *text, size_t least, size_t most)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const size_t length = strlen(text);

    return length >= least && length <= most && strspn(text, ALLOWED) == length;
}

static bool is_id(const json_t *value, size_t least, size_t most)
{
    return json_is_string(value) && kp_json_is_id(json_string_value(value), least, most);
}

void kp_json_id(kp_fields fields, const char *name, char *out, size_t least, size_t room)
{
    if (!is_id(json_object_get(fields.object, name), least, room - 1))
        kp_json_refuse(fields, name);
    kp_json_text(fields, name, out, room);
}

kamupin_status kp_json_token(kp_fields fields, const char *name, kamupin_context *context,
                             kamupin_secret_kind kind, kamupin_secret **secret,
                             kamupin_error *error)
{
    const json_t *value = json_object_get(fields.object, name);

    *secret = NULL;
    if (!is_id(value, TOKEN_MIN, TOKEN_MAX)) {
        kp_json_refuse(fields, name);
        return KAMUPIN_OK;
    }
    kamupin_status status = kp_secret_new(context, kind, secret, error);
    return status == KAMUPIN_OK ? fill(*secret, value, error) : status;
}

static bool is_token68(const json_t *value)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/";
    const size_t length = json_string_length(value);

    if (!json_is_string(value) || length == 0 || length > KP_SECRET_LONG_MAX)
        return false;
    const char *text = json_string_value(value);
    const size_t plain = strspn(text, ALLOWED);
    return plain > 0 && plain + strspn(text + plain, "=") == length;
}

kamupin_status kp_json_token68(kp_fields fields, const char *name, kamupin_context *context,
                               kamupin_secret_kind kind, kamupin_secret **secret,
                               kamupin_error *error)
{
    const json_t *value = json_object_get(fields.object, name);

    *secret = NULL;
    if (!is_token68(value)) {
        kp_json_refuse(fields, name);
        return KAMUPIN_OK;
    }
    kamupin_status status = kp_secret_room(context, kind, json_string_length(value), secret, error);
    return status == KAMUPIN_OK ? fill(*secret, value, error) : status;
}

void kp_json_bytes(kp_fields fields, const char *name, uint8_t *out, size_t room, size_t *length)
{
    const json_t *value = json_object_get(fields.object, name);

    *length = 0;
    if (!json_is_string(value) ||
        !kp_base64url_decode(json_string_value(value), json_string_length(value), out, room,
                             length) ||
        *length == 0) {
        *length = 0;
        kp_json_refuse(fields, name);
    }
}

kamupin_status kp_json_blob(kp_fields fields, const char *name, size_t least, size_t most,
                            kp_buffer *out, kamupin_error *error)
{
    uint8_t *bytes = malloc(most);
    size_t length = 0;

    if (bytes == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    kp_json_bytes(fields, name, bytes, most, &length);
    if (length < least)
        kp_json_refuse(fields, name);
    kp_buffer_append(out, bytes, length);
    OPENSSL_cleanse(bytes, most);
    free(bytes);
    return out->failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}

kamupin_status kp_json_copy(kp_fields fields, const char *name, size_t most, kp_buffer *out,
                            kamupin_error *error)
{
    const json_t *value = json_object_get(fields.object, name);

    if (!json_is_object(value)) {
        kp_json_refuse(fields, name);
        return KAMUPIN_OK;
    }
    char *text = json_dumps(value, JSON_COMPACT);
    if (text == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    if (strlen(text) > most)
        kp_json_refuse(fields, name);
    else
        kp_buffer_text(out, text);
    OPENSSL_cleanse(text, strlen(text));
    free(text);
    return out->failed ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY) : KAMUPIN_OK;
}

bool kp_json_same(kp_fields one, kp_fields other, const char *name)
{
    const json_t *value = json_object_get(one.object, name);

    return value != NULL && json_equal(value, json_object_get(other.object, name)) == 1;
}

/* ---- writing ---- */

void kp_json_put(kp_buffer *buffer, const void *text, size_t length)
{
    const unsigned char *bytes = text;

    kp_buffer_text(buffer, "\"");
    for (size_t i = 0; i < length; i++) {
        char escaped[8];
        if (bytes[i] == '"' || bytes[i] == '\\')
            kp_buffer_text(buffer, "\\");
        if (bytes[i] < 0x20) {
            snprintf(escaped, sizeof escaped, "\\u%04x", bytes[i]);
            kp_buffer_text(buffer, escaped);
        } else {
            kp_buffer_append(buffer, &bytes[i], 1);
        }
    }
    kp_buffer_text(buffer, "\"");
}

void kp_json_put_field(kp_buffer *buffer, const char *before, const char *name, const char *text)
{
    kp_buffer_text(buffer, before);
    kp_json_put(buffer, name, strlen(name));
    kp_buffer_text(buffer, ":");
    kp_json_put(buffer, text, strlen(text));
}
