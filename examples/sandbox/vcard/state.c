// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The card's memory: reading it from its text file, strictly, with the line in every complaint, and
// writing it back so that a complete file is always there. Touches that file and FILE.new beside
// it.
#include "state.h"

#include "bytes.h"
#include "keys.h"
#include "signkeys.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STATE_BYTES (4L * 1024 * 1024)
#define FILE_BYTES  32767

static unsigned *number_at(struct vc_state *state, const struct vc_key *key)
{
    return (unsigned *)(void *)((char *)state + key->offset);
}

static struct vc_bytes *bytes_at(struct vc_state *state, const struct vc_key *key)
{
    return (struct vc_bytes *)(void *)((char *)state + key->offset);
}

static bool complain(struct vc_problem *problem, enum vc_text text, unsigned line, const char *key)
{
    problem->text = text;
    problem->line = line;
    size_t n = strnlen(key, sizeof problem->key - 1);
    memcpy(problem->key, key, n);
    problem->key[n] = '\0';
    return false;
}

static bool parse_number(const char *text, int base, unsigned low, unsigned high, unsigned *out)
{
    const char *digits = base == 10 ? "0123456789" : "0123456789ABCDEFabcdef";
    size_t len = strlen(text);
    if (len == 0 || len > 4 || strspn(text, digits) != len)
        return false;
    unsigned long value = strtoul(text, NULL, base);
    if (value < low || value > high)
        return false;
    *out = (unsigned)value;
    return true;
}

static bool parse_value(struct vc_state *state, const struct vc_key *key, const char *text)
{
    unsigned *number = number_at(state, key);
    switch (key->kind) {
    case VC_DECIMAL:
        return parse_number(text, 10, key->low, key->high, number);
    case VC_HEX8:
        return strlen(text) == 2 && parse_number(text, 16, key->low, key->high, number);
    case VC_HEX16:
        return strlen(text) == 4 && parse_number(text, 16, key->low, key->high, number);
    case VC_WORDS:
        for (unsigned i = 0; key->words[i]; i++) {
            if (strcmp(text, key->words[i]) == 0) {
                *number = i;
                return true;
            }
        }
        return false;
    case VC_BYTES: {
        struct vc_bytes *bytes = bytes_at(state, key);
        return vc_hex_decode(text, bytes->data, key->high, &bytes->len) && bytes->len >= key->low;
    }
    }
    return false;
}

