// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/**
 * Thrown by a method of a {@link ReaderBackend}, whose answer it is. Allowed are reader-service-down,
 * reader-not-permitted, no-reader, no-card, card-mute, card-in-use, card-removed, card-unsupported, card-reset,
 * reader-failed, timed-out, cancelled and no-memory.
 */
public final class ReaderFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What. */
    private final Status status;
    /** The platform's own code. */
    private final long code;
    /** Whether a command surely did not reach the card. */
    private final boolean unsent;

    /**
     * A failure.
     *
     * @param status what
     */
    public ReaderFailure(Status status) {
        this(status, 0, false);
    }

    /**
     * The same with what the platform says.
     *
     * @param status what
     * @param code the platform's own, for the log; 0 when none
     * @param unsent of {@link ReaderBackend#transmit}: the command surely did not reach the card; false when in doubt
     */
    public ReaderFailure(Status status, long code, boolean unsent) {
        super(status.word());
        this.status = status;
        this.code = code;
        this.unsent = unsent;
    }

    /**
     * What.
     *
     * @return the status
     */
    public Status status() {
        return status;
    }

    /**
     * The platform's own code.
     *
     * @return 0 when none
     */
    public long code() {
        return code;
    }

    /**
     * Whether a command surely did not reach the card.
     *
     * @return false when in doubt
     */
    public boolean unsent() {
        return unsent;
    }
}
