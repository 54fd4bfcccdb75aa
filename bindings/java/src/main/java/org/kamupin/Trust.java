// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.kamupin.internal.Native;
import org.kamupin.internal.check;

/**
 * The roots that a program trusts, and what a check by them finds: chain, dates, and revocation by OCSP or CRL. Calls of
 * several threads go one after another.
 *
 * <pre>{@code
 * try (Trust trust = context.trust(Path.of("SertifikaDeposu.xml"))) {
 *     trust.check(certificate, new CheckOptions()); // throws why it is not genuine and in force
 * }
 * }</pre>
 */
public final class Trust extends Handle {
    Trust(Context context, Path path) throws KamupinException {
        super(new ReentrantLock(), (slot, error) -> context.call(
                owner -> Native.trust_new(owner, path == null ? null : path.toString(), slot, error)), Native::trust_free, context);
    }

    /**
     * Adds a certificate.
     *
     * @param certificate a self-signed one becomes a root
     * @throws KamupinException when one of both is closed
     */
    public void add(Certificate certificate) throws KamupinException {
        checked(error -> call(trust -> certificate.call(one -> Native.trust_add(trust, one, error))));
    }

    /**
     * How many roots it has.
     *
     * @return their number
     * @throws KamupinException when this is closed
     */
    public int roots() throws KamupinException {
        return get(trust -> (int) Native.trust_roots(trust));
    }

    /**
     * How many certificates stand between.
     *
     * @return their number
     * @throws KamupinException when this is closed
     */
    public int between() throws KamupinException {
        return get(trust -> (int) Native.trust_between(trust));
    }

    /**
     * What there is to say of a certificate.
     *
     * @param certificate to be checked
     * @param options how
     * @return its verdict is the first that is wrong, or OK
     * @throws KamupinException only when there is no verdict: cancelled, no-memory
     */
    public Check examine(Certificate certificate, CheckOptions options) throws KamupinException {
        return checked(certificate, options, false);
    }

    /**
     * Checks a certificate, and throws the verdict unless it is OK.
     *
     * @param certificate to be checked
     * @param options how
     * @return what was found
     * @throws KamupinException a {@link CertificateException}: chain-*, certificate-*, revocation-*
     */
    public Check check(Certificate certificate, CheckOptions options) throws KamupinException {
        return checked(certificate, options, true);
    }

    private Check checked(Certificate certificate, CheckOptions options, boolean strict) throws KamupinException {
        check raw = new check();
        try {
            checked(error -> {
                int status = call(trust -> certificate.call(one -> options.call(
                        how -> Native.certificate_check(trust, one, how, raw, error))));
                return strict || status != raw.getVerdict() ? status : Status.OK.value();
            });
            return new Check(raw);
        } finally {
            raw.delete();
        }
    }
}
