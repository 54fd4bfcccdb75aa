// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.function.Consumer;

/** What hangs on a session and has a life of its own. Its calls and the session's go one at a time. */
abstract class OfSession extends Telling {
    private final Context context;
    private final Watched watched;

    OfSession(Session session, Making making, Consumer<long[]> free, Told told) throws KamupinException {
        super(session.turn(), making, free, told, session.watched(), session);
        context = session.context();
        watched = session.watched();
    }

    final Context context() {
        return context;
    }

    final Watched watched() {
        return watched;
    }
}
