// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** The PIN was refused, or would be: wrong, blocked, too few tries left, not a PIN at all. */
public final class PinException extends CardException {
    private static final long serialVersionUID = 1L;

    PinException(error raw) {
        super(raw);
    }
}
