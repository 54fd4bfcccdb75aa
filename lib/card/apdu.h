/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   apdu.h: command and response APDUs (ISO/IEC 7816-4, 5.1), short form only: AKİS announces no
   extended length. The one bounded response type of the library lives here; its status word is
   looked at before its data. */
#ifndef KP_CARD_APDU_H
#define KP_CARD_APDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KP_APDU_DATA_MAX  255  /* Lc in short form */
#define KP_APDU_REPLY_MAX 4096 /* data gathered over 61xx */
#define KP_APDU_BLOCK     244  /* what AKİS takes at once, each way (akis.md, Transport) */
#define KP_LE_NONE        -1   /* no Le field */
#define KP_LE_MAX         256  /* Le 00 */

/** A command before it is encoded. `data` is borrowed. */
typedef struct kp_command {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data;
    size_t length; /* 0: no Lc, no data */
    int le;        /* KP_LE_NONE, or 1..256 bytes expected */
    bool secret;   /* the data never reaches a log */
} kp_command;

/** What the card answered: zeroed, then filled; never read behind `length`. */
typedef struct kp_response {
    uint8_t data[KP_APDU_REPLY_MAX];
    size_t length;
    uint16_t sw; /* SW1-SW2; 0 when no answer came */
} kp_response;

#define KP_SW_OK 0x9000

/** What the standard calls a command of that INS, for a log; static text. */
const char *kp_command_name(uint8_t ins);

/** Encodes into `out` (at least 5 + 255 + 1 bytes); false when the command breaks the short form.
 */
bool kp_command_encode(const kp_command *command, uint8_t *out, size_t room, size_t *length);

/** The tries left that a status word states: 63Cx → x; 6983, 6984 → 0; -1 when it says none. */
int kp_sw_tries_left(uint16_t sw);
/** Whether a status word after a PIN command means blocked: 6983, 6984, 63C0 (akis.md). */
bool kp_sw_blocked(uint16_t sw);

#endif
