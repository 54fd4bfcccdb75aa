/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_parse.c: the lines of a profile file (docs/profiles.md). Strict: whatever is not in the
   format is a problem with its line, and a file with one problem gives no row. Touches no file. */
#include <card/profile_rows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_LINE "kamupin-profile 1"
#define MARK         "\xEF\xBB\xBF" /* U+FEFF: what Windows' Notepad begins UTF-8 with */

typedef struct parser {
    const kp_problem_sink *sink;
    kp_profile_rows *rows;
    unsigned int line;
    unsigned int problems;
    bool versioned;
    bool in_row;
    bool skipping;   /* the rest of a row whose beginning was wrong */
    bool like;       /* the row takes over a built-in one */
    uint64_t seen;   /* keys of the row, by place */
    kp_profile *row; /* the one that is being read */
} parser;

static void tell_at(parser *it, unsigned int line, kp_problem problem, const char *word)
{
    it->problems++;
    it->sink->problem(it->sink->user, line, problem, word);
}

static void tell(parser *it, kp_problem problem, const char *word)
{
    tell_at(it, it->line, problem, word);
}

/* UTF-8 (RFC 3629) without control characters; a tab is one. */
static bool is_text(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned char first = bytes[i];
        size_t more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
        if (first < 0x20 || first == 0x7F || (first >= 0x80 && first < 0xC2) || first > 0xF4 ||
            length - i <= more)
            return false;
        for (size_t k = 1; k <= more; k++)
            if ((bytes[i + k] & 0xC0) != 0x80)
                return false;
        if ((first == 0xE0 && bytes[i + 1] < 0xA0) || (first == 0xED && bytes[i + 1] > 0x9F) ||
            (first == 0xF0 && bytes[i + 1] < 0x90) || (first == 0xF4 && bytes[i + 1] > 0x8F))
            return false;
        i += more + 1;
    }
    return true;
}

/* Cuts blanks at both ends. */
static char *trimmed(char *text)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

static void end_row(parser *it)
{
    const char *word = "";
    if (!it->in_row)
        return;
    it->in_row = false;
    bool whole = true;
    for (size_t i = 0; !it->skipping && !it->like && i < kp_profile_key_count; i++)
        if (kp_profile_keys[i].needed && (it->seen & UINT64_C(1) << i) == 0) {
            tell_at(it, it->row->line, KP_PROBLEM_MISSING, kp_profile_keys[i].name);
            whole = false;
        }
    kp_problem problem = KP_PROBLEM_NONE;
    if (whole && !it->skipping && it->problems == 0) /* else one mistake would be told twice */
        problem = kp_profile_row_problem(it->row, &word);
    if (problem != KP_PROBLEM_NONE)
        tell_at(it, it->row->line, problem, word);
}

static bool is_row_name(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && length < sizeof((kp_profile *)0)->name && name[0] >= 'a' &&
           name[0] <= 'z' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == length;
}

static bool is_taken(const parser *it, const char *name)
{
    for (size_t i = 0; i < it->rows->count; i++)
        if (strcmp(it->rows->rows[i].name, name) == 0)
            return true;
    return kp_profile_by_name(name) != NULL;
}

static void begin_row(parser *it, const char *name)
{
    end_row(it);
    it->in_row = it->skipping = true;
    if (it->rows->count == KP_PROFILE_ROWS_MAX) {
        tell(it, KP_PROBLEM_TOO_MANY_ROWS, "");
        return;
    }
    if (!is_row_name(name)) /* what follows is judged all the same: all mistakes are told at once */
        tell(it, KP_PROBLEM_BAD_NAME, "");
    else if (is_taken(it, name))
        tell(it, KP_PROBLEM_NAME_TAKEN, name);
    it->skipping = it->like = false;
    it->seen = 0;
    it->row = &it->rows->rows[it->rows->count++];
    *it->row = (kp_profile){.line = it->line, .file_p1 = 0x02, .logout = KP_LOGOUT_BY_SELECTION};
    snprintf(it->row->name, sizeof it->row->name, "%s", name);
}

/* Takes over a built-in row, but for its name: what it says is then the file's own word. */
static void take_over(parser *it, const char *name)
{
    const kp_profile *model = kp_profile_by_name(name);
    if (it->seen != 0 || it->like) {
        tell(it, KP_PROBLEM_LIKE_LATE, "like");
    } else if (model == NULL) {
        tell(it, KP_PROBLEM_NO_SUCH_ROW, name);
        it->like = true; /* what it would have brought is not called missing */
    } else {
        kp_profile own = *it->row;
        *it->row = *model;
        memcpy(it->row->name, own.name, sizeof own.name);
        it->row->line = own.line;
        it->like = true;
    }
}

