// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/**
 * A program's side of {@link Context#probe}. Each method is called on the thread of that call; what one throws
 * ends the probe and is thrown by the call, as {@link Prompts} says.
 */
public interface ProbePrompts {
    /**
     * Is told what was found.
     *
     * @param finding one thing
     * @throws Exception what ends the probe
     */
    void told(ProbeFinding finding) throws Exception;

    /**
     * Asked before each step that could cost something, while the card is not held.
     *
     * @param step which one
     * @param pin of {@link ProbeStep#VERIFY}: the right PIN is appended to it; null of the others
     * @return false ends the probe
     * @throws Exception what ends the probe
     */
    boolean ask(ProbeStep step, Secret pin) throws Exception;

    /**
     * For {@link ProbeStep#UNBLOCK}: has the blocked card given a new PIN by a service ({@link Context#unblock}).
     *
     * @param card its id
     * @param pin the new PIN is appended to it
     * @throws Exception why there is no new PIN
     */
    void unblock(String card, Secret pin) throws Exception;
}
