// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.List;

/** A certificate as its authority knows it. */
public final class CertificateDetails {
    private final CertificateRecord record;
    private final Certificate certificate;
    private final List<CertificateEvent> events;

    CertificateDetails(CertificateRecord record, Certificate certificate, List<CertificateEvent> events) {
        this.record = record;
        this.certificate = certificate;
        this.events = events;
    }

    /**
     * Where it stands.
     *
     * @return a copy
     */
    public CertificateRecord record() {
        return record;
    }

    /**
     * The certificate itself.
     *
     * @return the caller's to close
     */
    public Certificate certificate() {
        return certificate;
    }

    /**
     * What befell it.
     *
     * @return the oldest first; unmodifiable
     */
    public List<CertificateEvent> events() {
        return events;
    }
}
