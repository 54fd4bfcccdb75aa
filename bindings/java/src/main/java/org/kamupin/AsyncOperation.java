// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * An {@link Operation} whose steps are futures. They run one after another, in the order in which they were
 * asked for, on the executor's threads; so do listeners. Any thread may ask. A step that fails does not keep
 * later ones from being tried: chain them with {@code thenCompose}.
 *
 * <p>A future that is cancelled, or whose time is over ({@code orTimeout}), cancels the operation: the call that
 * runs ends at once, or, when card work has begun, when that is finished and reported. What came of it is in
 * {@link Operation#result} of {@link #operation()} when the steps have ended; what the call failed of is suppressed
 * in the future's exception. A secret that was given may be closed at once: the step keeps it until it has ended.
 *
 * <p>A failure is a {@link KamupinException}, which {@code join} wraps in a CompletionException and {@code get}
 * in an ExecutionException.
 */
public final class AsyncOperation implements AutoCloseable {
    private final Operation operation;
    private final Executor executor;
    private final Queue<Async.Task<?>> asked = new ConcurrentLinkedQueue<>();
    private final ReentrantLock working = new ReentrantLock(); // held while a step runs

    AsyncOperation(Operation operation, Executor executor) {
        this.operation = operation;
        this.executor = executor;
    }

    /** A step. */
    private interface Step {
        void take() throws KamupinException;
    }

    private <T> Async.Task<T> ask(Callable<T> call, List<Secret> kept) {
        Async.Task<T> task = new Async.Task<>(operation::cancel, call, () -> kept.forEach(Secret::close));
        asked.add(task);
        return task;
    }

    /** Runs what was asked for, unless another thread is at it, or this one is in a step: then that goes on with it. */
    private void work() {
        while (!asked.isEmpty() && !working.isHeldByCurrentThread() && working.tryLock()) {
            try {
                Async.Task<?> next = asked.poll();
                if (next != null) {
                    next.run();
                }
            } finally {
                working.unlock();
            }
        }
    }

    private <T> CompletableFuture<T> begin(Callable<T> call, List<Secret> kept) {
        Async.Task<T> task = ask(call, kept);
        try {
            executor.execute(this::work);
        } catch (RejectedExecutionException refused) {
            if (asked.remove(task)) {
                task.refused(refused);
            }
        }
        return task.future;
    }

    private CompletableFuture<Void> step(Step step) {
        return begin(() -> {
            step.take();
            return null;
        }, List.of());
    }

    /** A step that takes secrets. */
    private interface WithSecrets {
        void take(List<Secret> shares) throws KamupinException;
    }

    private CompletableFuture<Void> sharing(WithSecrets step, Secret... given) {
        List<Secret> shares = new ArrayList<>();
        try {
            for (Secret secret : given) {
                shares.add(secret.share());
            }
        } catch (KamupinException | RuntimeException closed) {
            shares.forEach(Secret::close);
            return CompletableFuture.failedFuture(closed);
        }
        return begin(() -> {
            step.take(shares);
            return null;
        }, shares);
    }

    /**
     * Gives the verification code; see {@link Operation#redeem}.
     *
     * @param code of kind VERIFICATION_CODE; null for an operation of an order
     * @return ends when the service has taken it
     */
    public CompletableFuture<Void> redeem(Secret code) {
        if (code == null) {
            return step(() -> operation.redeem(null));
        }
        return sharing(shares -> operation.redeem(shares.get(0)), code);
    }

    /**
     * The readers; see {@link Operation#cards}.
     *
     * @return the list, which is the caller's to close
     */
    public CompletableFuture<Cards> cards() {
        return begin(operation::cards, List.of());
    }

    /**
     * Chooses a card; see {@link Operation#choose}.
     *
     * @param which an address; null: the only usable one
     * @return ends when it is chosen
     */
    public CompletableFuture<Void> choose(String which) {
        return step(() -> operation.choose(which));
    }

    /**
     * Gives the new PIN; see {@link Operation#setPin}.
     *
     * @param pin of kind PIN
     * @param again as it was typed a second time; may be the same object
     * @return ends when it is taken
     */
    public CompletableFuture<Void> setPin(Secret pin, Secret again) {
        return sharing(shares -> operation.setPin(shares.get(0), shares.get(1)), pin, again);
    }

    /**
     * Goes back to the step before; see {@link Operation#back}.
     *
     * @return ends when that is done
     */
    public CompletableFuture<Void> back() {
        return step(operation::back);
    }

    /**
     * Begins the second factor; see {@link Operation#beginFactor}.
     *
     * @param type which one
     * @return what a person is shown of it
     */
    public CompletableFuture<Factor> beginFactor(FactorType type) {
        return begin(() -> operation.beginFactor(type), List.of());
    }

    /**
     * Gives the second factor; see {@link Operation#verifyFactor}.
     *
     * @param secret of kind SMS_CODE or WEB_PASSWORD
     * @return ends when the service has taken it
     */
    public CompletableFuture<Void> verifyFactor(Secret secret) {
        return sharing(shares -> operation.verifyFactor(shares.get(0)), secret);
    }

    /**
     * Works on the card and reports; see {@link Operation#run}.
     *
     * @return what came out
     */
    public CompletableFuture<Result> run() {
        return begin(() -> {
            operation.run();
            return operation.result();
        }, List.of());
    }

    /**
     * The operation itself, for what sends nothing: its phase, the seconds left, the result. While a step runs on
     * another thread these wait for its end: the listener of {@link OperationOptions#onEvent} is told meanwhile.
     *
     * @return closed with this
     */
    public Operation operation() {
        return operation;
    }

    /** Cancels the step that runs and every later one. */
    public void cancel() {
        operation.cancel();
    }

    /**
     * Waits for the steps that were asked for, and lets go; before card work the service is told that the operation is
     * given up. From any thread: those that no thread of the executor has begun, perhaps because it was shut down, run on
     * this one. In a listener, and in what follows upon a step on its thread, it returns at once, and lets go when the
     * steps have ended.
     */
    @Override
    public void close() {
        CompletableFuture<?> closed = ask(() -> {
            operation.close();
            return null;
        }, List.of()).future;
        work();
        if (!working.isHeldByCurrentThread()) {
            closed.join();
        }
    }
}
