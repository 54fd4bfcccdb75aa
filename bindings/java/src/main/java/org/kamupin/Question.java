// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.question;

/** What a person is asked for. */
public final class Question {
    private final Ask ask;
    private final int secondsLeft;
    private final KamupinException problem;
    private final Factor factor;

    Question(question raw) {
        ask = Ask.of(raw.getAsk());
        secondsLeft = raw.getSecondsLeft();
        problem = KamupinException.in(raw.getProblem());
        factor = raw.getFactor() == null ? null : new Factor(raw.getFactor());
    }

    /**
     * Which secret.
     *
     * @return what the person is to type
     */
    public Ask ask() {
        return ask;
    }

    /**
     * Seconds until the answer comes too late.
     *
     * @return -1 when no time runs
     */
    public int secondsLeft() {
        return secondsLeft;
    }

    /**
     * Why it is asked again.
     *
     * @return null at first
     */
    public KamupinException problem() {
        return problem;
    }

    /**
     * Of a second factor: where it was sent, how many tries are left.
     *
     * @return null when something else is asked for
     */
    public Factor factor() {
        return factor;
    }
}
