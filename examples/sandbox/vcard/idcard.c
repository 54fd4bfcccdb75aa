// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The Turkish ID card, a decoy: the same operating system and commands as AKIS v2.x and, beside
// 3D00 and PKCS-15, the applications 3D01 and 3D10. Its PIN must never be touched by a program for
// e-signature cards.
#include "akis2.h"

static const uint16_t folders[] = {VC_APPLICATION, 0x3D01, 0x3D10, 0};

const struct vc_personality vc_idcard = {vc_akis2_commands, VC_AKIS2_COMMANDS, folders};
