/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   password.h: what a session remembers of a password login. For auth/ alone. */
#ifndef KP_AUTH_PASSWORD_H
#define KP_AUTH_PASSWORD_H

#include <service/session.h>

/** Forgets picture, login and SMS. */
void kp_password_drop(kamupin_session *session);

#endif
