/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   journal.c: the state folder, durable records in it, and per-card locks. Every path is opened
   relative to the checked folder, and no link is followed. */
#define _DEFAULT_SOURCE 1 /* flock */
#define _GNU_SOURCE     1 /* asprintf, program_invocation_short_name */
#include <core/journal.h>

#include <core/fail.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <core/buffer.h>

#define CHANGED_SUFFIX ".changed"
#define RECORD_SUFFIX  ".journal"
#define NAME_ROOM      192
#define HOLDER_ROOM    64

static kamupin_status fail_folder(kamupin_error *error, const char *what)
{
    return kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno, what);
}

/* $XDG_STATE_HOME/kamupin, else ~/.local/state/kamupin (XDG Base Directory Specification 0.8). */
char *kp_state_folder_default(void)
{
    char *folder = NULL;
    const char *base = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");

    if (base != NULL && base[0] == '/') {
        if (asprintf(&folder, "%s/kamupin", base) < 0)
            folder = NULL;
    } else if (home != NULL && home[0] == '/') {
        if (asprintf(&folder, "%s/.local/state/kamupin", home) < 0)
            folder = NULL;
    }
    return folder;
}

/* Makes each missing folder on the way; an existing one is fine. */
static bool make_folders(const char *folder)
{
    char *path = strdup(folder);
    bool made = path != NULL;

    for (char *slash = path; made && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        made = mkdir(path, 0700) == 0 || errno == EEXIST;
        if (slash != NULL)
            *slash = '/';
    }
    free(path);
    return made;
}

static kamupin_status fail_nowhere(kamupin_error *error)
{
    return kp_fail(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL,
                   "no state folder: neither XDG_STATE_HOME nor HOME is set");
}

static kamupin_status check_private(const struct stat *found, kamupin_error *error)
{
    if (S_ISDIR(found->st_mode) && found->st_uid == geteuid() && (found->st_mode & 077) == 0)
        return KAMUPIN_OK;
    return kp_fail(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL,
                   "the state folder must be a folder of this user, closed to others");
}

kamupin_status kp_state_folder(kamupin_context *context, const char **folder, kamupin_error *error)
{
    struct stat found;

    if (context->state_folder == NULL)
        return fail_nowhere(error);
    if (!make_folders(context->state_folder))
        return fail_folder(error, "the state folder cannot be made");
    if (lstat(context->state_folder, &found) != 0)
        return fail_folder(error, "the state folder cannot be read");
    kamupin_status status = check_private(&found, error);
    if (status == KAMUPIN_OK)
        *folder = context->state_folder;
    return status;
}

static bool may_write(const char *folder)
{
    return faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

/* Whether the folders that are missing on the way could be made: the last one that is there decides. */
static bool could_make(const char *folder)
{
    char *path = strdup(folder);
    char *slash = path == NULL ? NULL : strrchr(path, '/');
    struct stat found;
    bool there = false;

    while (slash != NULL && !there) {
        slash[slash == path ? 1 : 0] = '\0';
        there = stat(path, &found) == 0;
        slash = slash == path ? NULL : strrchr(path, '/');
    }
    const char *last = path != NULL && there ? path : ".";
    const bool can = path != NULL && may_write(last);
    free(path);
    return can;
}

kamupin_status kp_state_folder_look(const kamupin_context *context, bool *there,
                                    kamupin_error *error)
{
    struct stat found;

    *there = false;
    if (context->state_folder == NULL)
        return fail_nowhere(error);
    if (lstat(context->state_folder, &found) != 0) {
        if (errno == ENOENT && could_make(context->state_folder))
            return KAMUPIN_OK;
        return fail_folder(error, "the state folder is missing and cannot be made");
    }
    kamupin_status status = check_private(&found, error);
    if (status == KAMUPIN_OK && !may_write(context->state_folder))
        status = fail_folder(error, "the state folder cannot be written to");
    *there = status == KAMUPIN_OK;
    return status;
}

/* Opens the checked folder; -1 with `error` filled. */
static int open_folder(kamupin_context *context, kamupin_error *error)
{
    const char *folder = NULL;

    if (kp_state_folder(context, &folder, error) != KAMUPIN_OK)
        return -1;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        fail_folder(error, "the state folder cannot be opened");
    return fd;
}

static bool file_name(char *out, const char *name, const char *suffix)
{
    int length = snprintf(out, NAME_ROOM, "%s%s", name, suffix);

    return length > 0 && length < NAME_ROOM && strchr(name, '/') == NULL && name[0] != '.';
}

static bool write_all(int fd, const unsigned char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

kamupin_status kp_journal_write(kamupin_context *context, const char *name, const void *bytes,
                                size_t length, kamupin_error *error)
{
    char file[NAME_ROOM], fresh[NAME_ROOM];
    kamupin_status status = KAMUPIN_OK;
    int fd = -1;

    if (!file_name(file, name, RECORD_SUFFIX) || !file_name(fresh, name, ".new"))
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    int folder = open_folder(context, error);
    if (folder < 0)
        return KAMUPIN_E_STATE_FOLDER;
    fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, bytes, length) || fsync(fd) != 0 ||
        renameat(folder, fresh, folder, file) != 0 || fsync(folder) != 0)
        status = fail_folder(error, "the journal cannot be written");
    if (fd >= 0)
        close(fd);
    close(folder);
    return status;
}

