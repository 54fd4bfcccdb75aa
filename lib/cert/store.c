/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   store.c: reading a trust store: a folder, a file of PEM or DER certificates, or a
   SertifikaDeposu.xml. Reads those files, and nothing that they name. */
#include <cert/blocks.h>
#include <cert/certfile.h>
#include <cert/folder.h>
#include <cert/trust.h>
#include <cert/xml.h>
#include <core/fail.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char NO_MEMORY[] = "no memory";

/* What a file has given so far. */
typedef struct gathering {
    kamupin_trust *trust;
    size_t count;
    const char *wrong; /* NULL: nothing */
} gathering;

static kamupin_status fail_store(kamupin_error *error, const char *path, const char *why)
{
    const char *name = strrchr(path, '/');

    return kp_fail(error, KAMUPIN_E_TRUST_STORE, KAMUPIN_FROM_LOCAL, "%.80s: %s",
                   name == NULL ? path : name + 1, why);
}

static void put(gathering *to, X509 *certificate, bool as_root)
{
    if (kp_trust_put(to->trust, certificate, as_root))
        to->count++;
    else
        to->wrong = "too many certificates, or no memory";
}

/* Other values than certificates are passed over outside of what the file calls a root. */
static bool take_value(void *user, bool root, const unsigned char *der, size_t length)
{
    gathering *to = user;
    const unsigned char *next = der;
    X509 *certificate = d2i_X509(NULL, &next, (long)length);
    const bool whole = certificate != NULL && next == der + length;

    if (whole)
        put(to, certificate, root);
    else if (root)
        to->wrong = "a root in it is not a certificate";
    X509_free(certificate);
    return to->wrong == NULL;
}

/* All certificates of PEM or DER bytes; other blocks in PEM are passed over. */
static void read_blocks(gathering *to, const unsigned char *bytes, size_t length)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_status status = KAMUPIN_OK;
    kp_blocks blocks;
    kp_block block;

    if (kp_blocks_open(&blocks, bytes, length, &error) != KAMUPIN_OK)
        to->wrong = "too long";
    while (to->wrong == NULL && (status = kp_blocks_next(&blocks, &block, &error)) == KAMUPIN_OK) {
        put(to, block.x509, true);
        X509_free(block.x509);
        free(block.der);
    }
    if (status == KAMUPIN_E_NO_MEMORY)
        to->wrong = NO_MEMORY;
    kp_blocks_close(&blocks);
}

static void read_bytes(gathering *to, const unsigned char *bytes, size_t length)
{
    if (kp_xml_is(bytes, length)) {
        const char *wrong = kp_xml_certificates((const char *)bytes, length, take_value, to);
        if (to->wrong == NULL)
            to->wrong = wrong;
    } else {
        read_blocks(to, bytes, length);
    }
}

/* A file's certificates. `alone`: it has to have one; else it is a folder's. */
static kamupin_status read_file(kamupin_trust *trust, const char *path, bool alone,
                                kamupin_error *error)
{
    gathering to = {.trust = trust};
    kp_certfile file;

    switch (kp_certfile_read(path, !alone, KP_STORE_MAX, &file)) {
    case KP_CERTFILE_READ:
        read_bytes(&to, file.bytes, file.length);
        if (to.wrong == NULL && alone && to.count == 0)
            to.wrong = "there is no certificate in it";
        break;
    case KP_CERTFILE_NONE:
        break;
    case KP_CERTFILE_CLOSED:
        to.wrong = strerror(errno);
        break;
    case KP_CERTFILE_LARGE:
        to.wrong = "larger than 8 MiB";
        break;
    case KP_CERTFILE_NO_MEMORY:
        to.wrong = NO_MEMORY;
    }
    free(file.bytes);
    if (to.wrong == NO_MEMORY)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    return to.wrong == NULL ? KAMUPIN_OK : fail_store(error, path, to.wrong);
}

/* A folder that is being read. */
typedef struct walk {
    kamupin_trust *trust;
    kamupin_error *error;
} walk;

static kamupin_status read_of_folder(void *user, const char *path)
{
    const walk *in = user;

    return read_file(in->trust, path, false, in->error);
}

static kamupin_status read_folder(kamupin_trust *trust, const char *path, kamupin_error *error)
{
    walk in = {trust, error};
    kamupin_status status = KAMUPIN_OK;

    if (!kp_folder_each(path, read_of_folder, &in, &status))
        return fail_store(error, path, strerror(errno));
    if (status == KAMUPIN_OK && sk_X509_num(trust->roots) + sk_X509_num(trust->between) == 0)
        status = fail_store(error, path, "there is no certificate in it");
    return status;
}

kamupin_status kp_store_read(kamupin_trust *trust, const char *path, kamupin_error *error)
{
    struct stat found;

    if (stat(path, &found) != 0)
        return fail_store(error, path, strerror(errno));
    ERR_set_mark();
    const kamupin_status status = S_ISDIR(found.st_mode) ? read_folder(trust, path, error)
                                                         : read_file(trust, path, true, error);
    ERR_pop_to_mark();
    return status;
}
