// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// ThreadsTest.java: what the library takes by one thread at a time, in the hands of several; calls are stand-ins.
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadsTest {
    @TempDir
    Path folder;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static final class Named extends Telling {
        Named(AtomicInteger freed) throws KamupinException {
            super(of(1), slot -> freed.incrementAndGet(), (raw, error) -> { }, null);
        }
    }

    /** Calls from four threads at once; how many of them were inside together. */
    private int together(List<Handle> handles) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Handle handle = handles.get(i % handles.size());
            all.add(threads.submit(() -> {
                for (int round = 0; round < 200; round++) {
                    handle.call(raw -> {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        Thread.yield();
                        inside.decrementAndGet();
                        return Status.OK.value();
                    });
                }
                return null;
            }));
        }
        for (Future<?> one : all) {
            one.get();
        }
        return most.get();
    }

    @Test
    void callsOnOneHandleGoOneAfterAnother() throws Exception {
        try (Named one = new Named(new AtomicInteger())) {
            assertEquals(1, together(List.of(one)));
        }
    }

    @Test
    void soDoThoseOnAllThatHangsOnASession() throws Exception {
        try (Context context = Machine.context(folder); Session session = context.session(Machine.NOWHERE, new SessionOptions());
                Order order = new Order(session, (slot, error) -> Status.OK.value())) {
            assertEquals(1, together(List.of(session, order)));
            assertSame(session.turn(), order.turn());
        }
    }

    @Test
    void whatWaitsForItsTurnWhileItIsClosedIsRefusedAndNobodyWaitsToClose() throws Exception {
        AtomicInteger freed = new AtomicInteger();
        Named one = new Named(freed);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch ends = new CountDownLatch(1);
        Future<Integer> first = threads.submit(() -> one.call(raw -> {
            begun.countDown();
            waitFor(ends);
            return one.call(again -> Status.OK.value() + freed.get()); // a listener's thread has the turn
        }));
        begun.await();
        CompletableFuture<KamupinException> second = new CompletableFuture<>();
        threads.submit(() -> {
            second.complete(Machine.refused(Status.INVALID_ARGUMENT, () -> one.call(raw -> Status.OK.value())));
            return null;
        });
        while (!one.turn().hasQueuedThreads()) {
            Thread.onSpinWait();
        }
        one.close();
        assertEquals(0, freed.get(), "a call runs");
        assertFalse(second.isDone());
        ends.countDown();
        assertTrue(second.get().getMessage().contains("this Named is closed"));
        Throwable nested = assertThrows(ExecutionException.class, first::get).getCause();
        assertTrue(nested.getMessage().contains("this Named is closed"), nested.getMessage());
        assertEquals(1, freed.get());
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aContextIsForSeveralAtOnce() throws Exception {
        try (Context context = Machine.context(folder)) {
            CountDownLatch both = new CountDownLatch(2);
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                all.add(threads.submit(() -> context.call(raw -> {
                    both.countDown();
                    waitFor(both);
                    return Status.OK.value();
                })));
            }
            for (Future<Integer> one : all) {
                assertEquals(Status.OK.value(), one.get());
            }
        }
    }
}
