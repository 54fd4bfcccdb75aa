// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/** Callbacks of one handle: what one throws is kept, ends what runs, and is thrown by the call that was running. */
final class Watched {
    private static final ThreadLocal<Boolean> CALLED = ThreadLocal.withInitial(() -> false);

    private final AtomicReference<Throwable> thrown = new AtomicReference<>();
    private final Cancel cancel;

    /** cancel: what is pulled when a callback throws; may be null. */
    Watched(Cancel cancel) {
        this.cancel = cancel;
    }

    /** Calls; `otherwise` when it throws, or another has thrown before. */
    <T> T guard(Callable<T> call, T otherwise) {
        if (thrown.get() != null) {
            return otherwise;
        }
        try {
            return call.call();
        } catch (Throwable error) {
            thrown.compareAndSet(null, error);
            if (cancel != null) {
                cancel.pullIfOpen();
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

    /** Of a callback that no call waits for: what it throws goes where a thread's last exception goes. */
    static void alone(Runnable call) {
        boolean before = begin();
        try {
            call.run();
        } catch (Throwable error) {
            uncaught(error);
        } finally {
            end(before);
        }
    }

    /** A callback begins that may be on a thread of the library's; what to give to {@link #end}. */
    static boolean begin() {
        boolean before = CALLED.get();
        CALLED.set(true);
        return before;
    }

    static void end(boolean before) {
        if (before) {
            CALLED.set(true);
        } else {
            CALLED.remove();
        }
    }

    /** Whether this thread is in such a callback: whoever waits for the library's threads here may wait for itself. */
    static boolean inCallback() {
        return CALLED.get();
    }

    /** Gives it to the thread's handler of uncaught exceptions. */
    static void uncaught(Throwable error) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
    }
}
