// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.lang.ref.Cleaner;
import java.util.function.Consumer;
import org.kamupin.internal.error;

/**
 * Something of the library's that is closed when it is not needed any more: by {@link #close()}, by try
 * with resources, or by the garbage collector. A closed one refuses. What was made from it lives on, and
 * keeps alive what it needs.
 */
public abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    /** What is freed when neither its handle nor anything that was made from it uses it any more. */
    private static final class Core {
        private final long[] slot;
        private final Consumer<long[]> free;
        private final Object[] keeps;
        private int uses = 1;

        Core(long[] slot, Consumer<long[]> free, Object[] keeps) {
            this.slot = slot;
            this.free = free;
            this.keeps = keeps;
        }

        synchronized void use() {
            uses++;
        }

        void release() {
            synchronized (this) {
                if (--uses > 0) {
                    return;
                }
                free.accept(slot);
            }
            for (int i = 0; i < keeps.length; i++) {
                if (keeps[i] instanceof Core) {
                    ((Core) keeps[i]).release();
                }
                keeps[i] = null; // a callback's object, which was called until now
            }
        }
    }

    private final Core core;
    private final Cleaner.Cleanable cleanable;
    private volatile boolean closed;

    /** keeps: handles that this one was made from, and objects that the library calls. */
    Handle(long[] slot, Consumer<long[]> free, Object... keeps) {
        Object[] cores = new Object[keeps.length];
        for (int i = 0; i < keeps.length; i++) {
            cores[i] = keeps[i] instanceof Handle ? ((Handle) keeps[i]).core : keeps[i];
            if (cores[i] instanceof Core) {
                ((Core) cores[i]).use();
            }
        }
        Core made = new Core(slot, free, cores);
        core = made;
        cleanable = CLEANER.register(this, made::release);
    }

    /** The address. */
    final long raw() throws KamupinException {
        if (closed) {
            throw KamupinException.of(Status.INVALID_ARGUMENT.value());
        }
        return core.slot[0];
    }

    /** Whether it was closed. */
    public final boolean isClosed() {
        return closed;
    }

    /** Lets go. May be called again. */
    @Override
    public void close() {
        closed = true;
        cleanable.clean();
    }

    /** A call that makes a handle into a slot and fills an error record. */
    interface Making {
        int call(long[] slot, error error);
    }

    static long[] made(Making call) throws KamupinException {
        long[] slot = new long[1];
        error error = new error();
        if (call.call(slot, error) != Status.OK.value()) {
            throw new KamupinException(error);
        }
        return slot;
    }

    /** What is given to the library instead of a handle that may be left out. */
    static long rawOrNone(Handle handle) throws KamupinException {
        return handle == null ? 0 : handle.raw();
    }
}
