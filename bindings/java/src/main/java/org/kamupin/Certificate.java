// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.certificate_info;
import org.kamupin.internal.identity;

/**
 * What a certificate says. That it is genuine and in force is for {@link Trust} to find out. May be read by several
 * threads.
 */
public final class Certificate extends Handle {
    Certificate(Context context, byte[] bytes) throws KamupinException {
        this(context, (slot, error) -> context.call(owner -> Native.certificate_new(owner, bytes, slot, error)));
    }

    /** One that the caller owns. */
    Certificate(Context context, Making making) throws KamupinException {
        super(making, Native::certificate_free, context);
    }

    /** One that a list owns. */
    Certificate(Certificates list, long borrowed) throws KamupinException {
        super(of(borrowed), kept -> { }, list);
    }

    /**
     * Dates, kind, key, serial number.
     *
     * @return a copy; its validity is as of now
     * @throws KamupinException when this is closed
     */
    public CertificateInfo info() throws KamupinException {
        certificate_info raw = new certificate_info();
        try {
            check(call(certificate -> Native.certificate_read(certificate, raw)));
            return new CertificateInfo(raw);
        } finally {
            raw.delete();
        }
    }

    /**
     * The holder's whole identity number: whoever calls this says by it that it may be seen.
     *
     * @return null when there is none
     * @throws KamupinException when this is closed
     */
    public Identity identity() throws KamupinException {
        identity raw = new identity();
        try {
            return call(certificate -> Native.certificate_identity(certificate, raw)) == Status.OK.value() ? new Identity(raw) : null;
        } finally {
            raw.delete();
        }
    }

    /**
     * Its bytes.
     *
     * @return DER, a copy
     * @throws KamupinException when this is closed
     */
    public byte[] der() throws KamupinException {
        byte[][] slot = new byte[1][];
        check(call(certificate -> Native.certificate_der(certificate, slot)));
        return slot[0];
    }

    /**
     * All that it says in a field, fit to be shown; numbers of people have stars in some ({@link CertificateField}).
     *
     * @param field which
     * @return unmodifiable; empty when it says nothing
     * @throws KamupinException when this is closed
     */
    public List<String> texts(CertificateField field) throws KamupinException {
        return get(certificate -> {
            List<String> found = new ArrayList<>();
            String text = Native.certificate_text(certificate, field.value(), 0);
            while (text != null) {
                found.add(text);
                text = Native.certificate_text(certificate, field.value(), found.size());
            }
            return Collections.unmodifiableList(found);
        });
    }

    /**
     * The first that it says in a field.
     *
     * @param field which
     * @return "" when it says nothing
     * @throws KamupinException when this is closed
     */
    public String text(CertificateField field) throws KamupinException {
        String text = get(certificate -> Native.certificate_text(certificate, field.value(), 0));
        return text == null ? "" : text;
    }

    /**
     * Whose it is, for showing.
     *
     * @return the holder's name
     * @throws KamupinException when this is closed
     */
    public String holder() throws KamupinException {
        return text(CertificateField.HOLDER);
    }

    /**
     * The serial number.
     *
     * @return upper-case hex
     * @throws KamupinException when this is closed
     */
    public String serial() throws KamupinException {
        return text(CertificateField.SERIAL);
    }
}
