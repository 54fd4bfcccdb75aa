/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   folder.c: see folder.h. */
#define _DEFAULT_SOURCE 1 /* scandir */
#include <cert/folder.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define PATH_ROOM 4096

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
        if (strcasecmp(end, ENDS[i]) == 0)
            return end != entry->d_name;
    return 0;
}

bool kp_folder_each(const char *path, kp_folder_take *take, void *user, kamupin_status *status)
{
    char file[PATH_ROOM];
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, is_certificate_file, alphasort);

    *status = KAMUPIN_OK;
    for (int i = 0; i < count; i++) {
        const int length = snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (*status == KAMUPIN_OK && length > 0 && (size_t)length < sizeof file &&
            !kp_folder_is(file))
            *status = take(user, file);
        free(entries[i]);
    }
    free(entries);
    return count >= 0;
}
