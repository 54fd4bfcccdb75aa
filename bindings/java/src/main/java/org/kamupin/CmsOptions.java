// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.cms_options;

/** How a document is signed; each may be left out. */
public final class CmsOptions {
    private boolean detached;
    private long certificate = -1;
    private Hash hash = Hash.SHA256;
    private PinRisk[] risk = {};
    private Certificates between;

    /** With the content inside, by the first certificate that fits, over SHA-256. */
    public CmsOptions() {
    }

    /**
     * Leaves the content outside.
     *
     * @return this
     */
    public CmsOptions detached() {
        detached = true;
        return this;
    }

    /**
     * Whose key signs.
     *
     * @param index as in {@link Card#certificates}; unless said: the first that fits
     * @return this
     */
    public CmsOptions certificate(int index) {
        certificate = index;
        return this;
    }

    /**
     * The hash.
     *
     * @param wanted SHA-256 unless said
     * @return this
     */
    public CmsOptions hash(Hash wanted) {
        hash = wanted;
        return this;
    }

    /**
     * What may be risked.
     *
     * @param taken nothing unless said
     * @return this
     */
    public CmsOptions risk(PinRisk... taken) {
        risk = taken.clone();
        return this;
    }

    /**
     * What is put in beside the signer's certificate, so that whoever verifies has it.
     *
     * @param list not closed before it is signed
     * @return this
     */
    public CmsOptions between(Certificates list) {
        between = list;
        return this;
    }

    Certificates between() {
        return between;
    }

    cms_options raw() {
        cms_options raw = new cms_options();
        raw.setDetached(detached);
        if (certificate >= 0) {
            raw.setCertificate(certificate);
        }
        raw.setHash(hash.value());
        raw.setRisk(Slots.risks(risk));
        return raw;
    }
}
