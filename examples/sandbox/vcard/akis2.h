// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Commands of AKIS v2.x, which Turkish ID cards share. Data; touches nothing by itself.
#ifndef KAMUPIN_VCARD_AKIS2_H
#define KAMUPIN_VCARD_AKIS2_H

#include "card.h"

#define VC_AKIS2_COMMANDS 10
extern const struct vc_command vc_akis2_commands[VC_AKIS2_COMMANDS];

#endif
