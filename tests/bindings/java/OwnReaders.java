/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   OwnReaders.java: readers of a program's own: the PC/SC ones with a look at what passes, and one that is
   nothing but a script.

       OwnReaders READER PIN       an akis2 card; the PIN is the sandbox's

   Says how many commands passed. */

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.kamupin.Cancel;
import org.kamupin.Card;
import org.kamupin.CardInfo;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.KamupinException;
import org.kamupin.PcscReaders;
import org.kamupin.PinRisk;
import org.kamupin.ReaderBackend;
import org.kamupin.ReaderFailure;
import org.kamupin.ReaderState;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Status;
import org.kamupin.Watch;
import org.kamupin.WatchEvent;
import org.kamupin.WatchKind;

public final class OwnReaders {
    private OwnReaders() {
    }

    private static void same(Object expected, Object got) {
        if (!expected.equals(got)) {
            throw new AssertionError("expected " + expected + ", got " + got);
        }
    }

    /** PC/SC, seen, and on demand in the way. */
    private static final class Seeing extends PcscReaders {
        private final List<byte[]> commands = Collections.synchronizedList(new ArrayList<>());
        private int passed;
        private ReaderFailure failure;
        private RuntimeException broken;

        @Override
        public byte[] transmit(Opened connection, byte[] command) throws ReaderFailure {
            commands.add(command);
            passed++;
            if (failure != null) {
                throw failure;
            }
            if (broken != null) {
                throw broken;
            }
            return super.transmit(connection, command);
        }
    }

    private static void seen(String reader, String pin) throws KamupinException {
        Seeing readers = new Seeing();
        try (Context context = new Context(new ContextOptions().readers(readers)); Card card = context.open(reader)) {
            try (Secret secret = Secret.of(context, SecretKind.PIN, pin.getBytes(StandardCharsets.US_ASCII))) {
                card.verify(secret, PinRisk.UNPROVEN);
            }
            for (byte[] command : readers.commands) {
                same(true, Arrays.equals(new byte[command.length], command)); // wiped behind us
            }
            System.out.println(readers.passed);
            refused(card, Status.CARD_REMOVED, readers, new ReaderFailure(Status.CARD_REMOVED, 5, false), null);
            Thread.setDefaultUncaughtExceptionHandler((thread, error) -> System.out.println(error.getMessage()));
            refused(card, Status.READER_FAILED, readers, null, new IllegalStateException("broken"));
        }
    }

    private static void refused(Card card, Status status, Seeing readers, ReaderFailure failure, RuntimeException broken) {
        readers.failure = failure;
        readers.broken = broken;
        try {
            card.read();
            throw new AssertionError("not refused");
        } catch (KamupinException error) {
            same(status, error.status());
        }
    }

    private static void useless(ReaderStep call) {
        try {
            call.take();
            throw new AssertionError("a call on what was given up");
        } catch (ReaderFailure failure) {
            same(Status.INVALID_ARGUMENT, failure.status());
        }
    }

    /** A call of the readers'. */
    private interface ReaderStep {
        void take() throws ReaderFailure;
    }

    /* What comes too late reaches nothing: neither what was freed nor what has come to its place. */
    private static void givenUp(String reader) throws ReaderFailure {
        PcscReaders readers = new PcscReaders();
        byte[] challenge = {0, (byte) 0x84, 0, 0, 8};
        PcscReaders.Opened worker = readers.open();
        PcscReaders.Opened late = readers.connect(worker, reader);
        readers.disconnect(late);
        PcscReaders.Opened connection = readers.connect(worker, reader);
        readers.disconnect(late);
        useless(() -> readers.begin(late));
        useless(() -> readers.transmit(late, challenge));
        same(true, readers.transmit(connection, challenge).length >= 2);
        readers.close(worker);
        useless(() -> readers.transmit(connection, challenge));
        useless(() -> readers.reconnect(connection));
        readers.disconnect(connection);
        readers.close(worker);
        readers.wake(worker);
        useless(() -> readers.readers(worker));
        useless(() -> readers.watch(worker, List.of(), Duration.ZERO));
        useless(() -> readers.connect(worker, reader));
    }

    /** One reader, in which a card of nobody's may be. */
    private static class Script implements ReaderBackend<Semaphore, Object> {
        private static final byte[] ATR = {0x3B, 0x00};
        private final AtomicInteger workers = new AtomicInteger();
        private final CountDownLatch waiting = new CountDownLatch(1);
        private volatile boolean present;

        @Override
        public Semaphore open() {
            workers.incrementAndGet();
            return new Semaphore(0);
        }

        @Override
        public void close(Semaphore worker) {
            workers.decrementAndGet();
        }

        @Override
        public List<String> readers(Semaphore worker) {
            return List.of("Okuyucu ş");
        }

        private boolean fill(ReaderState state) {
            boolean changed = state.present() != present || state.cookie() == 0;
            state.present(present);
            state.atr(present ? ATR : new byte[0]);
            state.cookie(1);
            return changed;
        }

