// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** Readers and the service that drives them; also a card that is not there. */
public final class ReaderException extends KamupinException {
    private static final long serialVersionUID = 1L;

    ReaderException(error raw) {
        super(raw);
    }
}
