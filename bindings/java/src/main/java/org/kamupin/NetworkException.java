// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** No answer came, or none that may be believed. Trying again later may help. */
public final class NetworkException extends KamupinException {
    private static final long serialVersionUID = 1L;

    NetworkException(error raw) {
        super(raw);
    }
}
