// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** The person, or a cancel of the program's, ended it. */
public final class CancelledException extends KamupinException {
    private static final long serialVersionUID = 1L;

    CancelledException(error raw) {
        super(raw);
    }
}
