// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.kamupin.internal.Native;
import org.kamupin.internal.WatchSink;
import org.kamupin.internal.watch_event;

/**
 * Cards and readers as they come and go. The first events say how things stand. What came and went while
 * nobody took events is told as its sum.
 *
 * <p>Made with a listener, each event is told to it, on a thread of the library's, until this is closed.
 * Without one it is iterated: {@code for (WatchEvent event : watch)} waits for the next event, and ends when
 * another thread closes this. Of several threads one takes events while the others wait for their turn, beyond their time, too;
 * {@link #close()} may be called by any, also in the listener, and in a method of readers of one's own.
 */
public final class Watch extends Handle implements Iterable<WatchEvent> {
    /** The listener's side. Knows nothing of the watch, so that a forgotten one can be collected. */
    private static final class Events extends WatchSink implements Sink {
        private final Consumer<WatchEvent> listener;
        private volatile boolean ended;

        Events(Consumer<WatchEvent> listener) {
            this.listener = listener;
        }

        @Override
        public void event(watch_event raw) {
            if (!ended) {
                Watched.alone(() -> listener.accept(new WatchEvent(raw)));
            }
        }
    }

    private final Cancel cancel;
    private final Events events;

    /** listener: null for an iterated one. */
    Watch(Context context, Consumer<WatchEvent> listener) throws KamupinException {
        this(context, new Cancel(context), listener == null ? null : new Events(listener));
    }

    private Watch(Context context, Cancel cancel, Events events) throws KamupinException {
        super(new ReentrantLock(), (slot, error) -> context.call(owner -> Native.watch_new(owner, events, slot, error)),
                Native::watch_free, context, cancel, events);
        this.cancel = cancel;
        this.events = events;
    }

    /**
     * The next event.
     *
     * @param timeout null: waits for ever; zero, and less: does not wait; more than 24 days is as much
     * @return null when none came within the time
     * @throws KamupinException when this was made with a listener; cancelled when it was closed meanwhile
     */
    public WatchEvent next(Duration timeout) throws KamupinException {
        watch_event raw = new watch_event();
        try {
            checked(error -> call(watch -> cancel.call(by ->
                    Native.watch_next(watch, Slots.milliseconds(timeout), by, raw, error))));
            return new WatchEvent(raw);
        } catch (KamupinException error) {
            if (error.status() == Status.TIMED_OUT) {
                return null;
            }
            throw error;
        } finally {
            raw.delete();
        }
    }

    /**
     * Events as they come. {@code hasNext} waits for one, and says false when this is closed; what else goes wrong
     * is an {@link UncheckedKamupinException}.
     */
    @Override
    public Iterator<WatchEvent> iterator() {
        return new Iterator<>() {
            private WatchEvent found;

            @Override
            public boolean hasNext() {
                try {
                    if (found == null && !isClosed()) {
                        found = Watch.this.next(null);
                    }
                } catch (KamupinException error) {
                    if (!isClosed()) {
                        throw new UncheckedKamupinException(error);
                    }
                }
                return found != null;
            }

            @Override
            public WatchEvent next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                WatchEvent event = found;
                found = null;
                return event;
            }
        };
    }

    /**
     * A descriptor that is readable while {@link #next} has something to tell: for event loops of native code.
     *
     * @return -1 of a watch with a listener
     * @throws KamupinException when this is closed
     */
    public int descriptor() throws KamupinException {
        return atOnce(Native::watch_fd);
    }

    /** Ends the watch: the iteration ends, and no event is told any more when this returns. In the listener itself, and in a
     *  method of the program's own readers, it returns at once, and the event at hand is the last one. */
    @Override
    public void close() {
        refuse(); // first, so that whoever is woken sees that it is closed
        if (events == null) {
            cancel.pullIfOpen();
        } else {
            events.ended = true;
        }
        if (Watched.inCallback()) { // perhaps on the very thread that ends before it is freed
            Thread ending = new Thread(super::close, "kamupin-watch-end");
            ending.setDaemon(true);
            ending.start();
        } else {
            super.close();
        }
        cancel.close();
    }
}
