// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.Native;

/** Ends the calls it was given to. Every method may be called from any thread. */
public final class Cancel extends Handle {
    /**
     * One that is not pulled.
     *
     * @param context whose calls it is for
     * @throws KamupinException when there is no memory, or the context is closed
     */
    public Cancel(Context context) throws KamupinException {
        super((slot, error) -> context.call(owner -> Native.cancel_new(owner, slot, error)), Native::cancel_free, context);
    }

    /**
     * Ends the call that runs, and every later one.
     *
     * @throws KamupinException when this is closed
     */
    public void pull() throws KamupinException {
        call(raw -> {
            Native.cancel_pull(raw);
            return 0;
        });
    }

    /** Pulls it, unless it is closed and nothing uses it any more. */
    void pullIfOpen() {
        try {
            pull();
        } catch (KamupinException closed) {
            return;
        }
    }

    /**
     * Lets calls run again; no call may be using it.
     *
     * @throws KamupinException when this is closed
     */
    public void clear() throws KamupinException {
        call(raw -> {
            Native.cancel_clear(raw);
            return 0;
        });
    }

    /**
     * Whether it was pulled.
     *
     * @return true after {@link #pull()}
     * @throws KamupinException when this is closed
     */
    public boolean pulled() throws KamupinException {
        return call(raw -> Native.cancel_pulled(raw) ? 1 : 0) != 0;
    }
}
