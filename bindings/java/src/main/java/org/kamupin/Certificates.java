// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.certificate_entry;

/**
 * Certificates of cards, files and the service, each once: what has the same issuer and serial number is one entry,
 * wherever it was found. Calls of several threads go one after another.
 */
public final class Certificates extends Telling implements Iterable<CertificateEntry> {
    Certificates(Context context) throws KamupinException {
        super((slot, error) -> context.call(owner -> Native.certificate_list_new(owner, slot, error)),
                Native::certificate_list_free, Native::certificate_list_error, null, context);
    }

    /**
     * Adds all certificates of bytes.
     *
     * @param bytes DER, or PEM with any number
     * @throws KamupinException certificate-malformed when there is none
     */
    public void add(byte[] bytes) throws KamupinException {
        doing(list -> Native.certificate_list_add(list, bytes));
    }

    /**
     * Adds all certificates of a file, of a folder, or of Kamu SM's SertifikaDeposu.xml.
     *
     * @param path the file
     * @throws KamupinException certificate-file when it cannot be read, or holds none
     */
    public void addFile(Path path) throws KamupinException {
        doing(list -> Native.certificate_list_add_file(list, path.toString()));
    }

    /**
     * Adds those of a card. Nothing is sent to it.
     *
     * @param card that was opened
     * @throws KamupinException when one of both is closed
     */
    public void addCard(Card card) throws KamupinException {
        doing(list -> card.call(by -> Native.certificate_list_add_card(list, by)));
    }

    /**
     * Asks the service for its list and adds it, with what the authority says of each.
     *
     * @param session logged in
     * @param role as for {@link Session#certificates}
     * @throws KamupinException those of {@link Session#certificates}
     */
    public void addService(Session session, Role role) throws KamupinException {
        doing(list -> session.call(by -> Native.certificate_list_add_service(list, by, role.value())));
    }

    /**
     * How many entries.
     *
     * @return their number
     * @throws KamupinException when this is closed
     */
    public int size() throws KamupinException {
        return get(list -> (int) Native.certificate_list_count(list));
    }

    /**
     * The entries as they are now.
     *
     * @return unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<CertificateEntry> list() throws KamupinException {
        certificate_entry raw = new certificate_entry();
        try {
            return get(list -> {
                List<CertificateEntry> found = new ArrayList<>();
                while (Native.certificate_list_get(list, found.size(), raw) == Status.OK.value()) {
                    found.add(new CertificateEntry(this, raw));
                }
                return Collections.unmodifiableList(found);
            });
        } finally {
            raw.delete();
        }
    }

    /**
     * The entries as they are now.
     *
     * @return over {@link #list}
     * @throws UncheckedKamupinException when this is closed
     */
    @Override
    public Iterator<CertificateEntry> iterator() {
        try {
            return list().iterator();
        } catch (KamupinException closed) {
            throw new UncheckedKamupinException(closed);
        }
    }
}
