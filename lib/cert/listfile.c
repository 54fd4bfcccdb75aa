/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   listfile.c: a list's certificates from a file, or from those of a folder. Reads each whole, once, and
   nothing that it names. */
#include <cert/list.h>

#include <cert/certfile.h>
#include <cert/folder.h>
#include <cert/xml.h>
#include <core/fail.h>

#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)16 << 20) /* bytes; thirty times what a system's trust store has */

static const char NONE[] = "no certificate in it";

static kamupin_status unreadable(kamupin_certificate_list *list, const char *what)
{
    return kp_fail_platform(&list->error, KAMUPIN_E_CERTIFICATE_FILE, KAMUPIN_FROM_LOCAL, errno,
                            what);
}

static kamupin_status unusable(kamupin_certificate_list *list, const char *why)
{
    return kp_fail(&list->error, KAMUPIN_E_CERTIFICATE_FILE, KAMUPIN_FROM_LOCAL, "%s", why);
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
static kamupin_status add_xml(kamupin_certificate_list *list, const char *text, size_t length,
                              bool *none)
{
    adding to = {.list = NULL};
    const char *wrong = kp_xml_certificates(text, length, take_value, &to);

    if (wrong != NULL)
        return unusable(list, wrong);
    *none = to.count == 0;
    if (*none)
        return unusable(list, NONE);
    to.list = list;
    wrong = kp_xml_certificates(text, length, take_value, &to);
    return to.status != KAMUPIN_OK || wrong == NULL ? to.status : unusable(list, wrong);
}

/* ---- files and folders ---- */

/* `none`: they were understood, and hold no certificate. */
static kamupin_status add_bytes(kamupin_certificate_list *list, const unsigned char *bytes,
                                size_t length, bool *none)
{
    if (kp_xml_is(bytes, length))
        return add_xml(list, (const char *)bytes, length, none);
    kamupin_status status = kamupin_certificate_list_add(list, bytes, length);
    *none = status == KAMUPIN_E_CERTIFICATE_MALFORMED;
    return *none ? unusable(list, NONE) : status;
}

/* `none`: it was read whole, and holds no certificate; or it is no file that a folder is read for. */
static kamupin_status add_one(kamupin_certificate_list *list, const char *path, bool of_folder,
                              bool *none)
{
    kp_certfile file;
    kamupin_status status = KAMUPIN_OK;

    switch (kp_certfile_read(path, of_folder, FILE_MAX, &file)) {
    case KP_CERTFILE_READ:
        status = add_bytes(list, file.bytes, file.length, none);
        break;
    case KP_CERTFILE_NONE:
        *none = true;
        status = unusable(list, NONE);
        break;
    case KP_CERTFILE_CLOSED:
        status = unreadable(list, "it cannot be read");
        break;
    case KP_CERTFILE_LARGE:
        status = unusable(list, "larger than 16 MiB");
        break;
    case KP_CERTFILE_NO_MEMORY:
        status = kp_fail_local(&list->error, KAMUPIN_E_NO_MEMORY);
    }
    free(file.bytes);
    return status;
}

/* A folder that is being read. */
typedef struct walk {
    kamupin_certificate_list *list;
    size_t files; /* that held certificates */
} walk;

/* Puts the file's name before what is wrong with it: the folder's is the caller's. */
static void name_file(kamupin_error *error, const char *path)
{
    const char *name = strrchr(path, '/');
    char why[sizeof error->detail];

    memcpy(why, error->detail, sizeof why);
    snprintf(error->detail, sizeof error->detail, "%.80s: %.100s", name == NULL ? path : name + 1,
             why);
}

static kamupin_status add_of_folder(void *user, const char *path)
{
    walk *in = user;
    bool none = false;
    const kamupin_status status = add_one(in->list, path, true, &none);

    in->files += status == KAMUPIN_OK;
    if (none)
        return KAMUPIN_OK;
    if (status == KAMUPIN_E_CERTIFICATE_FILE)
        name_file(&in->list->error, path);
    return status;
}

/* What is said is of the folder: that one of its files had nothing is no failure. One that cannot be
 * read is: nobody knows what is missing then. */
static kamupin_status add_folder(kamupin_certificate_list *list, const char *path)
{
    walk in = {list, 0};
    kamupin_status status = KAMUPIN_OK;

    if (!kp_folder_each(path, add_of_folder, &in, &status))
        return unreadable(list, "it cannot be read");
    if (status == KAMUPIN_OK && in.files == 0)
        return unusable(list, NONE);
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
    bool none = false;
    return kp_folder_is(path) ? add_folder(list, path) : add_one(list, path, false, &none);
}
