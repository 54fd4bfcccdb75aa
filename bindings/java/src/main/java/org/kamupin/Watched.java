// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.concurrent.atomic.AtomicReference;

/** Callbacks of one handle: what one throws is kept, ends what runs, and is thrown by the call that was running. */
final class Watched {
    /** A callback. */
    interface Call<T> {
        T call() throws Exception;
    }

    private final AtomicReference<Throwable> thrown = new AtomicReference<>();
    private final Cancel cancel;

    Watched(Cancel cancel) {
        this.cancel = cancel;
    }

    <T> T guard(Call<T> call, T otherwise) {
        if (thrown.get() != null) {
            return otherwise;
        }
        try {
            return call.call();
        } catch (Throwable error) {
            thrown.compareAndSet(null, error);
            try {
                if (cancel != null) {
                    cancel.pull();
                }
            } catch (KamupinException closed) {
                error.addSuppressed(closed);
            }
            return otherwise;
        }
    }

    /** Throws what a callback has thrown; a checked exception as the cause of an IllegalStateException. */
    void settle() throws KamupinException {
        Throwable error = thrown.getAndSet(null);
        if (error instanceof KamupinException) {
            throw (KamupinException) error;
        }
        if (error instanceof RuntimeException) {
            throw (RuntimeException) error;
        }
        if (error instanceof Error) {
            throw (Error) error;
        }
        if (error != null) {
            throw new IllegalStateException(error);
        }
    }
}
