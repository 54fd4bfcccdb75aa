/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   folder.h: what a folder has under the names of certificate files, *.pem, *.crt, *.cer, *.der, in the
   order of these names. Whether it is a file is seen where it is opened (certfile.h). */
#ifndef KP_CERT_FOLDER_H
#define KP_CERT_FOLDER_H

#include <kamupin/error.h>

#include <stdbool.h>

/** Takes one of them; another status than ok ends the walk. */
typedef kamupin_status kp_folder_take(void *user, const char *path);

/** Whether there is a folder of that name. */
bool kp_folder_is(const char *path);

/** Gives each path away. `*status`: what the last of them answered, ok when there is none.
 * False: the folder cannot be read, `errno` says why. */
bool kp_folder_each(const char *path, kp_folder_take *take, void *user, kamupin_status *status);

#endif
