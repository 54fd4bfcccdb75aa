/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   folder.c: see folder.h. */
#define _DEFAULT_SOURCE 1 /* scandir */
#include <cert/folder.h>

#include <core/words.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool kp_folder_is(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

static int is_certificate_file(const struct dirent *entry)
{
    static const char *const ENDS[] = {".pem", ".crt", ".cer", ".der"};
    const char *end = strrchr(entry->d_name, '.');

    for (size_t i = 0; end != NULL && i < sizeof ENDS / sizeof ENDS[0]; i++)
        if (kp_words_same(end, ENDS[i]))
            return end != entry->d_name;
    return 0;
}

/* "path/name", of any length: one that is too long is the system's to refuse. malloc. */
static char *path_of(const char *path, const char *name)
{
    const size_t room = strlen(path) + strlen(name) + 2;
    char *file = malloc(room);

    if (file != NULL)
        snprintf(file, room, "%s/%s", path, name);
    return file;
}

bool kp_folder_each(const char *path, kp_folder_take *take, void *user, kamupin_status *status)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, is_certificate_file, alphasort);
    bool whole = count >= 0;

    *status = KAMUPIN_OK;
    for (int i = 0; i < count; i++) {
        if (whole && *status == KAMUPIN_OK) {
            char *file = path_of(path, entries[i]->d_name);
            whole = file != NULL;
            if (whole)
                *status = take(user, file);
            free(file);
        }
        free(entries[i]);
    }
    free(entries);
    if (!whole && count >= 0)
        errno = ENOMEM;
    return whole;
}
