/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   rules.h: what has to hold after every run of stand.h, whatever went wrong in it. */
#ifndef KP_TEST_FAULTS_RULES_H
#define KP_TEST_FAULTS_RULES_H

#include "stand.h"

/** Opens the only card into stand->card. */
kamupin_status kp_stand_open(kp_stand *stand);

/** The status is the one that the fault at that kind of call has to give; KP_CALL_CLOSE: the operation
 * had what it needed, nothing may be seen of the fault. With a second fault (KP_FAULT_NONE: none) it
 * is one that either of them gives. */
void kp_rules_status(kp_stand *stand, kamupin_status status, kp_fault fault, kp_fault second,
                     kp_call call);

/** At the cards: no command that costs something came twice, the other card had none, the counter
 * stands where the commands explain it and never below what the guard allows; `logs_out`: and no
 * right is left behind. */
void kp_rules_card(kp_stand *stand, bool logs_out);

/** When all is well again the same handle works (a new one, when the daemon died), knows the counter,
 * and the card's PIN is verified. */
void kp_rules_afterwards(kp_stand *stand);

/** Nothing is open, held or unbalanced. */
void kp_rules_balance(kp_stand *stand);

#endif
