// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** The card, or what it says. */
public class CardException extends KamupinException {
    private static final long serialVersionUID = 1L;

    CardException(error raw) {
        super(raw);
    }
}
