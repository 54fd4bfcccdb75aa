// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.Native;

/** Ends the calls it was given to, from any thread. */
public final class Cancel extends Handle {
    public Cancel(Context context) throws KamupinException {
        super(make(context), Native::cancel_free, context);
    }

    private static long[] make(Context context) throws KamupinException {
        long owner = context.raw();
        return made((slot, error) -> Native.cancel_new(owner, slot, error));
    }

    /** Ends the call that runs, and every later one. */
    public void pull() throws KamupinException {
        Native.cancel_pull(raw());
    }

    /** Lets calls run again. */
    public void clear() throws KamupinException {
        Native.cancel_clear(raw());
    }

    /** Whether it was pulled. */
    public boolean pulled() throws KamupinException {
        return Native.cancel_pulled(raw());
    }
}
