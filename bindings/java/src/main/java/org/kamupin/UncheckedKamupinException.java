// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** A {@link KamupinException}, its cause, where only an unchecked one can be thrown: by iterators. */
public final class UncheckedKamupinException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UncheckedKamupinException(KamupinException cause) {
        super(cause.getMessage(), cause);
    }

    @Override
    public synchronized KamupinException getCause() {
        return (KamupinException) super.getCause();
    }
}
