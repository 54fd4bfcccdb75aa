/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_cache.c: a CRL from the cache, from its file whose index is lost, or fetched. Files are named
   by a digest of the issuer's certificate, the address and the distribution point, so that what was
   judged once for one question answers the same question only. */
#include <cert/crl_cache.h>

#include <cert/crl_file.h>
#include <cert/crl_folder.h>
#include <cert/fresh.h>
#include <core/buffer.h>
#include <core/cancel.h>
#include <core/fail.h>

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES    16
#define ACCEPTED      "application/pkix-crl, application/octet-stream;q=0.5, */*;q=0.1"
#define PATIENT_TIMES 10 /* a request's time, so often: a CRL may have many megabytes */

/* One question of the cache. */
typedef struct search {
    const kp_crl_wish *wish;
    int folder;
    unsigned char issuer[KP_DIGEST_SIZE];
    char crl[KP_CRL_NAME_ROOM], index[KP_CRL_NAME_ROOM]; /* names of the files */
} search;

static bool name_files(search *at)
{
    const kp_crl_wish *wish = at->wish;
    unsigned char digest[EVP_MAX_MD_SIZE], *point = NULL;
    char text[2 * NAME_BYTES + 1];
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const int length = i2d_DIST_POINT(wish->point, &point);
    const bool named = context != NULL && length > 0 &&
                       X509_digest(wish->issuer, EVP_sha256(), at->issuer, NULL) &&
                       EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                       EVP_DigestUpdate(context, at->issuer, sizeof at->issuer) == 1 &&
                       EVP_DigestUpdate(context, wish->address, strlen(wish->address) + 1) == 1 &&
                       EVP_DigestUpdate(context, point, (size_t)length) == 1 &&
                       EVP_DigestFinal_ex(context, digest, NULL) == 1;

    OPENSSL_free(point);
    EVP_MD_CTX_free(context);
    if (named) {
        kp_hex(digest, NAME_BYTES, false, text);
        snprintf(at->crl, sizeof at->crl, "%s.crl", text);
        snprintf(at->index, sizeof at->index, "%s.index", text);
    }
    return named;
}

