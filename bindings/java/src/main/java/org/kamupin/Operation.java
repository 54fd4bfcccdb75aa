// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.kamupin.internal.EventSink;
import org.kamupin.internal.Native;
import org.kamupin.internal.error;
import org.kamupin.internal.event;
import org.kamupin.internal.factor;
import org.kamupin.internal.operation_options;
import org.kamupin.internal.result;

/**
 * A new PIN for a card that is blocked, whose PIN was forgotten, or that never had one, in steps: code,
 * card, PIN, second factor, card work, report. A step that fails on bad input leaves the operation where
 * it was. One thread at a time, but for {@link #cancel()}.
 */
public final class Operation extends Handle {
    /** What an operation may be told; each may be left out. */
    public static final class Options {
        private String card;
        private OperationKind kind = OperationKind.ANY;
        private Product product = Product.ANY;
        private Set<PinRisk> risk = EnumSet.noneOf(PinRisk.class);
        private Consumer<Event> listener;

        public Options card(String which) {
            card = which;
            return this;
        }

        public Options kind(OperationKind wanted) {
            kind = wanted;
            return this;
        }

        public Options product(Product wanted) {
            product = wanted;
            return this;
        }

        public Options risk(Set<PinRisk> taken) {
            risk = taken;
            return this;
        }

        /** Told on the thread that runs the operation; what it throws cancels it and is thrown by the call. */
        public Options onEvent(Consumer<Event> told) {
            listener = told;
            return this;
        }
    }

    private static final class Sink extends EventSink {
        private final Consumer<Event> listener;
        private final Watched watched;

        Sink(Consumer<Event> listener, Watched watched) {
            this.listener = listener;
            this.watched = watched;
        }

        @Override
        public void event(event raw) {
            watched.guard(() -> {
                listener.accept(new Event(raw));
                return null;
            }, null);
        }
    }

    /** What is made before the handle. */
    private static final class Parts {
        private final Cancel cancel;
        private final Watched watched;
        private final Sink sink;
        private final long[] slot;

        Parts(Context context, String service, Options options) throws KamupinException {
            cancel = new Cancel(context);
            watched = new Watched(cancel);
            sink = options.listener == null ? null : new Sink(options.listener, watched);
            operation_options raw = new operation_options();
            raw.setService(service);
            raw.setCard(options.card);
            raw.setKind(options.kind.value());
            raw.setProduct(options.product.value());
            raw.setRisk(PinRisk.bits(options.risk));
            raw.setCancel(cancel.raw());
            raw.set_event(sink);
            long owner = context.raw();
            slot = made((into, error) -> Native.operation_new(owner, raw, into, error));
            raw.delete();
        }
    }

    private final Parts parts;

    Operation(Context context, String service, Options options) throws KamupinException {
        this(context, new Parts(context, service, options));
    }

    private Operation(Context context, Parts parts) {
        super(parts.slot, Native::operation_free, context, parts.cancel, parts.sink);
        this.parts = parts;
    }

    private void check(int status) throws KamupinException {
        parts.watched.settle();
        if (status != Status.OK.value()) {
            error error = new error();
            Native.operation_error(raw(), error);
            throw new KamupinException(error);
        }
    }

    /** The step that comes next. */
    public Phase phase() throws KamupinException {
        return Phase.of(Native.operation_phase(raw()));
    }

    /** Seconds left of what runs now, as the service counts them; -1 when no time runs. */
    public int secondsLeft() throws KamupinException {
        return Native.operation_seconds_left(raw());
    }

    /** Gives the verification code of the web page. */
    public void redeem(Secret code) throws KamupinException {
        check(Native.operation_redeem(raw(), code.raw()));
    }

    /** The readers; a card that this operation may not use says why. */
    public Cards cards() throws KamupinException {
        long[] slot = new long[1];
        check(Native.operation_cards(raw(), slot));
        return new Cards(slot, this);
    }

    /** Chooses a card; null: the only one that may be used. */
    public void choose(String which) throws KamupinException {
        check(Native.operation_choose(raw(), which));
    }

    /** The new PIN, typed twice. */
    public void setPin(Secret pin, Secret again) throws KamupinException {
        check(Native.operation_set_pin(raw(), pin.raw(), again.raw()));
    }

    /** Goes back to the step before. */
    public void back() throws KamupinException {
        check(Native.operation_back(raw()));
    }

    /** Begins the second factor: has the SMS sent, or sent again. */
    public Factor beginFactor(FactorType type) throws KamupinException {
        factor filled = new factor();
        check(Native.operation_begin_factor(raw(), type.value(), filled));
        return new Factor(filled);
    }

    /** Gives the code of the SMS, or the web password. */
    public void verifyFactor(Secret secret) throws KamupinException {
        check(Native.operation_verify_factor(raw(), secret.raw()));
    }

    /** Works on the card and reports. */
    public void run() throws KamupinException {
        check(Native.operation_run(raw()));
    }

    /** What came out. */
    public Result result() throws KamupinException {
        result filled = new result();
        check(Native.operation_result(raw(), filled));
        return new Result(filled);
    }

    /** Cancels the call that runs and every later one. From any thread, also from a listener. */
    public void cancel() throws KamupinException {
        parts.cancel.pull();
    }
}
