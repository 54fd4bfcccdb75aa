// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.function.Consumer;

/** What a session may be told; each may be left out. */
public final class SessionOptions {
    private String redirect;
    private Consumer<byte[]> keep;

    /** A session without a login in a browser, whose tokens live in its handle alone. */
    public SessionOptions() {
    }

    /**
     * Where the browser comes back to.
     *
     * @param address a loopback address with a port, such as {@link LoginListener#redirect}, or a scheme of the
     *     application's own; unless said: no login in a browser
     * @return this
     */
    public SessionOptions redirect(String address) {
        redirect = address;
        return this;
    }

    /**
     * Keeps what {@link Session#restore} goes on with in another process.
     *
     * @param listener called after each login and renewal with opaque bytes, and with none when the session has
     *     ended. The bytes hold its tokens and its key: a secret of the application, wiped when the listener
     *     returns. It must not call the session
     * @return this
     */
    public SessionOptions keep(Consumer<byte[]> listener) {
        keep = listener;
        return this;
    }

    String redirect() {
        return redirect;
    }

    Consumer<byte[]> keep() {
        return keep;
    }
}
