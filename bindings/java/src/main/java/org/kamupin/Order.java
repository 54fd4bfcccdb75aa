// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.Native;
import org.kamupin.internal.order_info;

/**
 * A new PIN that was ordered with {@link Session#order}. It issues verification codes, and says how the work at the desk
 * goes; in {@link #operation} nobody types a code. Closing it leaves the order at the
 * service. Calls of several threads on what hangs on one session go one after another.
 */
public final class Order extends OfSession {
    Order(Session session, Making making) throws KamupinException {
        super(session, making, Native::order_free, Native::order_error);
    }

    /**
     * Where it stands. Asks the service.
     *
     * @return a copy
     * @throws KamupinException order-unknown, login-required, session-*, network-*, service-*
     */
    public OrderInfo read() throws KamupinException {
        return Filled.of(this, new order_info(), order_info::delete, OrderInfo::new, Native::order_read);
    }

    /**
     * The work at this desk: an operation that needs no code.
     *
     * @param options as for {@link Context#operation}
     * @return at its first step; closed by the caller
     * @throws KamupinException invalid-argument, no-memory
     */
    public Operation operation(OperationOptions options) throws KamupinException {
        return new Operation(context(), null, this, options);
    }

    /**
     * Has a code issued for an operation in this program; the one before dies.
     *
     * @param code of kind VERIFICATION_CODE; its content is replaced
     * @return seconds that it is good
     * @throws KamupinException secret-kind, order-unknown, order-ended, order-in-use, login-required, session-*,
     *     network-*, service-*
     */
    public int code(Secret code) throws KamupinException {
        int[] secondsLeft = new int[1];
        doing(order -> code.call(secret -> Native.order_code(order, secret, secondsLeft)));
        return secondsLeft[0];
    }

    /**
     * Has a code issued and shown to the person, who types it at another desk; the one before dies.
     *
     * @param show called once with the digits, before this returns; not when it fails. It must not call this order
     *     or its session
     * @throws KamupinException those of {@link #code}
     */
    public void showCode(DigitsListener show) throws KamupinException {
        Sinks.Digits sink = new Sinks.Digits(show, watched());
        try {
            doing(order -> Native.order_code_show(order, sink));
        } finally {
            sink.delete();
        }
    }

    /**
     * Gives it up, and at a desk what was begun with it and has not reached a card. May be repeated.
     *
     * @throws KamupinException order-in-use during card work, order-ended, and those of {@link #read}
     */
    public void cancel() throws KamupinException {
        doing(Native::order_cancel);
    }
}
