/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   json.h: strict reading and plain writing of the profile's JSON. For service/ and auth/. Unknown
   fields are ignored; a field that is asked for has to be there, of its type and within its bounds,
   or the whole answer is malformed: the first such field sticks, so that a chain is checked once at
   its end. */
#ifndef KP_SERVICE_JSON_H
#define KP_SERVICE_JSON_H

#include <core/buffer.h>
#include <core/secret.h>

#include <jansson.h>

/** Parses one object; duplicate names, NULs, trailing bytes and bad UTF-8 are refused. The caller
 * frees with kp_json_free. Errors: service-reply-malformed. */
kamupin_status kp_json_parse(const kp_buffer *text, json_t **root, kamupin_error *error);

/** Wipes every string of the tree, then lets it go. NULL is fine. */
void kp_json_free(json_t *root);

/** An object that is being read. */
typedef struct kp_fields {
    const json_t *object;
    const char **wrong; /* the first field that is not as the profile says; shared by all levels */
} kp_fields;

/** Text of 1 to room - 1 bytes without control characters and without hidden ones
 * (kp_letters_hidden). "" when it is wrong. */
void kp_json_text(kp_fields fields, const char *name, char *out, size_t room);
/** Text that people are shown, of 1 to room - 1 bytes: as kp_json_text, but hidden characters are left
 * out. They come along when a name is copied, and can make it look like another. */
void kp_json_shown(kp_fields fields, const char *name, char *out, size_t room);
/** An integer within [min, max]; min when it is wrong. */
int kp_json_int(kp_fields fields, const char *name, int min, int max);
/** As kp_json_int, but `absent` when there is no such field. */
int kp_json_int_or(kp_fields fields, const char *name, int min, int max, int absent);
/** Which of `words` (NULL-terminated) it is; another word is wrong. */
size_t kp_json_word(kp_fields fields, const char *name, const char *const *words);
/** Whether there is such a field, whatever it is. */
bool kp_json_has(kp_fields fields, const char *name);
/** Entry `index` of an array of texts, as kp_json_text. */
void kp_json_item(kp_fields fields, const char *name, size_t index, char *out, size_t room);
/** true or false. */
bool kp_json_bool(kp_fields fields, const char *name);
/** `least` to `most` digits, appended to `secret`. Errors: those of kamupin_secret_append; a field
 * that is wrong sticks. */
kamupin_status kp_json_digits(kp_fields fields, const char *name, size_t least, size_t most,
                              kamupin_secret *secret, kamupin_error *error);
/** true or false; `absent` when there is no such field. */
bool kp_json_bool_or(kp_fields fields, const char *name, bool absent);
/** Whether an array of texts has `word`; `absent` when there is no such field. */
bool kp_json_lists(kp_fields fields, const char *name, const char *word, bool absent);
/** An array of at most `most` words of `words`, each a bit of the answer: bit 0 for the first. */
unsigned int kp_json_words(kp_fields fields, const char *name, const char *const *words,
                           size_t most);
/** An object inside. */
kp_fields kp_json_object(kp_fields fields, const char *name);
/** The length of an array of at most `most` entries, and entry `index` of it, an object. */
size_t kp_json_array(kp_fields fields, const char *name, size_t most);
kp_fields kp_json_entry(kp_fields fields, const char *name, size_t index);
/** An id of the profile: `least` to room - 1 letters, digits, "-" and "_". "" when it is wrong. */
void kp_json_id(kp_fields fields, const char *name, char *out, size_t least, size_t room);
/** Whether a text is such an id, of `least` to `most` characters. */
bool kp_json_is_id(const char *text, size_t least, size_t most);
/** A token or ticket, 32 to 128 characters of an id, as a new secret of `kind`. Errors: those of
 * kp_secret_new; a field that is wrong sticks and leaves *secret NULL. */
kamupin_status kp_json_token(kp_fields fields, const char *name, kamupin_context *context,
                             kamupin_secret_kind kind, kamupin_secret **secret,
                             kamupin_error *error);
/** A token of somebody else's making: what may stand behind "Authorization: DPoP" (token68; RFC 9110,
 * 11.2), as long as a secret can be. Otherwise as kp_json_token. */
kamupin_status kp_json_token68(kp_fields fields, const char *name, kamupin_context *context,
                               kamupin_secret_kind kind, kamupin_secret **secret,
                               kamupin_error *error);
/** Base64url without padding, 1 to `room` bytes. */
void kp_json_bytes(kp_fields fields, const char *name, uint8_t *out, size_t room, size_t *length);
/** As kp_json_bytes, `least` to `most` bytes appended to a buffer that has room for them. Errors:
 * no-memory; a field that is wrong sticks. */
kamupin_status kp_json_blob(kp_fields fields, const char *name, size_t least, size_t most,
                            kp_buffer *out, kamupin_error *error);
/** An object inside as text of at most `most` bytes, appended to a buffer that has room for it.
 * Errors: no-memory; a field that is wrong sticks. */
kamupin_status kp_json_copy(kp_fields fields, const char *name, size_t most, kp_buffer *out,
                            kamupin_error *error);
/** Whether the same name has the same value in both. */
bool kp_json_same(kp_fields one, kp_fields other, const char *name);
/** Marks a field wrong for a reason that only the reader knows. */
void kp_json_refuse(kp_fields fields, const char *name);
/** ok, or service-reply-malformed with the name of the first wrong field. */
kamupin_status kp_json_done(kp_fields fields, kamupin_error *error);

/** Appends a JSON string: quotes, and what has to be escaped (RFC 8259, 7). */
void kp_json_put(kp_buffer *buffer, const void *text, size_t length);
/** Appends `"name":"text"`; `before` is what goes before it: "{", "," or "". */
void kp_json_put_field(kp_buffer *buffer, const char *before, const char *name, const char *text);

#endif
