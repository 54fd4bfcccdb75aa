// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** The service's own word. */
public class ServiceException extends KamupinException {
    private static final long serialVersionUID = 1L;

    ServiceException(error raw) {
        super(raw);
    }
}
