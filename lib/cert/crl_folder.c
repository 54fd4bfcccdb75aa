/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_folder.c: files beside and renamed over, relative to the checked folder; no link is
   followed. Several programs may do so at a time: each has names of its own until the last step. */
#define _GNU_SOURCE 1 /* fdopendir, O_NOFOLLOW */
#include <cert/crl_folder.h>

#include <core/buffer.h>
#include <core/fail.h>
#include <core/journal.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER       "crl"
#define FRESH_SUFFIX ".new"
#define FRESH_BYTES  12
#define LEFT_SECONDS 3600

#define LOCK_TRIES    100
#define LOCK_PAUSE_NS 10000000L

static kamupin_status fail_folder(kamupin_error *error, const char *what)
{
    return kp_fail_platform(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL, errno, what);
}

int kp_crl_folder(kamupin_context *context, kamupin_error *error)
{
    const char *state = NULL;
    struct stat found;

    if (kp_state_folder(context, &state, error) != KAMUPIN_OK)
        return -1;
    const int above = open(state, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int folder = -1;
    if (above >= 0 && (mkdirat(above, FOLDER, 0700) == 0 || errno == EEXIST))
        folder = openat(above, FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || fstat(folder, &found) != 0) {
        fail_folder(error, "the folder of CRLs cannot be opened");
    } else if (found.st_uid != geteuid() || (found.st_mode & 077) != 0) {
        kp_fail(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL,
                "the folder of CRLs must be this user's, closed to others");
        close(folder);
        folder = -1;
    }
    if (above >= 0)
        close(above);
    return folder;
}

bool kp_crl_folder_lock(int folder)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};

    for (int tried = 0; tried < LOCK_TRIES; tried++) {
        if (flock(folder, LOCK_EX | LOCK_NB) == 0 || (errno != EWOULDBLOCK && errno != EINTR))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

void kp_crl_folder_unlock(int folder)
{
    flock(folder, LOCK_UN);
}

kamupin_status kp_crl_fresh_make(int folder, kp_crl_fresh *fresh, kamupin_error *error)
{
    unsigned char random[FRESH_BYTES];
    char text[2 * FRESH_BYTES + 1];

    fresh->fd = -1;
    if (RAND_bytes(random, sizeof random) != 1)
        return kp_fail_local(error, KAMUPIN_E_CRYPTO);
    kp_hex(random, sizeof random, false, text);
    snprintf(fresh->name, sizeof fresh->name, "%s" FRESH_SUFFIX, text);
    fresh->fd =
        openat(folder, fresh->name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fresh->fd >= 0 ? KAMUPIN_OK : fail_folder(error, "a CRL cannot be kept");
}

kamupin_status kp_crl_fresh_keep(int folder, kp_crl_fresh *fresh, const char *name,
                                 kamupin_error *error)
{
    if (renameat(folder, fresh->name, folder, name) != 0)
        return fail_folder(error, "a CRL cannot be kept");
    fresh->name[0] = '\0';
    return KAMUPIN_OK;
}

kamupin_status kp_crl_folder_forget(int folder, const char *name, kamupin_error *error)
{
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT
               ? KAMUPIN_OK
               : fail_folder(error, "a CRL cannot be kept");
}

void kp_crl_fresh_end(int folder, kp_crl_fresh *fresh)
{
    if (fresh->fd < 0)
        return;
    if (fresh->name[0] != '\0')
        unlinkat(folder, fresh->name, 0);
    close(fresh->fd);
    fresh->fd = -1;
}

void kp_crl_folder_sweep(int folder)
{
    const time_t now = time(NULL);
    const int again = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *all = again < 0 ? NULL : fdopendir(again);

    if (all == NULL) {
        if (again >= 0)
            close(again);
        return;
    }
    for (struct dirent *one = readdir(all); one != NULL; one = readdir(all)) {
        const size_t length = strlen(one->d_name), suffix = sizeof FRESH_SUFFIX - 1;
        struct stat found;
        if (length > suffix && strcmp(one->d_name + length - suffix, FRESH_SUFFIX) == 0 &&
            fstatat(folder, one->d_name, &found, AT_SYMLINK_NOFOLLOW) == 0 &&
            found.st_mtime < now - LEFT_SECONDS)
            unlinkat(folder, one->d_name, 0);
    }
    closedir(all);
}
