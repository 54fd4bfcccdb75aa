// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.error;

/** A certificate, its chain or its revocation. */
public final class CertificateException extends KamupinException {
    private static final long serialVersionUID = 1L;

    CertificateException(error raw) {
        super(raw);
    }
}
