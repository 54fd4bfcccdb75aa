/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   relay.h: which commands a service may send to a card through this library: a list in the card's
   row, by class, instruction and parameters. What is not on it is not sent. Pure. */
#ifndef KP_CARD_RELAY_H
#define KP_CARD_RELAY_H

#include <card/profile.h>

#define KP_RELAY_COMMAND_MAX (5 + KP_APDU_DATA_MAX + 1)

/** Reads a short command APDU (ISO/IEC 7816-3, 12.1.3, cases 1 to 4); `command` borrows the bytes.
 * Its data is treated as secret. */
bool kp_relay_parse(const uint8_t *bytes, size_t length, kp_command *command);

/** The row's rule for a command, or NULL when it may not be relayed. VERIFY, CHANGE REFERENCE DATA
 * and RESET RETRY COUNTER in all their codings, ENVELOPE, which carries any command, and what is
 * never sent have no rule whatever the row says: a PIN is between the person and the card. A command of a class with secure messaging
 * has to have its form (kp_sm_is_protected). */
const kp_relay_rule *kp_relay_allows(const kp_profile *row, const kp_command *command);

/** Whether a row may have such a rule at all: nothing about a PIN, nothing that is never sent. */
bool kp_relay_may_be(const kp_relay_rule *rule);

#endif
