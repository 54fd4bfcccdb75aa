// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Sinks.java: what the library hands bytes and digits to. Each copy is wiped when the listener returns.
package org.kamupin;

import java.util.Arrays;
import java.util.function.Consumer;
import org.kamupin.internal.BytesSink;
import org.kamupin.internal.DigitsSink;

/** Listeners as the library calls them. */
final class Sinks {
    private Sinks() {
    }

    /** Bytes: a session that is kept or lent, a form. */
    static final class Bytes extends BytesSink implements Handle.Sink {
        private final Consumer<byte[]> listener;
        private final Watched watched;

        Bytes(Consumer<byte[]> listener, Watched watched) {
            this.listener = listener;
            this.watched = watched;
        }

        @Override
        public void take(byte[] bytes) {
            try {
                watched.guard(() -> {
                    listener.accept(bytes);
                    return null;
                }, null);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
    }

    /** Digits for a person's eyes. */
    static final class Digits extends DigitsSink implements Handle.Sink {
        private final DigitsListener listener;
        private final Watched watched;

        Digits(DigitsListener listener, Watched watched) {
            this.listener = listener;
            this.watched = watched;
        }

        @Override
        public void show(byte[] bytes, int secondsLeft) {
            try {
                told(new char[bytes.length], bytes, secondsLeft);
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }

        private void told(char[] digits, byte[] bytes, int secondsLeft) {
            try {
                for (int i = 0; i < bytes.length; i++) {
                    digits[i] = (char) bytes[i]; // ASCII
                }
                Arrays.fill(bytes, (byte) 0);
                watched.guard(() -> {
                    listener.show(digits, secondsLeft);
                    return null;
                }, null);
            } finally {
                Arrays.fill(digits, '\0');
            }
        }
    }
}
