// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.time.Duration;
import java.time.Instant;
import org.kamupin.internal.check_options;

/** How a certificate is checked; each may be left out. */
public final class CheckOptions {
    private boolean offline;
    private boolean ocsp = true;
    private boolean crl = true;
    private boolean leafOnly;
    private Instant at;
    private Duration crlAge = Duration.ZERO;
    private Certificates between;
    private Cancel cancel;

    /** Everything is asked: OCSP, then CRLs, for the whole chain, now. */
    public CheckOptions() {
    }

    /**
     * Asks nobody; a CRL that was kept and is current still counts.
     *
     * @return this
     */
    public CheckOptions offline() {
        offline = true;
        return this;
    }

    /**
     * Does not ask by OCSP.
     *
     * @return this
     */
    public CheckOptions withoutOcsp() {
        ocsp = false;
        return this;
    }

    /**
     * Does not ask for CRLs. Without OCSP either, a verdict says nothing of revocation.
     *
     * @return this
     */
    public CheckOptions withoutCrl() {
        crl = false;
        return this;
    }

    /**
     * Does not ask about the certificates above.
     *
     * @return this
     */
    public CheckOptions leafOnly() {
        leafOnly = true;
        return this;
    }

    /**
     * Judges chain and dates at a moment; revocation is always as known now.
     *
     * @param moment now unless said
     * @return this
     */
    public CheckOptions at(Instant moment) {
        at = moment;
        return this;
    }

    /**
     * Uses a kept CRL without fetching it again when it was fetched so short a time ago.
     *
     * @param age unless said, and for null, zero and less: any that is current
     * @return this
     */
    public CheckOptions crlAge(Duration age) {
        crlAge = age;
        return this;
    }

    /**
     * Further certificates that may stand between.
     *
     * @param list not closed before the check has ended
     * @return this
     */
    public CheckOptions between(Certificates list) {
        between = list;
        return this;
    }

    /**
     * What ends the check.
     *
     * @param by pulled from any thread
     * @return this
     */
    public CheckOptions cancel(Cancel by) {
        cancel = by;
        return this;
    }

    /** Calls with them as the library has them. */
    int call(ToCall call) throws KamupinException {
        check_options raw = new check_options();
        try {
            raw.setOffline(offline);
            raw.setNoOcsp(!ocsp);
            raw.setNoCrl(!crl);
            raw.setLeafOnly(leafOnly);
            raw.setAt(at == null ? 0 : at.getEpochSecond());
            raw.setCrlAge(crlAge == null ? 0 : Math.max(0, crlAge.getSeconds()));
            return Handle.callOn(between, list -> Handle.callOn(cancel, by -> {
                raw.setBetween(list);
                raw.setCancel(by);
                return call.of(raw);
            }));
        } finally {
            raw.delete();
        }
    }

    /** The check. */
    @FunctionalInterface
    interface ToCall {
        int of(check_options raw) throws KamupinException;
    }
}
