// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.Set;
import org.kamupin.internal.certificate_entry;

/** One certificate of a list, and who told of it. */
public final class CertificateEntry {
    private final Set<CertificateSource> sources;
    private final Certificate certificate;
    private final CertificateRecord record;
    private final String cardId;
    private final long cardIndex;
    private final String reader;

    CertificateEntry(Certificates list, certificate_entry raw) throws KamupinException {
        sources = CertificateSource.of(raw.getSources());
        certificate = raw.getCertificate() == 0 ? null : new Certificate(list, raw.getCertificate());
        record = sources.contains(CertificateSource.SERVICE) ? new CertificateRecord(raw.getRecord()) : null;
        cardId = raw.getCardId();
        cardIndex = raw.getCardIndex();
        reader = raw.getReader();
    }

    /**
     * Where it was found.
     *
     * @return a set
     */
    public Set<CertificateSource> sources() {
        return sources;
    }

    /**
     * The certificate.
     *
     * @return null: only the service told of it
     */
    public Certificate certificate() {
        return certificate;
    }

    /**
     * What the authority says.
     *
     * @return null unless the service told of it
     */
    public CertificateRecord record() {
        return record;
    }

    /**
     * The card that it is on.
     *
     * @return "" for none
     */
    public String cardId() {
        return cardId;
    }

    /**
     * Which certificate of that card.
     *
     * @return an index as in {@link Card#certificates}
     */
    public long cardIndex() {
        return cardIndex;
    }

    /**
     * The reader with that card.
     *
     * @return "" for none
     */
    public String reader() {
        return reader;
    }
}
