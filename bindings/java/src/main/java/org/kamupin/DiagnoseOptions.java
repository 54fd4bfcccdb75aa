// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

/** What a diagnosis is to look at; each may be left out. */
public final class DiagnoseOptions {
    private String service;
    private boolean offline;
    private int days;
    private Trust trust;
    private Cancel cancel;

    /** Readers, cards, certificates and this machine; no service. */
    public DiagnoseOptions() {
    }

    /**
     * The service that is meant.
     *
     * @param address unless said: neither a service nor the clock is looked at
     * @return this
     */
    public DiagnoseOptions service(String address) {
        service = address;
        return this;
    }

    /**
     * No network at all.
     *
     * @return this
     */
    public DiagnoseOptions offline() {
        offline = true;
        return this;
    }

    /**
     * How soon a certificate has to end to be a trouble.
     *
     * @param count days; 30 unless said
     * @return this
     */
    public DiagnoseOptions days(int count) {
        days = count;
        return this;
    }

    /**
     * For whether certificates are revoked, which is asked by OCSP.
     *
     * @param roots not closed before the call has ended; not asked unless said
     * @return this
     */
    public DiagnoseOptions trust(Trust roots) {
        trust = roots;
        return this;
    }

    /**
     * What ends the diagnosis.
     *
     * @param by pulled from any thread
     * @return this
     */
    public DiagnoseOptions cancel(Cancel by) {
        cancel = by;
        return this;
    }

    String service() {
        return service;
    }

    boolean isOffline() {
        return offline;
    }

    int days() {
        return days;
    }

    Trust trust() {
        return trust;
    }

    Cancel cancel() {
        return cancel;
    }
}
