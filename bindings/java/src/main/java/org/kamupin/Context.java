// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import org.kamupin.internal.LogSink;
import org.kamupin.internal.Native;
import org.kamupin.internal.context_options;
import org.kamupin.internal.error;
import org.kamupin.internal.operation_options;

/** What everything is made from: log, state folder, trusted authorities, proxy. Several threads may use one. */
public final class Context extends Handle {
    /** Receives log lines. An exception that leaves it is printed and goes no further. */
    @FunctionalInterface
    public interface LogListener {
        void log(LogLevel level, String room, String line);
    }

    /** What a context may be told; each may be left out. */
    public static final class Options {
        private final context_options raw = new context_options();
        private Sink sink;

        public Options stateFolder(Path folder) {
            raw.setStateFolder(folder.toString());
            return this;
        }

        public Options caFile(Path file) {
            raw.setCaFile(file.toString());
            return this;
        }

        public Options proxy(String address) {
            raw.setProxy(address);
            return this;
        }

        public Options serverKeys(String keys) {
            raw.setPins(keys);
            return this;
        }

        public Options log(LogLevel level, LogListener listener) {
            sink = new Sink(listener);
            raw.setLogLevel(level.value());
            raw.set_log(sink);
            return this;
        }
    }

    private static final class Sink extends LogSink {
        private final LogListener listener;

        Sink(LogListener listener) {
            this.listener = listener;
        }

        @Override
        public void log(int level, String room, String line) {
            listener.log(LogLevel.of(level), room, line);
        }
    }

    public Context() throws KamupinException {
        this(new Options());
    }

    public Context(Options options) throws KamupinException {
        super(made((slot, error) -> Native.context_new(options.raw, slot, error)), Native::context_free, options.sink);
    }

    /** The readers and what is known of their cards. Spends no try. */
    public Cards cards() throws KamupinException {
        return new Cards(this);
    }

    /** A new PIN for a blocked or new card, in steps. */
    public Operation operation(String service, Operation.Options options) throws KamupinException {
        return new Operation(this, service, options);
    }

    /** Brings operations that an earlier run left unfinished to their end, as far as nobody has to be asked. */
    public void resume() throws KamupinException {
        try (Cancel cancel = new Cancel(this)) {
            operation_options options = new operation_options();
            error error = new error();
            options.setCancel(cancel.raw());
            int status = Native.resume_with(raw(), options, null, false, new long[1], error);
            options.delete();
            if (status != Status.OK.value()) {
                throw new KamupinException(error);
            }
        }
    }

    /** Throws unless it is a new PIN by Kamu SM's rules, typed the same twice. */
    public void checkPin(Secret pin, Secret again) throws KamupinException {
        error error = new error();
        if (Native.pin_check(null, pin.raw(), again.raw(), error) != Status.OK.value()) {
            throw new KamupinException(error);
        }
    }

    /** Takes blanks, line ends and dashes out of a verification code that was pasted; throws unless it is one. */
    public void normaliseCode(Secret code) throws KamupinException {
        error error = new error();
        if (Native.code_normalise(code.raw(), error) != Status.OK.value()) {
            throw new KamupinException(error);
        }
    }
}
