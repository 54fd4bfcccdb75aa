// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.charset.StandardCharsets;
import org.kamupin.internal.Native;
import org.kamupin.internal.consent_info;

/** The text of the e-consent ("E-Onay"), to be read by the person and signed with the card. */
public final class Consent extends OfSession {
    Consent(Session session, Making making) throws KamupinException {
        super(session, making, Native::consent_free, Native::consent_error);
    }

    /**
     * What is signed, to be shown as it is.
     *
     * @return the text
     * @throws KamupinException when this is closed
     */
    public String text() throws KamupinException {
        byte[][] slot = new byte[1][];
        doing(consent -> Native.consent_text(consent, slot));
        return new String(slot[0], StandardCharsets.UTF_8);
    }

    /**
     * Until the text is too old to be submitted.
     *
     * @return seconds
     * @throws KamupinException when this is closed
     */
    public int secondsLeft() throws KamupinException {
        return get(Native::consent_seconds_left);
    }

    /**
     * Has the card sign the text, and submits it. When the answer was lost, the next call submits the same signature
     * again, and the card is not asked anew.
     *
     * @param card whose certificate signs
     * @param pin of kind PIN; stays the caller's; null when only the answer was lost
     * @param risk what may be risked
     * @return where the consent stands now
     * @throws KamupinException those of a signature; signature-refused, consent-expired, consent-given, network-*
     */
    public ConsentInfo sign(Card card, Secret pin, PinRisk... risk) throws KamupinException {
        return Filled.of(this, new consent_info(), consent_info::delete, ConsentInfo::new, (consent, raw) -> card.call(
                by -> callOn(pin, given -> Native.consent_sign(consent, by, given, Slots.risks(risk), raw))));
    }
}
