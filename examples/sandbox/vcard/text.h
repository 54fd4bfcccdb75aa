// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What the virtual card says to people, in English and Turkish. Reads the environment's language,
// writes nothing.
#ifndef KAMUPIN_VCARD_TEXT_H
#define KAMUPIN_VCARD_TEXT_H

enum vc_text {
    VC_TEXT_NONE,
    VC_TEXT_HELP,
    VC_TEXT_OPTION,
    VC_TEXT_PORT,
    VC_TEXT_HOST,
    VC_TEXT_STATE_OPEN,
    VC_TEXT_STATE_SIZE,
    VC_TEXT_STATE_FIRST_LINE,
    VC_TEXT_STATE_KEY,
    VC_TEXT_STATE_TWICE,
    VC_TEXT_STATE_VALUE,
    VC_TEXT_STATE_FILE,
    VC_TEXT_STATE_MISSING,
    VC_TEXT_STATE_COUNTER,
    VC_TEXT_MEMORY,
    VC_TEXT_LOG_OPEN,
    VC_TEXT_CONTROL_OPEN,
    VC_TEXT_START,
    VC_TEXT_COUNT
};

// The sentence for TEXT in the language of LC_ALL, LC_MESSAGES or LANG: Turkish or else English.
const char *vc_text(enum vc_text text);

#endif
