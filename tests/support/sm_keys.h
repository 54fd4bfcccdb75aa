/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   sm_keys.h: sessions of secure messaging whose keys the public standards print, for tests. */
#ifndef KP_TEST_SM_KEYS_H
#define KP_TEST_SM_KEYS_H

#include <card/sm.h>

/* ICAO Doc 9303-11, Appendix D.3: KSEnc, KSMAC, SSC. */
#define KP_TEST_SM_ICAO                                                                            \
    "979EC13B1CBFE9DCD01AB0FED307EAE5 F1CB1F1FB5ADF208806B89DC579DC1F8 887022120C06C226"

/* BSI, Worked Example for Extended Access Control: the keys that PACE agreed on there; gematik's
   published tests have the same. The counter begins at zero. */
#define KP_TEST_SM_PACE "68406B4162100563D9C901A6154D2901 73FF268784F72AF833FDC9464049AFC9 "
#define KP_TEST_SM_ZERO "00000000000000000000000000000000"

/** A session of `keys` in hex (blanks are skipped); fails the test when none opens. */
kp_sm *kp_test_sm_open(kamupin_context *context, kp_sm_algorithm algorithm, const char *keys);

/** The secret that holds them; the caller frees it. */
kamupin_secret *kp_test_sm_keys(kamupin_context *context, const char *keys);

/** Bytes of hex text (blanks are skipped); answers how many. */
size_t kp_test_sm_bytes(const char *hex, uint8_t *out, size_t room);

#endif
