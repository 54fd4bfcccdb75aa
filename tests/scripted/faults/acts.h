/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   acts.h: the operations that are tried by more than one test. */
#ifndef KP_TEST_FAULTS_ACTS_H
#define KP_TEST_FAULTS_ACTS_H

#include "stand.h"

extern const kp_act kp_act_verify, kp_act_verify_wrong, kp_act_change, kp_act_change_wrong,
    kp_act_ready;
/** Entries at a keypad in one order; the last one is cancelled where it goes in steps. */
#define KP_ACTS_PAD 4
extern const kp_act kp_act_pad[KP_ACTS_PAD], kp_act_pad_cancel;
extern const kp_act kp_act_reset, kp_act_reset_usable, kp_act_reset_sealed, kp_act_reset_relay,
    kp_act_reset_session, kp_act_reset_session_parts;

#endif
