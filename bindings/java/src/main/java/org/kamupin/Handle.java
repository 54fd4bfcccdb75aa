// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.lang.ref.Cleaner;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.kamupin.internal.error;

/**
 * Something of the library's that is closed when it is not needed any more: by {@link #close()}, by try
 * with resources, or by the garbage collector. A closed one refuses. What was made from it lives on, and
 * keeps alive what it needs; a call that runs while another thread closes its handle comes to its end first. A listener
 * that refers to the handle it was given to keeps it from the garbage collector: such a one is closed.
 *
 * <p>Several threads may use one, other than a {@link Secret}: where the library takes one thread at a time, calls go one after
 * another, in no order. To cancel and to close waits for none of them.
 */
public abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    /** A call of the library on a handle's address. */
    @FunctionalInterface
    interface Call {
        int of(long raw) throws KamupinException;
    }

    /** The same with any answer. */
    @FunctionalInterface
    interface Get<T> {
        T of(long raw) throws KamupinException;
    }

    /** A call that makes a handle into a slot and fills an error record. */
    @FunctionalInterface
    interface Making {
        int call(long[] slot, error error) throws KamupinException;
    }

    /** A call that fills an error record. */
    @FunctionalInterface
    interface Checked {
        int call(error error) throws KamupinException;
    }

    /** An object that the library calls: freed with the handle that it was given to. */
    interface Sink {
        void delete();
    }

    /** What is freed when neither its handle, nor anything that was made from it, nor a call uses it any more. */
    private static final class Core {
        private final long[] slot = new long[1];
        private final Consumer<long[]> free;
        private final Object[] keeps;
        private int uses = 1;

        Core(Consumer<long[]> free, int keeps) {
            this.free = free;
            this.keeps = new Object[keeps];
        }

        /** Makes it, when it holds what it is made from: another thread may close that meanwhile. */
        void make(Making making, Object... from) throws KamupinException {
            for (int i = 0; i < from.length; i++) {
                if (from[i] instanceof Handle) {
                    keeps[i] = ((Handle) from[i]).held();
                } else {
                    keeps[i] = from[i];
                }
            }
            checked(error -> making.call(slot, error));
        }

        void release() {
            synchronized (this) {
                if (--uses > 0) {
                    return;
                }
            }
            free.accept(slot);
            for (int i = 0; i < keeps.length; i++) {
                if (keeps[i] instanceof Core) {
                    ((Core) keeps[i]).release();
                } else if (keeps[i] instanceof Sink) {
                    ((Sink) keeps[i]).delete(); // it could be called until now
                }
                keeps[i] = null;
            }
        }
    }

    private final Core core;
    private final ReentrantLock turn; // null where several threads may call at once
    private final Cleaner.Cleanable cleanable;
    private boolean closed; // under the core's lock

    /** keeps: handles that this one is made from, and objects that the library calls. For several threads at once. */
    Handle(Making making, Consumer<long[]> free, Object... keeps) throws KamupinException {
        this(null, making, free, keeps);
    }

    /** turn: held during each call, so that there is one at a time, also of all that share it. */
    Handle(ReentrantLock turn, Making making, Consumer<long[]> free, Object... keeps) throws KamupinException {
        this.turn = turn;
        core = new Core(free, keeps.length);
        try {
            core.make(making, keeps);
        } catch (KamupinException | RuntimeException | Error error) {
            core.release();
            throw error;
        }
        cleanable = CLEANER.register(this, core::release);
    }

    /** Another handle on what `other` has, which lives as long as either; `other` is open. */
    Handle(Handle other) throws KamupinException {
        turn = other.turn;
        core = other.held();
        cleanable = CLEANER.register(this, core::release);
    }

    /** What it has, which is not freed before it is released. */
    private Core held() throws KamupinException {
        synchronized (core) {
            if (closed) {
                throw KamupinException.of(Status.INVALID_ARGUMENT, "this " + getClass().getSimpleName() + " is closed");
            }
            core.uses++;
            return core;
        }
    }

    /** Calls the library; until it answers nothing is freed, whoever closes this meanwhile. Nest it for several handles. */
    final int call(Call call) throws KamupinException {
        return get(call::of);
    }

    /** The same with any answer. */
    final <T> T get(Get<T> get) throws KamupinException {
        return inTurn(turn, () -> atOnce(get));
    }

    /** The same for what any thread may call while another is in a call. */
    final <T> T atOnce(Get<T> get) throws KamupinException {
        Core held = held();
        try {
            return get.of(held.slot[0]);
        } finally {
            held.release();
        }
    }

    /** Something that may have to wait for its turn. */
    @FunctionalInterface
    interface Work<T> {
        T run() throws KamupinException;
    }

    /** Works while no other thread is at what has the same turn; a thread that is at it already goes on. null: at once. */
    static <T> T inTurn(ReentrantLock turn, Work<T> work) throws KamupinException {
        if (turn == null) {
            return work.run();
        }
        turn.lock();
        try {
            return work.run();
        } finally {
            turn.unlock();
        }
    }

    /** What this one's calls wait for; null: nothing. */
    final ReentrantLock turn() {
        return turn;
    }

    /** The same for a handle that may be left out: null is address 0. */
    static int callOn(Handle handle, Call call) throws KamupinException {
        return handle == null ? call.of(0) : handle.call(call);
    }

    /**
     * Whether it was closed.
     *
     * @return true after {@link #close()}
     */
    public final boolean isClosed() {
        synchronized (core) {
            return closed;
        }
    }

    /** Lets go. May be called again, and from any thread. */
    @Override
    public void close() {
        refuse();
        cleanable.clean();
    }

    /** Refuses every call from now on. */
    final void refuse() {
        synchronized (core) {
            closed = true;
        }
    }

    /** What is there already. */
    static Making of(long address) {
        return (slot, error) -> {
            slot[0] = address;
            return Status.OK.value();
        };
    }

    /** Makes something that is freed by whoever calls this; throws what the error record says. */
    static long[] made(Making call) throws KamupinException {
        long[] slot = new long[1];
        checked(error -> call.call(slot, error));
        return slot;
    }

    /** Calls; throws what the error record says. */
    static void checked(Checked call) throws KamupinException {
        error error = new error();
        try {
            if (call.call(error) != Status.OK.value()) {
                throw KamupinException.of(error);
            }
        } finally {
            error.delete();
        }
    }

    /** Throws unless the status of a call that has no error record is ok. */
    static void check(int status) throws KamupinException {
        if (status != Status.OK.value()) {
            throw KamupinException.of(status);
        }
    }
}
