// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** There is no session, or it is over: log in again. */
public final class LoginRequiredException extends ServiceException {
    private static final long serialVersionUID = 1L;

    LoginRequiredException(error raw) {
        super(raw);
    }
}
