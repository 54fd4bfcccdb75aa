// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.kamupin.internal.Native;
import org.kamupin.internal.certificate_record;
import org.kamupin.internal.factor;
import org.kamupin.internal.revocation_info;

/**
 * A revocation that was prepared with {@link Session#revoke}: nothing is revoked before {@link #confirm}, and what was
 * confirmed is for ever. Closing it gives up what was not confirmed, after a call on the
 * session that another thread is in. Calls of several threads on what hangs on one session go one after another.
 */
public final class Revocation extends OfSession {
    Revocation(Session session, Making making) throws KamupinException {
        // What was not confirmed is given up by way of the session.
        super(session, making, freeing(session.turn()), Native::revocation_error);
    }

    private static Consumer<long[]> freeing(ReentrantLock turn) {
        return slot -> {
            turn.lock();
            try {
                Native.revocation_free(slot);
            } finally {
                turn.unlock();
            }
        };
    }

    /**
     * What would be revoked, or was. Asks nobody.
     *
     * @return a copy
     * @throws KamupinException when this is closed
     */
    public RevocationInfo info() throws KamupinException {
        return Filled.of(this, new revocation_info(), revocation_info::delete, RevocationInfo::new, Native::revocation_read);
    }

    /**
     * What will be lost, to be shown before the person confirms.
     *
     * @param language of the sentences
     * @return sentences; unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<String> losses(Language language) throws KamupinException {
        return get(revocation -> {
            List<String> found = new ArrayList<>();
            String text = Native.revocation_loss(revocation, 0, language.value());
            while (text != null) {
                found.add(text);
                text = Native.revocation_loss(revocation, found.size(), language.value());
            }
            return Collections.unmodifiableList(found);
        });
    }

    /**
     * Begins the second factor, sends a new SMS, or changes over.
     *
     * @param type which; ANY: the service's first
     * @return what a person is shown of it
     * @throws KamupinException revocation-expired, sms-resend-too-soon, phone-out-of-date, sms-code-exhausted,
     *     network-*, service-*
     */
    public Factor beginFactor(FactorType type) throws KamupinException {
        return Filled.of(this, new factor(), factor::delete, Factor::new,
                (revocation, raw) -> Native.revocation_begin_factor(revocation, type.value(), raw));
    }

    /**
     * What a person is shown of the factor now. Asks nobody.
     *
     * @return a copy
     * @throws KamupinException wrong-state before one was begun
     */
    public Factor factor() throws KamupinException {
        return Filled.of(this, new factor(), factor::delete, Factor::new, Native::revocation_factor);
    }

    /**
     * Revokes, for ever. Repeated after a lost answer it is one revocation.
     *
     * @param secret of kind SMS_CODE or WEB_PASSWORD, whichever was begun; stays the caller's
     * @return what the certificate is now
     * @throws KamupinException for a wrong code with the tries that are left; revocation-expired: nothing was
     *     revoked. After any other failure {@link #cancel} says what came of it
     */
    public CertificateRecord confirm(Secret secret) throws KamupinException {
        return Filled.of(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                (revocation, raw) -> secret.call(given -> Native.revocation_confirm(revocation, given, raw)));
    }

    /**
     * Gives it up, and returns when nothing was revoked and nothing will be. May be repeated, and takes seven
     * seconds at most.
     *
     * @throws KamupinException certificate-revoked: it came too late; revocation-unsettled: that is not known
     */
    public void cancel() throws KamupinException {
        doing(Native::revocation_cancel);
    }
}