static bool open_index(const search *at, kp_crl_index *index)
{
    const int file = openat(at->folder, at->index, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    bool opened = false;

    *index = KP_CRL_INDEX_INIT;
    if (file >= 0) {
        opened = kp_crl_index_open(file, index);
        close(file);
    }
    if (opened && memcmp(index->issuer, at->issuer, sizeof at->issuer) != 0) {
        kp_crl_index_close(index);
        opened = false;
    }
    return opened;
}

/* Whether bytes are a CRL to be believed now. */
static kamupin_status judge(const search *at, kp_part bytes, kp_crl *crl, kamupin_error *error)
{
    const kp_crl_wish *wish = at->wish;
    kamupin_status status = kp_crl_read(bytes, crl, error);

    if (status == KAMUPIN_OK)
        status = kp_crl_verify(crl, wish->issuer, wish->cancel, error);
    if (status == KAMUPIN_OK)
        status = kp_crl_scope(crl, wish->point, error);
    if (status == KAMUPIN_OK &&
        !kp_is_fresh(crl->this_update, crl->next_update, wish->now, KP_CRL_UNSAID))
        status = kp_fail(error, KAMUPIN_E_CRL_STALE, KAMUPIN_FROM_LOCAL, NULL);
    return status;
}

/* Makes the index of the CRL in a file, beside; `fresh` is it. */
static kamupin_status index_file(const search *at, int file, kp_crl_index *index,
                                 kp_crl_fresh *fresh, kamupin_error *error)
{
    const kamupin_cancel *cancel = at->wish->cancel;
    kp_crl_bytes bytes;
    kp_crl crl;
    kamupin_status status = kp_crl_bytes_read(file, cancel, &bytes, error);

    if (status == KAMUPIN_OK)
        status = judge(at, (kp_part){bytes.at, bytes.length}, &crl, error);
    memcpy(index->issuer, at->issuer, sizeof index->issuer);
    memcpy(index->crl, bytes.digest, sizeof index->crl);
    if (status == KAMUPIN_OK)
        status = kp_crl_fresh_make(at->folder, fresh, error);
    if (status == KAMUPIN_OK)
        status = kp_crl_index_write(&crl, index, fresh->fd, cancel, error);
    kp_crl_bytes_free(&bytes);
    return status;
}

/* The index is lost or damaged: made again from the CRL, if that is there and still current. Under the
 * lock: the CRL that is read here is the kept one until its index is. Who held the lock before may have
 * made it. */
static bool mend_index(const search *at, kp_crl_index *index)
{
    kp_crl_fresh fresh = {.fd = -1};
    struct stat found;
    bool mended = false;

    if (!kp_crl_folder_lock(at->folder))
        return false;
    if (open_index(at, index)) {
        kp_crl_folder_unlock(at->folder);
        return true;
    }
    const int file = openat(at->folder, at->crl, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file >= 0 && fstat(file, &found) == 0) {
        index->fetched_at = (int64_t)found.st_mtime;
        mended = index_file(at, file, index, &fresh, NULL) == KAMUPIN_OK &&
                 kp_crl_fresh_keep(at->folder, &fresh, at->index, NULL) == KAMUPIN_OK &&
                 kp_crl_index_open(fresh.fd, index);
    }
    kp_crl_folder_unlock(at->folder);
    kp_crl_fresh_end(at->folder, &fresh);
    if (file >= 0)
        close(file);
    return mended;
}

/* Makes what was fetched the kept one, unless that is a newer one: from before, or of another program
 * that was faster. Where another program holds the folder, it is of use this once. The index of the one
 * before goes first: who is killed in between leaves a CRL whose index is made again, and no older index
 * that answers beside it. */
static kamupin_status put_in_place(const search *at, kp_crl_fresh *crl, kp_crl_fresh *made,
                                   const kp_crl_index *index, kamupin_error *error)
{
    const bool locked = kp_crl_folder_lock(at->folder);
    kp_crl_index kept;
    kamupin_status status = KAMUPIN_OK;

    if (open_index(at, &kept) && index->this_update < kept.this_update)
        status = kp_fail(error, KAMUPIN_E_CRL_STALE, KAMUPIN_FROM_LOCAL,
                         "it is older than the one before");
    kp_crl_index_close(&kept);
    if (status == KAMUPIN_OK && locked)
        status = kp_crl_folder_forget(at->folder, at->index, error);
    if (status == KAMUPIN_OK && locked)
        status = kp_crl_fresh_keep(at->folder, crl, at->crl, error);
    if (status == KAMUPIN_OK && locked)
        status = kp_crl_fresh_keep(at->folder, made, at->index, error);
    if (locked)
        kp_crl_folder_unlock(at->folder);
    return status;
}

/* Fetches the CRL and makes it the kept one. */
static kamupin_status renew(const search *at, kp_crl_index *index, kamupin_error *error)
{
    const kp_crl_wish *wish = at->wish;
    kp_crl_fresh crl = {.fd = -1}, made = {.fd = -1};
    kp_fetch_wish fetched = {.url = wish->address,
                             .accept = ACCEPTED,
                             .most = KP_CRL_SIZE_MAX,
                             .deadline_ms = wish->deadline_ms,
                             .patience_ms = wish->context->request_timeout_ms * PATIENT_TIMES};

    kp_crl_folder_sweep(at->folder);
    kamupin_status status = kp_crl_fresh_make(at->folder, &crl, error);
    fetched.file = crl.fd;
    if (status == KAMUPIN_OK)
        status = kp_fetch(wish->http, &fetched, KAMUPIN_E_CRL_MALFORMED, wish->cancel, NULL, error);
    index->fetched_at = wish->now;
    if (status == KAMUPIN_OK)
        status = index_file(at, crl.fd, index, &made, error);
    if (status == KAMUPIN_OK)
        status = put_in_place(at, &crl, &made, index, error);
    if (status == KAMUPIN_OK && !kp_crl_index_open(made.fd, index))
        status = kp_fail(error, KAMUPIN_E_STATE_FOLDER, KAMUPIN_FROM_LOCAL,
                         "what was written does not come back");
    kp_crl_fresh_end(at->folder, &made);
    kp_crl_fresh_end(at->folder, &crl);
    return status;
}

static bool is_current(const kp_crl_wish *wish, const kp_crl_index *kept)
{
    return kp_is_fresh(kept->this_update, kept->next_update, wish->now, KP_CRL_UNSAID);
}

/* Whether a kept one was fetched as lately as is wanted. One that was fetched in the future was fetched
 * before the calendar was set back, nobody knows how long. */
static bool is_young(const kp_crl_wish *wish, const kp_crl_index *kept)
{
    return wish->age == 0 ||
           (kept->fetched_at <= wish->now + KP_SKEW && wish->now - kept->fetched_at <= wish->age);
}

static kamupin_status find(const search *at, kp_crl_index *index, bool *fetched,
                           kamupin_error *error)
{
    const kp_crl_wish *wish = at->wish;
    kp_crl_index kept;
    const bool there = open_index(at, &kept) || mend_index(at, &kept);
    kamupin_status status = KAMUPIN_OK;

    if (there && is_current(wish, &kept) && is_young(wish, &kept)) {
        *index = kept;
        return KAMUPIN_OK;
    }
    *index = KP_CRL_INDEX_INIT;
    status = kp_cancel_check(wish->cancel, error); /* it may have ended the making of an index */
    if (status == KAMUPIN_OK && wish->http != NULL)
        status = renew(at, index, error);
    else if (status == KAMUPIN_OK)
        status = kp_fail(error, there ? KAMUPIN_E_CRL_STALE : KAMUPIN_E_REVOCATION_UNREACHABLE,
                         KAMUPIN_FROM_LOCAL, "nobody is asked");
    *fetched = status == KAMUPIN_OK;
    kp_crl_index_close(&kept);
    if (status != KAMUPIN_OK && status != KAMUPIN_E_CANCELLED && open_index(at, &kept)) {
        if (is_current(wish, &kept)) {
            *index = kept; /* older than was wanted, but it still holds; or of a faster program */
            return KAMUPIN_OK;
        }
        kp_crl_index_close(&kept);
    }
    return status;
}

kamupin_status kp_crl_have(const kp_crl_wish *wish, kp_crl_index *index, bool *fetched,
                           kamupin_error *error)
{
    search at = {.wish = wish};

    *fetched = false;
    *index = KP_CRL_INDEX_INIT;
    if (!name_files(&at))
        return kp_fail_local(error, KAMUPIN_E_CRYPTO);
    at.folder = kp_crl_folder(wish->context, error);
    if (at.folder < 0)
        return KAMUPIN_E_STATE_FOLDER;
    const kamupin_status status = find(&at, index, fetched, error);
    close(at.folder);
    return status;
}