kamupin_status kp_journal_read(kamupin_context *context, const char *name, void *bytes, size_t room,
                               size_t *length, kamupin_error *error)
{
    char file[NAME_ROOM];
    kamupin_status status = KAMUPIN_OK;
    ssize_t got = -1;

    *length = 0;
    if (!file_name(file, name, RECORD_SUFFIX))
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    int folder = open_folder(context, error);
    if (folder < 0)
        return KAMUPIN_E_STATE_FOLDER;
    int fd = openat(folder, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        do {
            got = read(fd, (unsigned char *)bytes + *length, room - *length);
            if (got > 0)
                *length += (size_t)got;
        } while ((got > 0 && *length < room) || (got < 0 && errno == EINTR));
    }
    if (got < 0)
        status = fail_folder(error, "the journal cannot be read");
    else if (*length == room)
        status = kp_fail(error, KAMUPIN_E_JOURNAL_DAMAGED, KAMUPIN_FROM_LOCAL,
                         "a journal file is too large");
    if (fd >= 0)
        close(fd);
    close(folder);
    return status;
}

kamupin_status kp_journal_remove(kamupin_context *context, const char *name, kamupin_error *error)
{
    char file[NAME_ROOM];
    kamupin_status status = KAMUPIN_OK;

    if (!file_name(file, name, RECORD_SUFFIX))
        return kp_fail_local(error, KAMUPIN_E_INVALID_ARGUMENT);
    int folder = open_folder(context, error);
    if (folder < 0)
        return KAMUPIN_E_STATE_FOLDER;
    if ((unlinkat(folder, file, 0) != 0 && errno != ENOENT) || fsync(folder) != 0)
        status = fail_folder(error, "a journal file cannot be removed");
    close(folder);
    return status;
}

static int is_record(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    const size_t suffix = sizeof RECORD_SUFFIX - 1;

    return entry->d_name[0] != '.' && length > suffix && length < NAME_ROOM &&
           strcmp(entry->d_name + length - suffix, RECORD_SUFFIX) == 0;
}

kamupin_status kp_journal_each(kamupin_context *context,
                               bool (*visit)(void *user, const char *name), void *user,
                               kamupin_error *error)
{
    struct dirent **entries = NULL;
    const char *folder = NULL;
    kamupin_status status = kp_state_folder(context, &folder, error);

    if (status != KAMUPIN_OK)
        return status;
    int count = scandir(folder, &entries, is_record, alphasort);
    if (count < 0)
        return fail_folder(error, "the state folder cannot be read");
    bool more = true;
    for (int i = 0; i < count; i++) {
        if (more) {
            char name[NAME_ROOM] = "";
            size_t length = strlen(entries[i]->d_name) - (sizeof RECORD_SUFFIX - 1);
            memcpy(name, entries[i]->d_name, length);
            more = visit(user, name);
        }
        free(entries[i]);
    }
    free(entries);
    return KAMUPIN_OK;
}