        @Override
        public void watch(Semaphore worker, List<ReaderState> states, Duration timeout) throws ReaderFailure {
            boolean changed = false;
            for (ReaderState state : states) {
                changed |= fill(state);
            }
            try {
                if (!changed && Duration.ZERO.equals(timeout)) {
                    return;
                }
                if (!changed && timeout != null && !worker.tryAcquire(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new ReaderFailure(Status.TIMED_OUT);
                }
                if (!changed && timeout == null) {
                    waiting.countDown();
                    worker.acquire();
                }
            } catch (InterruptedException error) {
                throw new ReaderFailure(Status.READER_FAILED);
            }
            if (!changed) {
                throw new ReaderFailure(Status.CANCELLED);
            }
        }

        @Override
        public void wake(Semaphore worker) {
            worker.release();
        }

        @Override
        public Object connect(Semaphore worker, String reader) throws ReaderFailure {
            if (!present) {
                throw new ReaderFailure(Status.NO_CARD);
            }
            return this;
        }

        @Override
        public void disconnect(Object connection) {
            same(this, connection);
        }

        @Override
        public void reconnect(Object connection) {
            same(this, connection);
        }

        @Override
        public void begin(Object connection) {
            same(this, connection);
        }

        @Override
        public void end(Object connection) {
            same(this, connection);
        }

        @Override
        public byte[] transmit(Object connection, byte[] command) {
            return new byte[] {0x6D, 0x00};
        }
    }

    /* What is closed while a call uses it goes when that has ended. */
    private static void closedMeanwhile() throws Exception {
        Script readers = new Script();
        Context context = new Context(new ContextOptions().readers(readers));
        Cards cards = context.cards();
        Cancel cancel = new Cancel(context);
        CompletableFuture<Status> ended = CompletableFuture.supplyAsync(() -> {
            try {
                cards.await(null, cancel);
                return Status.OK;
            } catch (KamupinException error) {
                return error.status();
            }
        });
        readers.waiting.await();
        cards.close();
        context.close();
        same(false, ended.isDone());
        same(true, readers.workers.get() > 0);
        cancel.pull();
        cancel.close();
        same(Status.CANCELLED, ended.get());
        same(0, readers.workers.get());
    }

    /* A watch that its own readers close, on the thread that close() would wait for; listener: may be null. */
    private static void closedByItsReaders(Consumer<WatchEvent> listener) throws Exception {
        CountDownLatch made = new CountDownLatch(1);
        AtomicReference<Watch> watch = new AtomicReference<>();
        CompletableFuture<Boolean> closed = new CompletableFuture<>();
        Script readers = new Script() {
            @Override
            public void watch(Semaphore worker, List<ReaderState> states, Duration timeout) throws ReaderFailure {
                try {
                    made.await();
                } catch (InterruptedException error) {
                    throw new ReaderFailure(Status.READER_FAILED);
                }
                Watch mine = watch.getAndSet(null);
                if (mine != null) {
                    mine.close();
                    closed.complete(mine.isClosed());
                }
                super.watch(worker, states, timeout);
            }
        };
        try (Context context = new Context(new ContextOptions().readers(readers))) {
            watch.set(listener == null ? context.watch() : context.watch(listener));
            made.countDown();
            same(true, closed.get());
        }
        while (readers.workers.get() > 0) {
            Thread.onSpinWait(); // a thread of its own frees it
        }
    }

    /* Two that close each other, each in its listener. */
    private static void closedByEachOther() throws Exception {
        Script readers = new Script();
        Watch[] both = new Watch[2];
        CountDownLatch made = new CountDownLatch(1);
        CyclicBarrier told = new CyclicBarrier(2);
        CountDownLatch closed = new CountDownLatch(2);
        try (Context context = new Context(new ContextOptions().readers(readers))) {
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                AtomicBoolean first = new AtomicBoolean(true);
                both[i] = context.watch(event -> {
                    if (!first.getAndSet(false)) {
                        return;
                    }
                    try {
                        made.await();
                        told.await();
                    } catch (InterruptedException | BrokenBarrierException error) {
                        throw new IllegalStateException(error);
                    }
                    both[other].close();
                    closed.countDown();
                });
            }
            made.countDown();
            closed.await();
        }
        while (readers.workers.get() > 0) {
            Thread.onSpinWait();
        }
    }

    private static void scripted() throws KamupinException {
        Script readers = new Script();
        try (Context context = new Context(new ContextOptions().readers(readers))) {
            try (Cards cards = context.cards()) {
                CardInfo only = cards.list().get(0);
                same("Okuyucu ş", only.reader());
                same(Status.NO_CARD, only.usable());
            }
            readers.present = true;
            try (Cards cards = context.cards()) {
                same(Status.CARD_UNSUPPORTED, cards.list().get(0).usable());
            }
            try (Watch watch = context.watch()) {
                for (WatchEvent event : watch) {
                    if (event.kind() == WatchKind.CARD_IN) {
                        same(true, Arrays.equals(Script.ATR, event.atr()));
                        break;
                    }
                }
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        seen(arguments[0], arguments[1]);
        givenUp(arguments[0]);
        scripted();
        closedMeanwhile();
        closedByItsReaders(null);
        closedByItsReaders(event -> { });
        closedByEachOther();
        System.out.println("ok");
    }
}
