/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   identity.h: a Turkish identity number, told from other digits. */
#ifndef KP_CORE_IDENTITY_H
#define KP_CORE_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

/** T.C. Kimlik No: eleven digits, no zero in front, two check digits. `number` needs no NUL. */
bool kp_is_tckn(const char *number, size_t length);

/** Vergi Kimlik No: ten digits, the last one a check digit. `number` needs no NUL. */
bool kp_is_vkn(const char *number, size_t length);

/** The one mask of numbers that are shown: a star for each character but the last two, whatever mask of its
 * own a service put over them before. UTF-8, in place. */
void kp_identity_mask(char *text);

#endif