/* A file's name by a card's: a digest, because a card's name may hold anything. */
static bool card_file(const char *name, const char *suffix, char *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    char text[2 * EVP_MAX_MD_SIZE + 1];

    if (EVP_Digest(name, strlen(name), digest, &length, EVP_sha256(), NULL) != 1)
        return false;
    kp_hex(digest, 16, false, text);
    return file_name(out, text, suffix);
}

/* Who holds a lock, as "1234 program" stands in its file. What another program wrote there goes into
 * texts: anything but letters, digits, ".", "-" and "_" ends the name. */
static kamupin_status fail_busy(int fd, kamupin_error *error)
{
    char holder[HOLDER_ROOM] = "", *name = holder;
    ssize_t got = pread(fd, holder, sizeof holder - 1, 0);

    holder[got > 0 ? got : 0] = '\0';
    long process = strtol(holder, &name, 10);
    name += *name == ' ' ? 1 : 0;
    name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_")] = '\0';
    if (process <= 0)
        return kp_fail(error, KAMUPIN_E_CARD_BUSY, KAMUPIN_FROM_LOCAL, "held by process unknown");
    kp_fail(error, KAMUPIN_E_CARD_BUSY, KAMUPIN_FROM_LOCAL, "held by process %ld%s%s", process,
            name[0] != '\0' ? " " : "", name);
    if (error != NULL)
        error->platform_code = process;
    return KAMUPIN_E_CARD_BUSY;
}

/* Writes who holds the lock into its file. */
static bool name_holder(int fd)
{
    char holder[HOLDER_ROOM];
    int length = snprintf(holder, sizeof holder, "%ld %.24s\n", (long)getpid(),
                          program_invocation_short_name);

    return ftruncate(fd, 0) == 0 && pwrite(fd, holder, (size_t)length, 0) == length;
}

kamupin_status kp_lock_take(kamupin_context *context, const char *name, kp_lock *lock,
                            kamupin_error *error)
{
    char file[NAME_ROOM];
    kamupin_status status = KAMUPIN_OK;

    lock->fd = -1;
    if (!card_file(name, ".lock", file))
        return kp_fail_local(error, KAMUPIN_E_CRYPTO);
    int folder = open_folder(context, error);
    if (folder < 0)
        return KAMUPIN_E_STATE_FOLDER;
    int fd = openat(folder, file, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        status = fail_folder(error, "a lock file cannot be made");
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        status = fail_busy(fd, error);
        close(fd);
    } else {
        if (!name_holder(fd))
            kp_log(context, KAMUPIN_LOG_WARNING, "core", "a lock does not name its holder");
        lock->fd = fd;
    }
    close(folder);
    return status;
}

void kp_lock_drop(kp_lock *lock)
{
    if (lock->fd >= 0)
        close(lock->fd);
    lock->fd = -1;
}

void kp_changed_mark(kamupin_context *context, const char *card_id)
{
    char file[NAME_ROOM];
    int fd = -1;
    const int folder = card_file(card_id, CHANGED_SUFFIX, file) ? open_folder(context, NULL) : -1;

    if (folder >= 0)
        fd = openat(folder, file, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        kp_log(context, KAMUPIN_LOG_WARNING, "core", "that a PIN was changed is not noted");
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
}

bool kp_changed_here(kamupin_context *context, const char *card_id)
{
    char file[NAME_ROOM];
    struct stat found;
    const int folder = card_file(card_id, CHANGED_SUFFIX, file) ? open_folder(context, NULL) : -1;
    const bool there = folder >= 0 && fstatat(folder, file, &found, AT_SYMLINK_NOFOLLOW) == 0;

    if (folder >= 0)
        close(folder);
    return there;
}
