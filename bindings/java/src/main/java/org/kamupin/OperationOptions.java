// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.function.Consumer;
import org.kamupin.internal.EventSink;
import org.kamupin.internal.event;
import org.kamupin.internal.operation_options;

/** What an operation may be told; each may be left out. */
public final class OperationOptions {
    private String card;
    private OperationKind kind = OperationKind.ANY;
    private Product product = Product.ANY;
    private FactorType factor = FactorType.ANY;
    private PinRisk[] risk = {};
    private Consumer<Event> listener;

    /** Whichever card, kind and product the code is for. */
    public OperationOptions() {
    }

    /**
     * The card that is meant.
     *
     * @param which an address, as {@link Cards#matches} has it; unless said: the only one, or the person is asked
     * @return this
     */
    public OperationOptions card(String which) {
        card = which;
        return this;
    }

    /**
     * What the code has to be for.
     *
     * @param wanted any unless said
     * @return this
     */
    public OperationOptions kind(OperationKind wanted) {
        kind = wanted;
        return this;
    }

    /**
     * The product that the code has to be for.
     *
     * @param wanted any unless said
     * @return this
     */
    public OperationOptions product(Product wanted) {
        product = wanted;
        return this;
    }

    /**
     * The second factor that is preferred.
     *
     * @param preferred where the service offers it; unless said: its first
     * @return this
     */
    public OperationOptions factor(FactorType preferred) {
        factor = preferred;
        return this;
    }

    /**
     * What may be risked.
     *
     * @param taken nothing unless said
     * @return this
     */
    public OperationOptions risk(PinRisk... taken) {
        risk = taken.clone();
        return this;
    }

    /**
     * Told what happens, on the thread that runs the operation. It may cancel and call nothing else of it; what it
     * throws cancels the operation and is thrown by the call that was running.
     *
     * @param told what is called
     * @return this
     */
    public OperationOptions onEvent(Consumer<Event> told) {
        listener = told;
        return this;
    }

    /** The listener's side. */
    static final class Events extends EventSink implements Handle.Sink {
        private final Consumer<Event> listener;
        private final Watched watched;

        Events(Consumer<Event> listener, Watched watched) {
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

    Consumer<Event> listener() {
        return listener;
    }

    /** The listener's side; null without one. */
    Events events(Watched watched) {
        return listener == null ? null : new Events(listener, watched);
    }

    /** The caller deletes it. events: may be null. */
    operation_options raw(String service, long cancel, EventSink events) {
        operation_options raw = new operation_options();
        raw.setService(service);
        raw.setCard(card);
        raw.setKind(kind.value());
        raw.setProduct(product.value());
        raw.setFactor(factor.value());
        raw.setRisk(Slots.risks(risk));
        raw.setCancel(cancel);
        raw.set_event(events);
        return raw;
    }
}
