// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.kamupin.internal.Native;
import org.kamupin.internal.factor;
import org.kamupin.internal.operation_options;
import org.kamupin.internal.result;

/**
 * A new PIN for a card that is blocked, whose PIN was forgotten, or that never had one, in steps: code,
 * card, PIN, second factor, card work, report. A step that fails on bad input leaves the operation where
 * it was.
 *
 * <pre>{@code
 * try (Operation operation = context.operation("https://…", new OperationOptions())) {
 *     operation.redeem(code);               // of the web page
 *     operation.choose(null);               // or one of operation.cards()
 *     operation.setPin(pin, again);
 *     operation.beginFactor(FactorType.ANY);
 *     operation.verifyFactor(sms);
 *     operation.run();
 * }
 * }</pre>
 *
 * <p>Calls of several threads go one after another, but for {@link #cancel()}. {@link #async(Executor)} has the same steps as futures.
 */
public final class Operation extends Telling {
    /** What is made before the handle. */
    private static final class Parts {
        private final Cancel cancel;
        private final Watched watched;
        private final OperationOptions.Events events;
        private final Making making;

        /** order: null, when a code is typed. */
        Parts(Context context, String service, Handle order, OperationOptions options) throws KamupinException {
            cancel = new Cancel(context);
            watched = new Watched(cancel);
            events = options.events(watched);
            making = (slot, error) -> context.call(owner -> cancel.call(by -> callOn(order, of -> {
                operation_options raw = options.raw(service, by, events);
                try {
                    raw.setOrder(of);
                    return Native.operation_new(owner, raw, slot, error);
                } finally {
                    raw.delete();
                }
            })));
        }
    }

    private final Context context;
    private final Cancel cancel;
    private final ReentrantLock orders; // the turn of the order's session; null without an order

    /** order: whose codes are used; null, when one is typed. service: null with an order. */
    Operation(Context context, String service, Handle order, OperationOptions options) throws KamupinException {
        this(context, order, new Parts(context, service, order, options));
    }

    private Operation(Context context, Handle order, Parts parts) throws KamupinException {
        super(parts.making, Native::operation_free, Native::operation_error, parts.watched, context, order, parts.cancel,
                parts.events);
        this.context = context;
        cancel = parts.cancel;
        orders = order == null ? null : order.turn();
    }

    /**
     * The same steps as futures.
     *
     * @param executor on whose threads they run, one after another; a step may take minutes
     * @return to be closed in place of this
     */
    public AsyncOperation async(Executor executor) {
        return new AsyncOperation(this, executor);
    }

    /**
     * The step that comes next.
     *
     * @return where the operation stands
     * @throws KamupinException when this is closed
     */
    public Phase phase() throws KamupinException {
        return Phase.of(call(Native::operation_phase));
    }

    /**
     * Seconds left of what runs now, as the service counts them.
     *
     * @return -1 when no time runs
     * @throws KamupinException when this is closed
     */
    public int secondsLeft() throws KamupinException {
        return call(Native::operation_seconds_left);
    }

    /**
     * Gives the verification code of the web page, and reads which cards are there. The same call after a lost
     * answer burns nothing.
     *
     * @param code of kind VERIFICATION_CODE, normalised in place; null for an operation of an order
     * @throws KamupinException code-…, page-closed, product-mismatch, network-…, service-…, reader-…
     */
    public void redeem(Secret code) throws KamupinException {
        // The order's code is asked for by way of its session.
        doing(raw -> inTurn(orders, () -> callOn(code, given -> Native.operation_redeem(raw, given))));
    }

    /**
     * The readers; a card that this operation may not use says why in {@link CardInfo#usable()}.
     *
     * @return the caller's to close; lives on when this is closed
     * @throws KamupinException reader-…, network-…, operation-…
     */
    public Cards cards() throws KamupinException {
        return new Cards(context, (slot, error) -> {
            doing(raw -> Native.operation_cards(raw, slot));
            return Status.OK.value();
        });
    }

    /**
     * Chooses a card.
     *
     * @param which an address, as {@link Cards#matches} has it; null: the one that the options name, else the only
     *         usable one
     * @throws KamupinException choice-needed, card-not-found, or why that card may not be used
     */
    public void choose(String which) throws KamupinException {
        doing(raw -> Native.operation_choose(raw, which));
    }

    /**
     * Gives the new PIN; a copy is kept in locked memory until the card has it.
     *
     * @param pin of kind PIN
     * @param again as it was typed a second time; may be the same object
     * @throws KamupinException a {@link PinException} that says what is wrong with it
     */
    public void setPin(Secret pin, Secret again) throws KamupinException {
        doing(raw -> pin.call(one -> again.call(two -> Native.operation_set_pin(raw, one, two))));
    }

    /**
     * Goes back to the step before: from the second factor to the PIN, from the PIN to the card.
     *
     * @throws KamupinException wrong-state elsewhere
     */
    public void back() throws KamupinException {
        doing(Native::operation_back);
    }

    /**
     * Begins the second factor: has the SMS sent, or sent again.
     *
     * @param type ANY: the one that was begun, else the one that is preferred
     * @return what a person is shown of it
     * @throws KamupinException factor-unsupported, sms-resend-too-soon (with the seconds), phone-out-of-date, …
     */
    public Factor beginFactor(FactorType type) throws KamupinException {
        return factorBy((raw, filled) -> Native.operation_begin_factor(raw, type.value(), filled));
    }

    /**
     * What a person is shown of the second factor now. Sends nothing.
     *
     * @return seconds and tries as they are now
     * @throws KamupinException wrong-state in another phase
     */
    public Factor factor() throws KamupinException {
        return factorBy(Native::operation_factor);
    }

    private interface FactorCall {
        int of(long raw, factor filled);
    }

    private Factor factorBy(FactorCall call) throws KamupinException {
        factor filled = new factor();
        try {
            doing(raw -> call.of(raw, filled));
            return new Factor(filled);
        } finally {
            filled.delete();
        }
    }

    /**
     * Gives the code of the SMS, or the web password.
     *
     * @param secret of kind SMS_CODE or WEB_PASSWORD, whichever was begun
     * @throws KamupinException sms-code-wrong, web-password-wrong (with the tries that are left), …
     */
    public void verifyFactor(Secret secret) throws KamupinException {
        doing(raw -> secret.call(given -> Native.operation_verify_factor(raw, given)));
    }

    /**
     * Works on the card and reports. Nothing that can cost a try is repeated.
     *
     * @throws KamupinException outcome-unknown: put the card in and call again; result-not-reported: the card has its
     *         new PIN, call again later. {@link Context#resume(Prompts)} goes on with either, too
     */
    public void run() throws KamupinException {
        doing(Native::operation_run);
    }

    /**
     * What came out so far.
     *
     * @return a copy without secrets
     * @throws KamupinException when this is closed
     */
    public Result result() throws KamupinException {
        result filled = new result();
        try {
            check(call(raw -> Native.operation_result(raw, filled)));
            return new Result(filled);
        } finally {
            filled.delete();
        }
    }

    /**
     * Cancels the call that runs and every later one. From any thread, also from a listener. When card work has
     * begun it finishes and reports first.
     */
    public void cancel() {
        cancel.pullIfOpen();
    }
}
