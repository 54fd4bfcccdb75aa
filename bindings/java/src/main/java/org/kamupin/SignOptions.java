// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.sign_request;

/** How a card is to sign; each may be left out. */
public final class SignOptions {
    private Hash hash = Hash.SHA256;
    private SignForm form = SignForm.BY_KEY;
    private int certificate = -1;
    private PinRisk[] risk = {};

    /** SHA-256, as the key is, with the first certificate that fits. */
    public SignOptions() {
    }

    /**
     * The hash that was made of the data.
     *
     * @param made SHA-256 unless said
     * @return this
     */
    public SignOptions hash(Hash made) {
        hash = made;
        return this;
    }

    /**
     * Algorithm and form of the signature.
     *
     * @param wanted as the key is unless said
     * @return this
     */
    public SignOptions form(SignForm wanted) {
        form = wanted;
        return this;
    }

    /**
     * Whose key signs.
     *
     * @param index in {@link Card#certificates()}; the first valid one that fits unless said
     * @return this
     */
    public SignOptions certificate(int index) {
        certificate = index;
        return this;
    }

    /**
     * What may be risked.
     *
     * @param taken nothing unless said
     * @return this
     */
    public SignOptions risk(PinRisk... taken) {
        risk = taken.clone();
        return this;
    }

    Hash hash() {
        return hash;
    }

    long risks() {
        return Slots.risks(risk);
    }

    /** -1: any. */
    int certificate() {
        return certificate;
    }

    sign_request request(byte[] digest) {
        sign_request raw = new sign_request();
        raw.setHash(hash.value());
        raw.setForm(form.value());
        raw.setDigest(digest);
        raw.setDigestLength(digest.length);
        raw.setRisk(risks());
        if (certificate >= 0) {
            raw.setCertificate(certificate);
        }
        return raw;
    }
}
