// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Calls as futures. A future that ends by anything but its call (it is cancelled, or its time is over) pulls
 * the call's cancel, and the call then ends by itself; one that has not begun is never made. What the call comes to then:
 * a value is closed, and a failure is suppressed in the exception of the future.
 */
final class Async {
    private Async() {
    }

    /** One call and its future. */
    static final class Task<T> implements Runnable {
        final CompletableFuture<T> future = new CompletableFuture<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Runnable cancel;
        private final Callable<T> call;
        private final Runnable after;

        /** after: what is done in any case when the call has ended, or will not be made. */
        Task(Runnable cancel, Callable<T> call, Runnable after) {
            this.cancel = cancel;
            this.call = call;
            this.after = after;
            future.whenComplete((value, error) -> {
                if (!ended.get()) {
                    cancel.run();
                }
            });
        }

        @Override
        public void run() {
            T value = null;
            Throwable thrown = null;
            try {
                value = future.isDone() ? null : call.call();
            } catch (Throwable error) {
                thrown = error;
            }
            ended.set(true);
            after.run();
            if (!(thrown == null ? future.complete(value) : future.completeExceptionally(thrown))) {
                cancel.run(); // it was cancelled while the call came to its end
                untaken(value, thrown);
            }
        }

        /** What came of a call whose future had ended: it is closed, and a failure is told with the future's own. */
        private void untaken(T value, Throwable thrown) {
            Throwable failed = thrown;
            if (value instanceof AutoCloseable) {
                try {
                    ((AutoCloseable) value).close();
                } catch (Exception error) {
                    failed = error;
                }
            }
            Throwable told = failed;
            future.whenComplete((none, ended) -> {
                if (told != null && ended != null && ended != told) {
                    ended.addSuppressed(told);
                }
            });
        }

        /** The executor has not taken it. */
        void refused(Throwable why) {
            ended.set(true);
            after.run();
            future.completeExceptionally(why);
        }
    }

    /** Makes a call on an executor. */
    static <T> CompletableFuture<T> run(Executor executor, Runnable cancel, Callable<T> call, Runnable after) {
        Task<T> task = new Task<>(cancel, call, after);
        try {
            executor.execute(task);
        } catch (RejectedExecutionException error) {
            task.refused(error);
        }
        return task.future;
    }
}
