/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listfile.c: a list's certificates from a file. Reads it whole, once, and nothing that it names. */
#include <cert/list.h>

#include <core/fail.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)16 << 20) /* bytes; thirty times what a system's trust store has */

static kamupin_status unreadable(kamupin_certificate_list *list, const char *what)
{
    return kp_fail_platform(&list->error, KAMUPIN_E_CERTIFICATE_FILE, KAMUPIN_FROM_LOCAL, errno,
                            what);
}

static kamupin_status unusable(kamupin_certificate_list *list, const char *why)
{
    return kp_fail(&list->error, KAMUPIN_E_CERTIFICATE_FILE, KAMUPIN_FROM_LOCAL, "%s", why);
}

/* As much as there is; memory grows with what was read, so that a small file takes little. */
static kamupin_status read_all(kamupin_certificate_list *list, FILE *file, unsigned char **bytes,
                               size_t *length)
{
    size_t room = 0;

    while (feof(file) == 0 && ferror(file) == 0 && *length <= FILE_MAX) {
        if (*length == room) {
            room = room == 0 ? 8192 : 2 * room;
            unsigned char *more = realloc(*bytes, room);
            if (more == NULL)
                return kp_fail_local(&list->error, KAMUPIN_E_NO_MEMORY);
            *bytes = more;
        }
        *length += fread(*bytes + *length, 1, room - *length, file);
    }
    if (ferror(file) != 0)
        return unreadable(list, "read");
    return *length > FILE_MAX ? unusable(list, "larger than 16 MiB") : KAMUPIN_OK;
}

kamupin_status kamupin_certificate_list_add_file(kamupin_certificate_list *list, const char *path)
{
    unsigned char *bytes = NULL;
    size_t length = 0;

    kamupin_status status = kp_certificate_list_enter(list);
    if (status != KAMUPIN_OK)
        return status;
    if (path == NULL)
        return kp_fail_local(&list->error, KAMUPIN_E_INVALID_ARGUMENT);
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return unreadable(list, "open");
    status = read_all(list, file, &bytes, &length);
    if (status == KAMUPIN_OK)
        status = kamupin_certificate_list_add(list, bytes, length);
    if (status == KAMUPIN_E_CERTIFICATE_MALFORMED)
        status = unusable(list, "no certificate in it");
    free(bytes);
    fclose(file);
    return status;
}