static bool parse_path(char *text, struct vc_path *path)
{
    char *rest = NULL;
    path->depth = 0;
    if (*text == '/' || text[strlen(text) - 1] == '/' || strstr(text, "//"))
        return false;
    for (char *part = strtok_r(text, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
        unsigned id;
        if (path->depth == VC_DEPTH || strlen(part) != 4 || !parse_number(part, 16, 1, 0xFFFE, &id))
            return false;
        path->id[path->depth++] = (uint16_t)id;
    }
    return path->depth > 0 && path->id[0] != 0x3F00;
}

static bool same_path(const struct vc_path *a, const struct vc_path *b)
{
    return a->depth == b->depth && memcmp(a->id, b->id, a->depth * sizeof a->id[0]) == 0;
}

// TEXT is what follows "file ": a path, a blank, hex (none for an empty file: the line ends there).
static enum vc_text parse_file(struct vc_state *state, char *text)
{
    char *hex = strchr(text, ' ');
    struct vc_file *file = &state->files[state->file_count];
    if (!hex || hex == text)
        return VC_TEXT_STATE_FILE;
    *hex++ = '\0';
    if (state->file_count == VC_FILES)
        return VC_TEXT_STATE_SIZE;
    if (!parse_path(text, &file->path) || strlen(hex) > 2 * FILE_BYTES)
        return VC_TEXT_STATE_FILE;
    for (size_t i = 0; i < state->file_count; i++)
        if (same_path(&state->files[i].path, &file->path))
            return VC_TEXT_STATE_TWICE;
    file->data = malloc(strlen(hex) / 2 + 1);
    if (!file->data)
        return VC_TEXT_MEMORY;
    state->file_count++;
    if (!vc_hex_decode(hex, file->data, strlen(hex) / 2, &file->size))
        return VC_TEXT_STATE_FILE;
    return VC_TEXT_NONE;
}

static bool parse_line(struct vc_state *state, char *text, unsigned line, uint32_t *seen,
                       struct vc_problem *problem)
{
    if (strncmp(text, "file ", 5) == 0) {
        enum vc_text wrong = parse_file(state, text + 5);
        return wrong == VC_TEXT_NONE || complain(problem, wrong, line, "file");
    }
    if (strncmp(text, "sign.key ", 9) == 0) {
        enum vc_text wrong = vc_sign_key_parse(state, text + 9);
        return wrong == VC_TEXT_NONE || complain(problem, wrong, line, "sign.key");
    }
    for (size_t i = 0; i < vc_key_count; i++) {
        size_t n = strlen(vc_keys[i].name);
        if (strncmp(text, vc_keys[i].name, n) != 0 || text[n] != ' ')
            continue;
        if (*seen & UINT32_C(1) << i)
            return complain(problem, VC_TEXT_STATE_TWICE, line, vc_keys[i].name);
        *seen |= UINT32_C(1) << i;
        if (!parse_value(state, &vc_keys[i], text + n + 1))
            return complain(problem, VC_TEXT_STATE_VALUE, line, vc_keys[i].name);
        return true;
    }
    text[strcspn(text, " ")] = '\0';
    return complain(problem, VC_TEXT_STATE_KEY, line, text);
}

static bool finish_counter(struct vc_counter *counter, const char *key, struct vc_problem *problem)
{
    if (counter->tries == VC_ABSENT)
        counter->tries = counter->max;
    return counter->tries <= counter->max || complain(problem, VC_TEXT_STATE_COUNTER, 0, key);
}

static bool finish(struct vc_state *state, struct vc_problem *problem)
{
    if (state->personality == VC_ABSENT)
        return complain(problem, VC_TEXT_STATE_MISSING, 0, "personality");
    if (state->atr.len == 0)
        return complain(problem, VC_TEXT_STATE_MISSING, 0, "atr");
    if (state->personality == VC_AKIS1 && state->serial.len != 12)
        return complain(problem, state->serial.len ? VC_TEXT_STATE_VALUE : VC_TEXT_STATE_MISSING, 0,
                        "serial");
    return finish_counter(&state->pin.counter, "pin.tries", problem) &&
           finish_counter(&state->puk.counter, "puk.tries", problem) &&
           finish_counter(&state->auth, "auth.tries", problem);
}

bool vc_state_parse(struct vc_state *state, FILE *stream, struct vc_problem *problem)
{
    char *text = NULL;
    size_t room = 0;
    uint32_t seen = 0;
    unsigned line = 0;
    bool good = true;
    memset(state, 0, sizeof *state);
    for (size_t i = 0; i < vc_key_count; i++)
        if (vc_keys[i].kind != VC_BYTES)
            *number_at(state, &vc_keys[i]) = vc_keys[i].preset;
    for (ssize_t n; good && (n = getline(&text, &room, stream)) >= 0;) {
        line++;
        if (n > 0 && text[n - 1] == '\n')
            text[--n] = '\0';
        if (strlen(text) != (size_t)n)
            good = complain(problem, VC_TEXT_STATE_VALUE, line, "");
        else if (line == 1)
            good = strcmp(text, "kamupin-vcard 1") == 0 ||
                   complain(problem, VC_TEXT_STATE_FIRST_LINE, line, "");
        else if (n > 0 && text[0] != '#')
            good = parse_line(state, text, line, &seen, problem);
    }
    if (good && (ferror(stream) || line == 0))
        good = complain(problem, ferror(stream) ? VC_TEXT_STATE_OPEN : VC_TEXT_STATE_FIRST_LINE,
                        line, "");
    good = good && finish(state, problem);
    if (text)
        OPENSSL_cleanse(text, room);
    free(text);
    return good;
}

bool vc_state_load(struct vc_state *state, const char *path, struct vc_problem *problem)
{
    struct stat about;
    bool good;
    memset(state, 0, sizeof *state);
    FILE *stream = fopen(path, "re");
    if (!stream)
        return complain(problem, VC_TEXT_STATE_OPEN, 0, "");
    if (fstat(fileno(stream), &about) != 0 || !S_ISREG(about.st_mode))
        good = complain(problem, VC_TEXT_STATE_OPEN, 0, "");
    else if (about.st_size > STATE_BYTES)
        good = complain(problem, VC_TEXT_STATE_SIZE, 0, "");
    else
        good = vc_state_parse(state, stream, problem);
    fclose(stream);
    return good;
}

static void write_hex(FILE *stream, const uint8_t *bytes, size_t len)
{
    char pair[3];
    for (size_t i = 0; i < len; i++) {
        vc_hex_encode(bytes + i, 1, pair);
        fputs(pair, stream);
    }
}

static void write_key(const struct vc_state *state, const struct vc_key *key, FILE *stream)
{
    const char *base = (const char *)state + key->offset;
    unsigned number;
    if (key->kind == VC_BYTES) {
        const struct vc_bytes *bytes = (const struct vc_bytes *)(const void *)base;
        if (bytes->len > 0) {
            fprintf(stream, "%s ", key->name);
            write_hex(stream, bytes->data, bytes->len);
            fputc('\n', stream);
        }
        return;
    }
    memcpy(&number, base, sizeof number);
    if (number == VC_ABSENT)
        return;
    if (key->kind == VC_WORDS)
        fprintf(stream, "%s %s\n", key->name, key->words[number]);
    else if (key->kind == VC_DECIMAL)
        fprintf(stream, "%s %u\n", key->name, number);
    else
        fprintf(stream, "%s %0*X\n", key->name, key->kind == VC_HEX8 ? 2 : 4, number);
}

static bool write_all(const struct vc_state *state, FILE *stream)
{
    fputs("kamupin-vcard 1\n", stream);
    for (size_t i = 0; i < vc_key_count; i++)
        write_key(state, &vc_keys[i], stream);
    vc_sign_keys_write(state, stream);
    for (size_t i = 0; i < state->file_count; i++) {
        const struct vc_file *file = &state->files[i];
        fputs("file ", stream);
        for (size_t k = 0; k < file->path.depth; k++)
            fprintf(stream, "%s%04X", k ? "/" : "", (unsigned)file->path.id[k]);
        fputc(' ', stream);
        write_hex(stream, file->data, file->size);
        fputc('\n', stream);
    }
    return fflush(stream) == 0 && !ferror(stream);
}

bool vc_state_save(const struct vc_state *state, const char *path)
{
    bool good = false;
    FILE *stream = NULL;
    size_t n = strlen(path);
    char *fresh = malloc(n + sizeof ".new");
    if (!fresh)
        return false;
    memcpy(fresh, path, n);
    memcpy(fresh + n, ".new", sizeof ".new");
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        stream = fdopen(fd, "w");
    if (stream) {
        good = write_all(state, stream) && fdatasync(fd) == 0;
        good = fclose(stream) == 0 && good;
        good = good && rename(fresh, path) == 0;
    } else if (fd >= 0) {
        close(fd);
    }
    free(fresh);
    return good;
}

void vc_state_clear(struct vc_state *state)
{
    for (size_t i = 0; i < state->file_count; i++)
        free(state->files[i].data);
    vc_sign_keys_clear(state);
    OPENSSL_cleanse(state, sizeof *state);
}
