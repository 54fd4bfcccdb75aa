// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.List;

/**
 * A program's side of {@link Context#unblock}. Each method is called on the thread of that call; what one
 * throws ends the operation and is thrown by the call: a {@link KamupinException} and an unchecked exception
 * as they are, another checked one as the cause of an IllegalStateException.
 */
public interface Prompts {
    /**
     * Asks a person for a secret.
     *
     * @param question which one, and why again
     * @param into empty and of the right kind; for use in this call alone
     * @return {@link Answer#GIVEN} when it was filled
     * @throws Exception what ends the operation
     */
    Answer secret(Question question, Secret into) throws Exception;

    /**
     * Shows a notice ({@link Kamupin#noticeText}).
     *
     * @param notice which one
     * @return false ends the operation where the notice has to be read (before a PIN is typed)
     * @throws Exception what ends the operation
     */
    boolean acknowledge(Notice notice) throws Exception;

    /**
     * Chooses one of several cards that may be used. Where this is not overridden, several cards are choice-needed.
     *
     * @param cards all readers; those whose {@link CardInfo#usable()} is ok may be chosen
     * @return its place in the list; -1 ends the operation
     * @throws Exception what ends the operation
     */
    default int card(List<CardInfo> cards) throws Exception {
        return -1;
    }

    /**
     * No card is there that this operation may use. Where this is not overridden, it waits while a reader or card is
     * merely missing, and ends when a card is there that may not be used.
     *
     * @param why what there is instead: no-card, card-not-yours, …
     * @return true to wait until readers or cards change; false to end with that status
     * @throws Exception what ends the operation
     */
    default boolean waitForCard(Status why) throws Exception {
        return false;
    }
}
