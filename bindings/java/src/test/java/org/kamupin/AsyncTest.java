// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// AsyncTest.java: steps as futures, closed from wherever it may be; nothing is connected to.
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AsyncTest {
    @TempDir
    Path folder;
    private Context context;
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @BeforeEach
    void open() throws Exception {
        context = Machine.context(folder);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        context.close();
    }

    private Operation operation() throws KamupinException {
        return context.operation(Machine.NOWHERE, new OperationOptions());
    }

    /** What a step has failed with. */
    private static KamupinException failed(CompletableFuture<?> step) {
        return (KamupinException) assertThrows(CompletionException.class, step::join).getCause();
    }

    @Test
    void whatFollowsUponAStepMayClose() throws Exception {
        AsyncOperation steps = operation().async(threads);
        CountDownLatch follows = new CountDownLatch(1);
        threads.execute(() -> await(follows));
        CompletableFuture<?> last = steps.choose(null).whenComplete((none, error) -> steps.close());
        CompletableFuture<?> behind = steps.back();
        follows.countDown();
        assertEquals(Status.WRONG_STATE, failed(last).status());
        assertEquals(Status.WRONG_STATE, failed(behind).status(), "it was asked for before");
        threads.shutdown();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
        assertTrue(steps.operation().isClosed());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void stepsThatTheExecutorHasDroppedEndWithTheClosing() throws Exception {
        List<Runnable> dropped = new ArrayList<>();
        AsyncOperation steps = operation().async(dropped::add);
        CompletableFuture<?> step;
        try (Secret pin = Secret.of(context, SecretKind.PIN, "123456".toCharArray())) {
            step = steps.setPin(pin, pin);
        }
        steps.close();
        assertEquals(Status.WRONG_STATE, failed(step).status());
        assertTrue(steps.operation().isClosed());
        dropped.forEach(Runnable::run); // nothing is left for them
    }

    @Test
    void theExecutorsOnlyThreadMayClose() throws Exception {
        AsyncOperation steps = operation().async(threads);
        CompletableFuture<CompletableFuture<?>> closed = new CompletableFuture<>();
        threads.execute(() -> {
            CompletableFuture<?> step = steps.back();
            steps.close();
            closed.complete(step);
        });
        assertEquals(Status.WRONG_STATE, failed(closed.get()).status());
    }

    /** Runs a call whose future is cancelled meanwhile; what that ended with. */
    private static Throwable cancelled(Callable<?> call) {
        CompletableFuture<CompletableFuture<?>> own = new CompletableFuture<>();
        List<Runnable> later = new ArrayList<>();
        CompletableFuture<?> future = Async.run(later::add, () -> { }, () -> {
            own.join().cancel(true);
            return call.call();
        }, () -> { });
        own.complete(future);
        later.forEach(Runnable::run);
        return future.handle((value, ended) -> ended).join();
    }

    @Test
    void whatNobodyTakesIsClosed() throws Exception {
        Secret untaken = new Secret(context, SecretKind.PIN);
        assertTrue(cancelled(() -> untaken) instanceof CancellationException);
        assertTrue(untaken.isClosed());
    }

    @Test
    void whatACancelledCallHasFailedOfIsTold() {
        Exception outcome = KamupinException.of(Status.OUTCOME_UNKNOWN, "");
        assertEquals(List.of(outcome), List.of(cancelled(() -> {
            throw outcome;
        }).getSuppressed()));
    }

    @Test
    void aSecondSecretThatIsClosedKeepsNothingOfTheFirst() throws Exception {
        Secret closed = new Secret(context, SecretKind.PIN);
        closed.close();
        try (AsyncOperation steps = operation().async(threads)) {
            for (int i = 0; i < 1000; i++) { // more than there is room for
                try (Secret pin = Secret.of(context, SecretKind.PIN, "123456".toCharArray())) {
                    assertEquals(Status.INVALID_ARGUMENT, failed(steps.setPin(pin, closed)).status());
                }
            }
        }
    }

    @Test
    void anExecutorThatTakesNothing() throws Exception {
        threads.shutdown();
        AsyncOperation steps = operation().async(threads);
        CompletableFuture<?> step = steps.back();
        assertThrows(CompletionException.class, step::join);
        steps.close();
        assertTrue(steps.operation().isClosed());
    }
}
