// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.kamupin.internal.ByteRoom;
import org.kamupin.internal.ReaderStates;
import org.kamupin.internal.reader_answer;

/** A program's readers on their way into the library, which knows workers and connections by numbers. */
final class BackendSink<W, C> extends org.kamupin.internal.ReaderBackend implements Handle.Sink {
    private final ReaderBackend<W, C> readers;
    private final Map<Long, W> workers = new ConcurrentHashMap<>();
    private final Map<Long, C> connections = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();

    BackendSink(ReaderBackend<W, C> readers) {
        this.readers = readers;
        offer(has("openWaiting"), has("control"));
    }

    /** Whether the program has a method of its own in the place of the interface's. */
    private boolean has(String name) {
        return Arrays.stream(readers.getClass().getMethods()).filter(one -> one.getName().equals(name) && !one.isBridge())
                .map(Method::getDeclaringClass).anyMatch(owner -> owner != ReaderBackend.class);
    }

    /** A method of the program's. */
    private interface Work<T> {
        T call() throws ReaderFailure;
    }

    /** The same without an answer. */
    private interface Step {
        void call() throws ReaderFailure;
    }

    /** Calls; a failure is put into the answer. */
    private static <T> T answered(reader_answer answer, Work<T> work, T otherwise) {
        boolean before = Watched.begin();
        try {
            return work.call();
        } catch (ReaderFailure failure) {
            answer.setStatus(failure.status().value());
            answer.setCode(failure.code());
            answer.setUnsent(failure.unsent());
        } catch (Throwable error) {
            answer.setStatus(Status.READER_FAILED.value());
            Watched.uncaught(error);
        } finally {
            Watched.end(before);
        }
        return otherwise;
    }

    private static void stepped(reader_answer answer, Step step) {
        answered(answer, () -> {
            step.call();
            return null;
        }, null);
    }

    private <T> long numbered(Map<Long, T> things, reader_answer answer, Work<T> make) {
        return answered(answer, () -> {
            long number = numbers.incrementAndGet();
            things.put(number, make.call());
            return number;
        }, 0L);
    }

    private static Duration time(long milliseconds) {
        return milliseconds < 0 ? null : Duration.ofMillis(milliseconds);
    }

    @Override
    public long open_worker(reader_answer answer) {
        return numbered(workers, answer, readers::open);
    }

    @Override
    public long open_waiting(int stop, long patience, reader_answer answer) {
        return numbered(workers, answer, () -> readers.openWaiting(stop, time(patience)));
    }

    @Override
    public void close(long worker) {
        Watched.alone(() -> readers.close(workers.remove(worker)));
    }

    @Override
    public void list_readers(long worker, ByteRoom names, reader_answer answer) {
        List<String> found = answered(answer, () -> readers.readers(workers.get(worker)), List.of());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String name : found) {
            bytes.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        bytes.write(0);
        names.put(bytes.toByteArray());
    }

    @Override
    public void watch(long worker, ReaderStates states, long timeout, reader_answer answer) {
        List<ReaderState> passed = new ArrayList<>();
        for (int i = 0; i < states.count(); i++) {
            passed.add(new ReaderState(states.at(i)));
        }
        stepped(answer, () -> readers.watch(workers.get(worker), passed, time(timeout)));
        for (int i = 0; i < passed.size(); i++) {
            passed.get(i).into(states.at(i));
        }
    }

    @Override
    public void wake(long worker) {
        Watched.alone(() -> readers.wake(workers.get(worker)));
    }

    @Override
    public long connect(long worker, String reader, reader_answer answer) {
        return numbered(connections, answer, () -> readers.connect(workers.get(worker), reader));
    }

    @Override
    public void disconnect(long connection) {
        Watched.alone(() -> readers.disconnect(connections.remove(connection)));
    }

    @Override
    public void reconnect(long connection, reader_answer answer) {
        stepped(answer, () -> readers.reconnect(connections.get(connection)));
    }

    @Override
    public void begin(long connection, reader_answer answer) {
        stepped(answer, () -> readers.begin(connections.get(connection)));
    }

    @Override
    public void end(long connection, reader_answer answer) {
        stepped(answer, () -> readers.end(connections.get(connection)));
    }

    private static void replied(ByteRoom reply, reader_answer answer, Work<byte[]> work) {
        byte[] said = answered(answer, work, null);
        if (said != null) {
            reply.put(said);
        }
    }

    @Override
    public void transmit(long connection, byte[] command, ByteRoom reply, reader_answer answer) {
        try {
            replied(reply, answer, () -> readers.transmit(connections.get(connection), command));
        } finally {
            Arrays.fill(command, (byte) 0);
        }
    }

    @Override
    public void control(long connection, long code, byte[] data, ByteRoom reply, reader_answer answer) {
        try {
            replied(reply, answer, () -> readers.control(connections.get(connection), code, data));
        } finally {
            Arrays.fill(data, (byte) 0);
        }
    }
}
