// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The signing keys in the state file: `sign.key REFERENCE HEX` lines. Touches the state it is given.
#ifndef KAMUPIN_VCARD_SIGNKEYS_H
#define KAMUPIN_VCARD_SIGNKEYS_H

#include "state.h"

// TEXT is what follows "sign.key ": a reference (two hex digits), a blank, PKCS #8 in hex.
enum vc_text vc_sign_key_parse(struct vc_state *state, char *text);

void vc_sign_keys_write(const struct vc_state *state, FILE *stream);

// Wipes and frees them.
void vc_sign_keys_clear(struct vc_state *state);

#endif
