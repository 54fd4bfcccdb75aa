// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.kamupin.internal.error;

/** A handle with an error record of its own, and perhaps with callbacks: for one thread at a time. */
abstract class Telling extends Handle {
    /** Copies the error record of the last call. */
    @FunctionalInterface
    interface Told {
        void tell(long raw, error into);
    }

    private final Told told;
    private final Watched watched;

    /** watched: its callbacks; null when it has none. */
    Telling(Making making, Consumer<long[]> free, Told told, Watched watched, Object... keeps) throws KamupinException {
        this(new ReentrantLock(), making, free, told, watched, keeps);
    }

    /** turn: shared with what it hangs on. */
    Telling(ReentrantLock turn, Making making, Consumer<long[]> free, Told told, Watched watched, Object... keeps)
            throws KamupinException {
        super(turn, making, free, keeps);
        this.told = told;
        this.watched = watched;
    }

    /** Calls; throws what a callback has thrown, or what the call has failed of. */
    final void doing(Call call) throws KamupinException {
        call(raw -> {
            int status = call.of(raw);
            if (watched != null) {
                watched.settle();
            }
            if (status != Status.OK.value()) {
                checked(error -> {
                    told.tell(raw, error);
                    return status;
                });
            }
            return status;
        });
    }
}
