/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_rows.h: the card rows of one file, and how they are read: strictly, with the line of
   every problem. Format: docs/profiles.md. Touches no card. */
#ifndef KP_CARD_PROFILE_ROWS_H
#define KP_CARD_PROFILE_ROWS_H

#include <card/profile.h>
#include <kamupin/error.h>

#define KP_PROFILE_FILE_MAX (64 * 1024) /* bytes */
#define KP_PROFILE_ROWS_MAX 32          /* in one file */
#define KP_PROFILE_LINE_MAX 400         /* bytes, without the line end */

/** The rows of a file that was read without a problem, in its order. One block of memory: the
 * context frees it (core knows no more of it than that). */
typedef struct kp_profile_rows {
    struct kp_profile_rows *next; /* the file that was loaded before */
    size_t count;
    kp_profile rows[];
} kp_profile_rows;

/** What can be wrong with a line; texts in profile_problems.def. */
typedef enum kp_problem {
    KP_PROBLEM_NONE = 0,
#define KP_PROFILE_PROBLEM(NAME, TR, EN) KP_PROBLEM_##NAME,
#include <card/profile_problems.def>
    KP_PROBLEM_COUNT
} kp_problem;

/** The sentence for a problem, with `word` (the key, or the name that is meant) in it. Returns
 * `room`. */
const char *kp_problem_text(kp_problem problem, kamupin_language language, const char *word,
                            char *room, size_t size);

/** Is told every problem, in the order of the lines. */
typedef struct kp_problem_sink {
    void *user;
    void (*problem)(void *user, unsigned int line, kp_problem problem, const char *word);
} kp_problem_sink;

/** Reads the text of a file. NULL when there was a problem (the sink was told) or no memory (it was
 * not). */
kp_profile_rows *kp_profile_parse(const char *text, size_t length, const kp_problem_sink *sink);

/* ---- the keys of a row: profile_keys.c; the rules between them: profile_rules.c ---- */

struct kp_profile_key;

/** Reads the value of a key into a row. `value` has no blanks at its ends and is not empty. */
typedef kp_problem (*kp_key_reader)(const struct kp_profile_key *key, const char *value,
                                    kp_profile *row);

typedef struct kp_profile_key {
    const char *name;
    kp_key_reader read;
    size_t offset, room; /* the member that a reader of plain values fills, its size */
    const char *const
        *words;       /* the words that it may be, NULL-terminated: their places are values */
    long least, most; /* of a number; of a form: the instruction, in `least` */
    bool needed;      /* a row without it is refused, unless it begins with `like` */
} kp_profile_key;

extern const kp_profile_key kp_profile_keys[];
extern const size_t kp_profile_key_count;

/** What is wrong with a row as a whole, when all its lines were read; `word` receives the key that
 * it is about. */
kp_problem kp_profile_row_problem(const kp_profile *row, const char **word);

/* ---- plain values: profile_values.c ---- */

/** Pairs of hex digits, blanks between them or not: up to `room` bytes, at least one. */
bool kp_value_bytes(const char *text, uint8_t *bytes, size_t room, size_t *length);
/** The first word of `*at`, which is moved behind it and the blanks that follow; false at the end.
 */
bool kp_value_word(const char **at, char *word, size_t room);

/** "known", "candidate" or "unknown". */
bool kp_value_proof(const char *word, kp_proof *proof);

kp_problem kp_read_text(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_word(const kp_profile_key *key, const char *value, kp_profile *row);
/** A bool: the second of two words is true. */
kp_problem kp_read_flag(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_byte(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_number(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_form(const kp_profile_key *key, const char *value, kp_profile *row);

/* ---- values of several parts: profile_places.c, profile_commands.c ---- */

kp_problem kp_read_pattern(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_application(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_select_answer(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_certificates(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_serial_bytes(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_pin_length(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_pin_padding(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_not_set(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_question(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_logout(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_reset_with_puk(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_sign_input(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_relay(const kp_profile_key *key, const char *value, kp_profile *row);
kp_problem kp_read_protected(const kp_profile_key *key, const char *value, kp_profile *row);

/* ---- and back ---- */

/** The words of `secure-messaging`, by kp_sm_algorithm; NULL behind the last. */
extern const char *const kp_session_words[];

#define KP_PROTECTED_WORDS_MAX 32
/** The value of `protected` as a file has it: "verify change", or "none". */
const char *kp_protected_words(const kp_profile *row, char room[KP_PROTECTED_WORDS_MAX]);

#endif
