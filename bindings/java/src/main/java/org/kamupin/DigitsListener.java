// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** Shows digits to a person: a verification code, a PIN. */
@FunctionalInterface
public interface DigitsListener {
    /**
     * Shows them. What it throws is thrown by the call that was running.
     *
     * @param digits wiped when this returns; to be wiped wherever they were copied
     * @param secondsLeft how long they are good; -1 when no time runs
     */
    void show(char[] digits, int secondsLeft);
}
