/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   crl_folder.h: the files of the CRL cache. For crl_cache.c alone. */
#ifndef KP_CERT_CRL_FOLDER_H
#define KP_CERT_CRL_FOLDER_H

#include <core/context.h>

#define KP_CRL_NAME_ROOM 64

/* A file that comes into being: beside, then renamed over. */
typedef struct kp_crl_fresh {
    int fd; /* -1: none */
    char name[KP_CRL_NAME_ROOM];
} kp_crl_fresh;

/** Opens the folder, made when it is missing; -1 with `error` filled: state-folder. */
int kp_crl_folder(kamupin_context *context, kamupin_error *error);

/** Keeps other programs and threads from changing which files are the kept ones, until it is unlocked:
 * for as long as it takes to compare and to rename. False: somebody has held it for a second. Where the
 * file system has no locks, nobody is kept from anything. */
bool kp_crl_folder_lock(int folder);
void kp_crl_folder_unlock(int folder);

/** Makes an empty file, 0600, open for reading and writing. Errors: state-folder. */
kamupin_status kp_crl_fresh_make(int folder, kp_crl_fresh *fresh, kamupin_error *error);

/** Gives it its name. Its descriptor stays open. Errors: state-folder. */
kamupin_status kp_crl_fresh_keep(int folder, kp_crl_fresh *fresh, const char *name,
                                 kamupin_error *error);

/** Removes a kept file, if it is there. Errors: state-folder. */
kamupin_status kp_crl_folder_forget(int folder, const char *name, kamupin_error *error);

/** Closes it; one that was not kept is removed. */
void kp_crl_fresh_end(int folder, kp_crl_fresh *fresh);

/** Removes what programs left behind that were killed at such a file an hour ago or longer. */
void kp_crl_folder_sweep(int folder);

#endif
