// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Machine.java: a context on a machine without a reader daemon and without a network, for the tests of this folder.
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.function.Executable;

/** What the tests have in common. */
final class Machine {
    /** Nobody listens there. */
    static final String NOWHERE = "https://127.0.0.1:9/kamupin/v1";

    private Machine() {
    }

    static Context context(Path folder) throws KamupinException {
        return new Context(new ContextOptions().stateFolder(folder));
    }

    static KamupinException refused(Status status, Executable call) {
        KamupinException error = assertThrows(KamupinException.class, call);
        assertEquals(status, error.status(), error.getMessage());
        return error;
    }
}
