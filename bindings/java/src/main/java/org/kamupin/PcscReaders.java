// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.kamupin.internal.BuiltInReaders;
import org.kamupin.internal.ReaderStates;
import org.kamupin.internal.reader_answer;

/**
 * The built-in readers: PC/SC. For what a program's own readers pass on to, or change on the way:
 *
 * <pre>{@code
 * class Counting extends PcscReaders {
 *     @Override
 *     public byte[] transmit(Opened connection, byte[] command) throws ReaderFailure {
 *         commands.incrementAndGet();
 *         return super.transmit(connection, command);
 *     }
 * }
 * }</pre>
 */
public class PcscReaders implements ReaderBackend<PcscReaders.Opened, PcscReaders.Opened> {
    /** A worker or a connection of the library's. When it was closed, or its worker was, calls refuse it. */
    public static final class Opened {
        private final AtomicLong number; // 0 when it was given up
        private final Opened worker; // null for a worker

        private Opened(long number, Opened worker) {
            this.number = new AtomicLong(number);
            this.worker = worker;
        }

        private long number() {
            return worker == null || worker.number.get() != 0 ? number.get() : 0;
        }

        /** The number for the last time. */
        private long givenUp() {
            return number.getAndSet(0);
        }
    }

    private final BuiltInReaders readers = new BuiltInReaders();

    /** The readers of the PC/SC daemon that the environment names. */
    public PcscReaders() {
    }

    /** A call that fills an answer. */
    private interface Answered {
        int call(reader_answer answer);
    }

    private static void check(Answered call) throws ReaderFailure {
        reader_answer answer = new reader_answer();
        try {
            if (call.call(answer) != Status.OK.value()) {
                throw new ReaderFailure(Status.of(answer.getStatus()), answer.getCode(), answer.getUnsent());
            }
        } finally {
            answer.delete();
        }
    }

    /** A call that gives a number. */
    private interface Opening {
        int call(reader_answer answer, long[] slot);
    }

    private static Opened opened(Opened worker, Opening call) throws ReaderFailure {
        long[] slot = new long[1];
        check(answer -> call.call(answer, slot));
        return new Opened(slot[0], worker);
    }

    @Override
    public Opened open() throws ReaderFailure {
        return opened(null, readers::open_worker);
    }

    @Override
    public Opened openWaiting(int stop, Duration patience) throws ReaderFailure {
        return opened(null, (answer, slot) -> readers.open_waiting(stop, Slots.milliseconds(patience), answer, slot));
    }

    @Override
    public void close(Opened worker) {
        readers.close(worker.givenUp());
    }

    @Override
    public List<String> readers(Opened worker) throws ReaderFailure {
        byte[][] slot = {{}};
        check(answer -> readers.list_readers(worker.number(), answer, slot));
        List<String> found = new ArrayList<>();
        for (String name : new String(slot[0], StandardCharsets.UTF_8).split("\0")) {
            if (!name.isEmpty()) {
                found.add(name);
            }
        }
        return found;
    }

    @Override
    public void watch(Opened worker, List<ReaderState> states, Duration timeout) throws ReaderFailure {
        ReaderStates raw = new ReaderStates(states.size());
        try {
            for (int i = 0; i < states.size(); i++) {
                states.get(i).into(raw.at(i));
            }
            try {
                check(answer -> readers.watch(worker.number(), raw, Slots.milliseconds(timeout), answer));
            } finally {
                for (int i = 0; i < states.size(); i++) {
                    states.get(i).take(raw.at(i));
                }
            }
        } finally {
            raw.delete();
        }
    }

    @Override
    public void wake(Opened worker) {
        readers.wake(worker.number());
    }

    @Override
    public Opened connect(Opened worker, String reader) throws ReaderFailure {
        return opened(worker, (answer, slot) -> readers.connect(worker.number(), reader, answer, slot));
    }

    @Override
    public void disconnect(Opened connection) {
        readers.disconnect(connection.givenUp());
    }

    @Override
    public void reconnect(Opened connection) throws ReaderFailure {
        check(answer -> readers.reconnect(connection.number(), answer));
    }

    @Override
    public void begin(Opened connection) throws ReaderFailure {
        check(answer -> readers.begin(connection.number(), answer));
    }

    @Override
    public void end(Opened connection) throws ReaderFailure {
        check(answer -> readers.end(connection.number(), answer));
    }

    @Override
    public byte[] transmit(Opened connection, byte[] command) throws ReaderFailure {
        byte[][] slot = {{}};
        check(answer -> readers.transmit(connection.number(), command, answer, slot));
        return slot[0];
    }

    @Override
    public byte[] control(Opened connection, long code, byte[] data) throws ReaderFailure {
        byte[][] slot = {{}};
        check(answer -> readers.control(connection.number(), code, data, answer, slot));
        return slot[0];
    }
}
