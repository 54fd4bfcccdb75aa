/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listfile.c: a list's certificates from a file, or from those of a folder. Reads each whole, once, and
   nothing that it names. */
#include <cert/list.h>

#include <cert/folder.h>
#include <cert/xml.h>
#include <core/fail.h>

#include <errno.h>
#include <openssl/err.h>
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

/* ---- XML ---- */

/* Where the values of an XML go. */
typedef struct adding {
    kamupin_certificate_list *list; /* NULL: they are looked at alone */
    size_t count;
    kamupin_status status;
} adding;

/* Other values than certificates are passed over outside of what the file calls a root. */
static bool take_value(void *user, bool root, const unsigned char *der, size_t length)
{
    adding *to = user;
    const unsigned char *next = der;

    ERR_set_mark();
    X509 *x509 = d2i_X509(NULL, &next, (long)length);
    const bool whole = x509 != NULL && next == der + length;
    X509_free(x509);
    ERR_pop_to_mark();
    to->count += whole;
    if (whole && to->list != NULL)
        to->status = kamupin_certificate_list_add(to->list, der, length);
    return (whole || !root) && to->status == KAMUPIN_OK;
}

/* It is looked at to its end before the first certificate is added. */
static kamupin_status add_xml(kamupin_certificate_list *list, const char *text, size_t length)
{
    adding to = {.list = NULL};
    const char *wrong = kp_xml_certificates(text, length, take_value, &to);

    if (wrong != NULL)
        return unusable(list, wrong);
    if (to.count == 0)
        return unusable(list, "no certificate in it");
    to.list = list;
    wrong = kp_xml_certificates(text, length, take_value, &to);
    return to.status != KAMUPIN_OK || wrong == NULL ? to.status : unusable(list, wrong);
}

/* ---- files and folders ---- */

static kamupin_status add_bytes(kamupin_certificate_list *list, const unsigned char *bytes,
                                size_t length)
{
    if (kp_xml_is(bytes, length))
        return add_xml(list, (const char *)bytes, length);
    kamupin_status status = kamupin_certificate_list_add(list, bytes, length);
    return status == KAMUPIN_E_CERTIFICATE_MALFORMED ? unusable(list, "no certificate in it")
                                                     : status;
}

static kamupin_status add_one(kamupin_certificate_list *list, const char *path)
{
    unsigned char *bytes = NULL;
    size_t length = 0;
    FILE *file = fopen(path, "rbe");

    if (file == NULL)
        return unreadable(list, "open");
    kamupin_status status = read_all(list, file, &bytes, &length);
    if (status == KAMUPIN_OK)
        status = add_bytes(list, bytes, length);
    free(bytes);
    fclose(file);
    return status;
}

/* A folder that is being read. */
typedef struct walk {
    kamupin_certificate_list *list;
    size_t files; /* that held certificates */
} walk;

static kamupin_status add_of_folder(void *user, const char *path)
{
    walk *in = user;
    const kamupin_status status = add_one(in->list, path);

    in->files += status == KAMUPIN_OK;
    return status == KAMUPIN_E_CERTIFICATE_FILE ? KAMUPIN_OK : status;
}

/* What is said is of the folder: that one of its files had nothing is no failure. */
static kamupin_status add_folder(kamupin_certificate_list *list, const char *path)
{
    walk in = {list, 0};
    kamupin_status status = KAMUPIN_OK;

    if (!kp_folder_each(path, add_of_folder, &in, &status))
        return unreadable(list, "open");
    if (status == KAMUPIN_OK && in.files == 0)
        return unusable(list, "no certificate in it");
    if (status == KAMUPIN_OK)
        kp_error_clear(&list->error);
    return status;
}

kamupin_status kamupin_certificate_list_add_file(kamupin_certificate_list *list, const char *path)
{
    kamupin_status status = kp_certificate_list_enter(list);

    if (status != KAMUPIN_OK)
        return status;
    if (path == NULL)
        return kp_fail_local(&list->error, KAMUPIN_E_INVALID_ARGUMENT);
    return kp_folder_is(path) ? add_folder(list, path) : add_one(list, path);
}
