/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   digest.h: what is to be signed: a file or standard input is read to its end and hashed, or taken
   as the hash that it is. */
#ifndef CLI_DIGEST_H
#define CLI_DIGEST_H

#include "cli.h"

/** Fills the request's digest from --in or standard input, as --hash and --hashed say. Says what is
 *  wrong by itself. invalid-argument, cancelled, crypto. */
kamupin_status cli_digest(cli *program, kamupin_sign_request *request, kamupin_error *error);

#endif
