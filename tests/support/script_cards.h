/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   script_cards.h: the commands that identifying, confirming and leaving a card takes, as steps of
   script_backend.h: so that a test of PIN work writes down its own commands only. A command added
   to or taken from recognition turns these tests red: that is meant. */
#ifndef KP_TEST_SCRIPT_CARDS_H
#define KP_TEST_SCRIPT_CARDS_H

#include "script_backend.h"

#define KP_ATR_AKIS1 "3BBA11008131FE4D55454B41452056312E30AE"
#define KP_ATR_AKIS2 "3B9F978131FE4580655443D3228231C073F621808105D3"

/** The counter object of an akis-2 card: `object` 1 for the PIN, 2 for the PUK. */
void kp_script_akis2_counter(kp_script *script, size_t reader, int object, int left, int max);
/** MF, 3D10 twice not found, application, the one certificate in 2F10, three misses, PIN and PUK
 * counters (of 3). A negative pin_left answers 6A88: never set. */
void kp_script_akis2_identify(kp_script *script, size_t reader, const unsigned char *der,
                              size_t length, int pin_left, int puk_left);
/** What a probe sends of itself: the same with 3D10 in three ways, and the application again before
 * the counters. */
void kp_script_akis2_probe(kp_script *script, size_t reader, const unsigned char *der,
                           size_t length, int pin_left, int puk_left);
/** A card that the context has read before: confirmed, and its counters. */
void kp_script_akis2_again(kp_script *script, size_t reader, const unsigned char *der,
                           size_t length, int pin_left, int puk_left);
void kp_script_akis1_again(kp_script *script, size_t reader, const char *serial,
                           const char *tag_90);
/** Application, 2F10, first and last block. */
void kp_script_akis2_confirm(kp_script *script, size_t reader, const unsigned char *der,
                             size_t length);
/** MF and application again. */
void kp_script_akis2_logout(kp_script *script, size_t reader);

/** akis-1: MF, 3D10 not found, MF and application, certificate, misses, serial, counter by the
 * FCP's tag 90. */
void kp_script_akis1_identify(kp_script *script, size_t reader, const unsigned char *der,
                              size_t length, const char *serial, const char *tag_90);
void kp_script_akis1_confirm(kp_script *script, size_t reader, const char *serial,
                             const char *tag_90);
void kp_script_akis1_logout(kp_script *script, size_t reader);

#endif
