// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.kamupin.internal.LogSink;
import org.kamupin.internal.TimeSource;
import org.kamupin.internal.context_options;

/** What a context may be told; each may be left out. */
public final class ContextOptions {
    /** Receives log lines. What it throws goes to the thread's handler of uncaught exceptions. */
    @FunctionalInterface
    public interface LogListener {
        /**
         * One line; secrets are in none. Called from every thread that calls the library and from its own, possibly at
         * the same time. Must not call the library.
         *
         * @param level how much it matters
         * @param room the part of the library that speaks: "card", "net", …
         * @param line without line end
         */
        void log(LogLevel level, String room, String line);
    }

    private Path stateFolder;
    private Path caFile;
    private String proxy;
    private String serverKeys;
    private LogLevel logLevel = LogLevel.WARNING;
    private LogListener log;
    private Clock calendar;
    private ReaderBackend<?, ?> readers;
    private Duration connectTimeout = Duration.ZERO;
    private Duration requestTimeout = Duration.ZERO;
    private Duration answerTimeout = Duration.ZERO;
    private Duration nameTimeout = Duration.ZERO;
    private Duration tlsTimeout = Duration.ZERO;

    /** Everything as the system has it. */
    public ContextOptions() {
    }

    /**
     * Where journals and locks are.
     *
     * @param folder unless said: $XDG_STATE_HOME/kamupin or ~/.local/state/kamupin
     * @return this
     */
    public ContextOptions stateFolder(Path folder) {
        stateFolder = folder;
        return this;
    }

    /**
     * The only authorities that are trusted for TLS.
     *
     * @param file PEM; unless said: the system's
     * @return this
     */
    public ContextOptions caFile(Path file) {
        caFile = file;
        return this;
    }

    /**
     * The proxy for every request.
     *
     * @param address http://host:port, https:// or socks5h://; "": none; unless said: as the environment has it
     * @return this
     */
    public ContextOptions proxy(String address) {
        proxy = address;
        return this;
    }

    /**
     * The public keys of which a server has to have one, besides being trusted.
     *
     * @param keys "sha256//BASE64", several with ";" between them
     * @return this
     */
    public ContextOptions serverKeys(String keys) {
        serverKeys = keys;
        return this;
    }

    /**
     * Who is told what the library does.
     *
     * @param level how much is told
     * @param listener is told; null: nobody
     * @return this
     */
    public ContextOptions log(LogLevel level, LogListener listener) {
        logLevel = level;
        log = listener;
        return this;
    }

    /**
     * The date by which certificates are judged.
     *
     * @param clock unless said: the system's
     * @return this
     */
    public ContextOptions calendar(Clock clock) {
        calendar = clock;
        return this;
    }

    /**
     * Readers of the program's own.
     *
     * @param own unless said: PC/SC
     * @return this
     */
    public ContextOptions readers(ReaderBackend<?, ?> own) {
        readers = own;
        return this;
    }

    /**
     * Until a connection stands: name, connection, TLS.
     *
     * @param time a day at most; unless said, and for null, zero and less: ten seconds
     * @return this
     */
    public ContextOptions connectTimeout(Duration time) {
        connectTimeout = time;
        return this;
    }

    /**
     * For the whole of one request.
     *
     * @param time a day at most; unless said, and for null, zero and less: half a minute
     * @return this
     */
    public ContextOptions requestTimeout(Duration time) {
        requestTimeout = time;
        return this;
    }

    /**
     * Until an answer's first byte.
     *
     * @param time a day at most; unless said, and for null, zero and less: only the whole request is bounded
     * @return this
     */
    public ContextOptions answerTimeout(Duration time) {
        answerTimeout = time;
        return this;
    }

    /**
     * For resolving a name.
     *
     * @param time a day at most; unless said, and for null, zero and less: only the connection is bounded
     * @return this
     */
    public ContextOptions nameTimeout(Duration time) {
        nameTimeout = time;
        return this;
    }

    /**
     * For the TLS handshake.
     *
     * @param time a day at most; unless said, and for null, zero and less: only the connection is bounded
     * @return this
     */
    public ContextOptions tlsTimeout(Duration time) {
        tlsTimeout = time;
        return this;
    }

    private static final class Log extends LogSink implements Handle.Sink {
        private final LogListener listener;

        Log(LogListener listener) {
            this.listener = listener;
        }

        @Override
        public void log(int level, String room, String line) {
            Watched.alone(() -> listener.log(LogLevel.of(level), room, line));
        }
    }

    private static final class Calendar extends TimeSource implements Handle.Sink {
        private final Clock clock;

        Calendar(Clock clock) {
            this.clock = clock;
        }

        @Override
        public long now() {
            long[] seconds = new long[1];
            Watched.alone(() -> seconds[0] = clock.instant().getEpochSecond());
            return seconds[0];
        }
    }

    /** What the library is given, and the objects that it calls as long as the context lives. */
    static final class Given implements AutoCloseable {
        final context_options raw = new context_options();
        final List<Object> sinks = new ArrayList<>();

        Given(ContextOptions from) {
            raw.setStateFolder(from.stateFolder == null ? null : from.stateFolder.toString());
            raw.setCaFile(from.caFile == null ? null : from.caFile.toString());
            raw.setProxy(from.proxy);
            raw.setPins(from.serverKeys);
            raw.setConnectTimeoutMs(Slots.milliseconds(from.connectTimeout));
            raw.setRequestTimeoutMs(Slots.milliseconds(from.requestTimeout));
            raw.setAnswerTimeoutMs(Slots.milliseconds(from.answerTimeout));
            raw.setNameTimeoutMs(Slots.milliseconds(from.nameTimeout));
            raw.setTlsTimeoutMs(Slots.milliseconds(from.tlsTimeout));
            raw.setLogLevel(from.logLevel.value());
            if (from.log != null) {
                Log sink = new Log(from.log);
                sinks.add(sink);
                raw.set_log(sink);
            }
            if (from.calendar != null) {
                Calendar sink = new Calendar(from.calendar);
                sinks.add(sink);
                raw.set_calendar(sink);
            }
            if (from.readers != null) {
                BackendSink<?, ?> sink = new BackendSink<>(from.readers);
                sinks.add(sink);
                raw.set_backend(sink);
            }
        }

        @Override
        public void close() {
            raw.delete();
        }
    }
}
