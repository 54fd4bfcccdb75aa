// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Slots.java: what turns the native layer's values into Java's, and Java's into its.
package org.kamupin;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;

/** Conversions. */
final class Slots {
    private static final Duration LONGEST = Duration.ofMillis(Integer.MAX_VALUE);

    private Slots() {
    }

    /** Seconds since 1970, 0 for none. */
    static Instant moment(long seconds) {
        return seconds == 0 ? null : Instant.ofEpochSecond(seconds);
    }

    /** Milliseconds of a time to wait; null: for ever. Less than none is none; PC/SC's longest wait is the longest. */
    static long milliseconds(Duration duration) {
        if (duration == null) {
            return -1;
        }
        return duration.isNegative() ? 0 : duration.compareTo(LONGEST) < 0 ? duration.toMillis() : LONGEST.toMillis();
    }

    /** Bits of what may be risked. */
    static long risks(PinRisk... risks) {
        EnumSet<PinRisk> set = EnumSet.noneOf(PinRisk.class);
        set.addAll(Arrays.asList(risks));
        return PinRisk.bits(set);
    }
}
