/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   login_password.h: the password login of older portals, for login.c. */
#ifndef CLI_LOGIN_PASSWORD_H
#define CLI_LOGIN_PASSWORD_H

#include "cli.h"

/** Logs in with number, picture, security word and SMS. The picture is kept in a file whose name is
 * `path` with ".png" behind it. Errors: those of kamupin_password_begin, _sms and _confirm. */
kamupin_status cli_login_password(cli *program, kamupin_session *session, const char *path,
                                  kamupin_error *error);

#endif
