// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.time.Duration;
import java.util.List;

/**
 * Readers of a program's own (remote ones, a phone, a script), given to a context by
 * {@link ContextOptions#readers}. A worker is one thread's connection to the reader system, a connection one to
 * the card in a reader; both are what the program likes. Failing is throwing a {@link ReaderFailure}; any other
 * exception goes to the thread's handler of uncaught exceptions, and the answer is reader-failed.
 *
 * <p>Calls come from several threads, also of the library's own; those on one worker and its connections from
 * one at a time, but for {@link #wake}.
 *
 * @param <W> a worker
 * @param <C> a connection
 */
public interface ReaderBackend<W, C> {
    /** The code of {@link #control} that asks a reader for its features (PC/SC part 10). */
    long READER_FEATURES = 0;

    /**
     * Opens a worker.
     *
     * @return not null
     * @throws ReaderFailure why there is none
     */
    W open() throws ReaderFailure;

    /**
     * As {@link #open}, but never waits where `stop` cannot end it. Only where it is overridden does the library know
     * that the reader system may come and go.
     *
     * @param stop a descriptor that becomes readable: the answer is cancelled then
     * @param patience null: waits until there is a reader system; else reader-service-down after that time
     * @return not null
     * @throws ReaderFailure why there is none
     */
    default W openWaiting(int stop, Duration patience) throws ReaderFailure {
        return open();
    }

    /**
     * Closes a worker.
     *
     * @param worker which
     */
    void close(W worker);

    /**
     * The readers' names.
     *
     * @param worker on which
     * @return in the reader system's order
     * @throws ReaderFailure why they are not known
     */
    List<String> readers(W worker) throws ReaderFailure;

    /**
     * Fills states, whose names are set. Returns when one differs from what it says, or the readers are not those of
     * the last {@link #readers} any more.
     *
     * @param worker on which
     * @param states to be changed where they are
     * @param timeout zero: at once; null: no bound
     * @throws ReaderFailure timed-out; cancelled after {@link #wake}; why they are not known
     */
    void watch(W worker, List<ReaderState> states, Duration timeout) throws ReaderFailure;

    /**
     * Ends what waits on a worker: the only call that comes from another thread.
     *
     * @param worker which
     */
    void wake(W worker);

    /**
     * Connects to the card in a reader, shared, T=1.
     *
     * @param worker on which
     * @param reader its name
     * @return not null
     * @throws ReaderFailure no-card, card-mute, card-in-use, …
     */
    C connect(W worker, String reader) throws ReaderFailure;

    /**
     * Lets go of a card without resetting it.
     *
     * @param connection to it
     */
    void disconnect(C connection);

    /**
     * Accepts a reset or removal that happened; does not itself reset the card.
     *
     * @param connection to the card
     * @throws ReaderFailure why it cannot go on
     */
    void reconnect(C connection) throws ReaderFailure;

    /**
     * Holds the card against other programs; waits while another holds it, until {@link #wake}.
     *
     * @param connection to the card
     * @throws ReaderFailure card-reset, card-removed, …
     */
    void begin(C connection) throws ReaderFailure;

    /**
     * Holds it no longer.
     *
     * @param connection to the card
     * @throws ReaderFailure card-reset, card-removed, …
     */
    void end(C connection) throws ReaderFailure;

    /**
     * One command APDU, one response APDU. A PIN that goes to the card is in the command, which is wiped when this
     * returns: keep no copy of it.
     *
     * @param connection to the card
     * @param command the APDU
     * @return the answer with its status word
     * @throws ReaderFailure card-removed, card-reset, reader-failed, …
     */
    byte[] transmit(C connection, byte[] command) throws ReaderFailure;

    /**
     * A command to the reader itself. Only where it is overridden have these readers keypads.
     *
     * @param connection to the card in it
     * @param code {@link #READER_FEATURES}, or one of those that its answer names
     * @param data the command, wiped when this returns
     * @return the answer
     * @throws ReaderFailure as {@link #transmit}; pin-pad-unsupported: not known, and nothing was done
     */
    default byte[] control(C connection, long code, byte[] data) throws ReaderFailure {
        throw new ReaderFailure(Status.PIN_PAD_UNSUPPORTED);
    }
}
