// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Slots.java: what turns the native layer's values into Java's.
package org.kamupin;

import java.time.Instant;

/** Conversions. */
final class Slots {
    private Slots() {
    }

    /** Seconds since 1970, 0 for none. */
    static Instant moment(long seconds) {
        return seconds == 0 ? null : Instant.ofEpochSecond(seconds);
    }

    /** Milliseconds of a time to wait; null: for ever. */
    static long milliseconds(java.time.Duration duration) {
        return duration == null ? -1 : duration.toMillis();
    }
}
