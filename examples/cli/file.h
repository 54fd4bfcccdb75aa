/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   file.h: files that a command writes, whole or not at all. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include "cli.h"

/** Writes a file anew. One that is there keeps its mode and stays as it was when this fails; a new one
 * has the mode that the umask says; a link is followed. What is no regular file (a pipe, a device, an
 * open descriptor's name) is written to as it stands, and so is a file that is somebody else's or in
 * a folder where nothing may be made; standard output under another name gets it in its turn.
 * Errors: false, with errno. */
bool cli_file_write(const char *path, const void *bytes, size_t length);

/** The same for a certificate, as PEM. */
bool cli_file_write_pem(const char *path, const unsigned char *der, size_t length);

/** Whether a regular file with something in it is there, which writing would take away. */
bool cli_file_is_there(const char *path);

#endif
