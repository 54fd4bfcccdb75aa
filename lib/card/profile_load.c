/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_load.c: profile files: reading them from disk, keeping their rows in a context, telling
   what is wrong with them. Touches the file that it is told and no card. */
#include <card/profile_rows.h>
#include <core/context.h>
#include <core/fail.h>
#include <kamupin/profile.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kamupin_status unusable(kamupin_error *error, const char *why)
{
    return kp_fail(error, KAMUPIN_E_PROFILE_FILE, KAMUPIN_FROM_LOCAL, "%s", why);
}

/* A file that anybody may write to would let anybody choose what is sent to the card. */
static kamupin_status check_kind(int fd, kamupin_error *error)
{
    struct stat what;
    if (fstat(fd, &what) != 0)
        return kp_fail_platform(error, KAMUPIN_E_PROFILE_FILE, KAMUPIN_FROM_LOCAL, errno, "fstat");
    if (!S_ISREG(what.st_mode))
        return unusable(error, "not a plain file");
    if ((what.st_mode & S_IWOTH) != 0)
        return unusable(error, "everybody may write to it");
    if (what.st_size > KP_PROFILE_FILE_MAX)
        return unusable(error, "larger than 64 KiB");
    return KAMUPIN_OK;
}

/* The whole file into `text`, which has room for one byte more than is allowed. */
static kamupin_status read_all(int fd, char *text, size_t *length, kamupin_error *error)
{
    *length = 0;
    while (*length <= KP_PROFILE_FILE_MAX) {
        ssize_t got = read(fd, text + *length, KP_PROFILE_FILE_MAX + 1 - *length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return kp_fail_platform(error, KAMUPIN_E_PROFILE_FILE, KAMUPIN_FROM_LOCAL, errno,
                                    "read");
        if (got == 0)
            return KAMUPIN_OK;
        *length += (size_t)got;
    }
    return unusable(error, "larger than 64 KiB");
}

/* Memory that the caller frees. */
static kamupin_status read_file(const char *path, char **text, size_t *length, kamupin_error *error)
{
    *text = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return kp_fail_platform(error, KAMUPIN_E_PROFILE_FILE, KAMUPIN_FROM_LOCAL, errno, "open");
    kamupin_status status = check_kind(fd, error);
    if (status == KAMUPIN_OK) {
        *text = malloc(KP_PROFILE_FILE_MAX + 1);
        status = *text == NULL ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY)
                               : read_all(fd, *text, length, error);
    }
    close(fd);
    if (status != KAMUPIN_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

#define KP_OPERATION_END 0x1000U /* beyond every bit of kp_card_operation */

/* ---- problems ---- */

typedef struct listener {
    kamupin_language language;
    kamupin_profile_finding_fn found; /* may be NULL */
    void *user;
    unsigned int first_line; /* 0: no problem so far */
    char first[KP_PROFILE_LINE_MAX + 240];
} listener;

static void hear(void *user, unsigned int line, kp_problem problem, const char *word)
{
    listener *it = user;
    kamupin_profile_finding finding = {.size = sizeof finding, .line = line, .problem = true};
    kp_problem_text(problem, it->language, word, finding.text, sizeof finding.text);
    if (it->first_line == 0) {
        it->first_line = line;
        kp_problem_text(problem, KAMUPIN_ENGLISH, word, it->first, sizeof it->first);
    }
    if (it->found != NULL)
        it->found(it->user, &finding);
}

static kamupin_status parse_file(const char *path, listener *it, kp_profile_rows **rows,
                                 kamupin_error *error)
{
    const kp_problem_sink sink = {.user = it, .problem = hear};
    char *text = NULL;
    size_t length = 0;
    *rows = NULL;
    if (path == NULL)
        return kp_fail(error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "no path");
    kamupin_status status = read_file(path, &text, &length, error);
    if (status != KAMUPIN_OK)
        return status;
    *rows = kp_profile_parse(text, length, &sink);
    free(text);
    if (*rows != NULL)
        return KAMUPIN_OK;
    return it->first_line == 0 ? kp_fail_local(error, KAMUPIN_E_NO_MEMORY)
                               : kp_fail(error, KAMUPIN_E_PROFILE_MALFORMED, KAMUPIN_FROM_LOCAL,
                                         "line %u: %s", it->first_line, it->first);
}

/* ---- the public calls ---- */

static void free_rows(kp_profile_rows *rows)
{
    while (rows != NULL) {
        kp_profile_rows *next = rows->next;
        free(rows);
        rows = next;
    }
}

kamupin_status kamupin_profile_load(kamupin_context *context, const char *path,
                                    kamupin_error *error)
{
    listener it = {.language = KAMUPIN_ENGLISH};
    kp_profile_rows *rows = NULL;
    kp_error_clear(error);
    kamupin_status status = kp_context_check(context, error);
    if (status == KAMUPIN_OK)
        status = parse_file(path, &it, &rows, error);
    if (status != KAMUPIN_OK)
        return status;
    rows->next = context->rows;
    context->rows = rows;
    context->free_rows = free_rows;
    return KAMUPIN_OK;
}

static const char *proof_word(kp_proof proof)
{
    switch (proof) {
    case KP_UNKNOWN:
        return "unknown";
    case KP_CANDIDATE:
        return "candidate";
    case KP_KNOWN:
        return "known";
    }
    return "unknown";
}

static void tell_row(const listener *it, const kp_profile *row)
{
    kamupin_profile_finding finding = {.size = sizeof finding, .line = row->line};
    char words[KP_PROTECTED_WORDS_MAX];
    int length = 0;
    snprintf(finding.row, sizeof finding.row, "%s", row->name);
    snprintf(finding.product, sizeof finding.product, "%s", row->product);
    for (unsigned int bit = 1; bit < KP_OPERATION_END && (size_t)length < sizeof finding.text;
         bit <<= 1) {
        const kp_card_operation operation = (kp_card_operation)bit;
        const char *name = kp_card_operation_name(operation);
        if (name[0] != '\0')
            length += snprintf(finding.text + length, sizeof finding.text - (size_t)length,
                               "%s%s %s", length == 0 ? "" : ", ", name,
                               proof_word(kp_profile_proof(row, operation)));
    }
    snprintf(finding.secure_messaging, sizeof finding.secure_messaging, "%s",
             kp_session_words[row->secure_messaging]);
    snprintf(finding.protected_commands, sizeof finding.protected_commands, "%s",
             kp_protected_words(row, words));
    it->found(it->user, &finding);
}

kamupin_status kamupin_profile_check(const char *path, kamupin_language language,
                                     kamupin_profile_finding_fn found, void *user,
                                     kamupin_error *error)
{
    listener it = {.language = language, .found = found, .user = user};
    kp_profile_rows *rows = NULL;
    kp_error_clear(error);
    kamupin_status status = parse_file(path, &it, &rows, error);
    for (size_t i = 0; status == KAMUPIN_OK && found != NULL && i < rows->count; i++)
        tell_row(&it, &rows->rows[i]);
    free_rows(rows);
    return status;
}