static void read_member(parser *it, const char *name, const char *value)
{
    for (size_t i = 0; i < kp_profile_key_count; i++) {
        const kp_profile_key *key = &kp_profile_keys[i];
        if (strcmp(key->name, name) != 0)
            continue;
        kp_problem problem = KP_PROBLEM_TWICE;
        if ((it->seen & UINT64_C(1) << i) == 0)
            problem = key->read(key, value, it->row);
        it->seen |= UINT64_C(1) << i;
        if (problem != KP_PROBLEM_NONE)
            tell(it, problem, key->name);
        return;
    }
    tell(it, KP_PROBLEM_UNKNOWN_KEY, name);
}

static void read_pair(parser *it, char *line)
{
    char *equals = strchr(line, '=');
    if (equals == NULL) {
        tell(it, KP_PROBLEM_NO_EQUALS, "");
        return;
    }
    *equals = '\0';
    const char *name = trimmed(line), *value = trimmed(equals + 1);
    if (*value == '\0')
        tell(it, KP_PROBLEM_NO_VALUE, name);
    else if (strcmp(name, "row") == 0)
        begin_row(it, value);
    else if (!it->in_row)
        tell(it, KP_PROBLEM_OUTSIDE_ROW, name);
    else if (it->skipping)
        return;
    else if (strcmp(name, "like") == 0)
        take_over(it, value);
    else
        read_member(it, name, value);
}

/* One line without its end. */
static void read_line(parser *it, const char *bytes, size_t length)
{
    char room[KP_PROFILE_LINE_MAX + 1];
    it->line++;
    if (length > KP_PROFILE_LINE_MAX) {
        tell(it, KP_PROBLEM_LINE_TOO_LONG, "");
        return;
    }
    memcpy(room, bytes, length);
    room[length] = '\0';
    if (!is_text((const unsigned char *)room, length)) {
        tell(it, KP_PROBLEM_NOT_TEXT, "");
        return;
    }
    char *line = trimmed(room);
    if (*line == '\0' || *line == '#')
        return;
    if (it->versioned) {
        read_pair(it, line);
        return;
    }
    it->versioned = true; /* said once, not again for every line */
    if (strcmp(line, VERSION_LINE) != 0)
        tell(it, KP_PROBLEM_NO_VERSION, "");
}

kp_profile_rows *kp_profile_parse(const char *text, size_t length, const kp_problem_sink *sink)
{
    parser it = {.sink = sink};
    it.rows = calloc(1, sizeof *it.rows + KP_PROFILE_ROWS_MAX * sizeof it.rows->rows[0]);
    if (it.rows == NULL)
        return NULL;
    if (length >= strlen(MARK) && memcmp(text, MARK, strlen(MARK)) == 0) {
        text += strlen(MARK);
        length -= strlen(MARK);
    }
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t line = end == NULL ? length : (size_t)(end - text);
        read_line(&it, text, line > 0 && text[line - 1] == '\r' ? line - 1 : line);
        line += end == NULL ? 0 : 1;
        text += line;
        length -= line;
    }
    end_row(&it);
    if (!it.versioned)
        tell_at(&it, 1, KP_PROBLEM_NO_VERSION, "");
    else if (it.rows->count == 0 && it.problems == 0)
        tell_at(&it, it.line, KP_PROBLEM_NO_ROW, "");
    if (it.problems != 0) {
        free(it.rows);
        it.rows = NULL;
    }
    return it.rows;
}

const char *kp_problem_text(kp_problem problem, kamupin_language language, const char *word,
                            char *room, size_t size)
{
    static const char *const texts[KP_PROBLEM_COUNT][2] = {
        {"", ""},
#define KP_PROFILE_PROBLEM(NAME, TR, EN) {TR, EN},
#include <card/profile_problems.def>
    };
    const char *text = texts[problem][language == KAMUPIN_TURKISH ? 0 : 1];
    const char *place = strstr(text, "{}");
    if (place == NULL)
        snprintf(room, size, "%s", text);
    else
        snprintf(room, size, "%.*s%s%s", (int)(place - text), text, word, place + 2);
    return room;
}
