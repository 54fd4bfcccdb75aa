// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.authorised_info;
import org.kamupin.internal.authorised_row;

/** A list of applications that an authorised person reads and signs. */
public final class AuthorisedList extends OfSession {
    AuthorisedList(Session session, Making making) throws KamupinException {
        super(session, making, Native::authorised_list_free, Native::authorised_list_error);
    }

    /**
     * What it is. Asks nobody.
     *
     * @return a copy
     * @throws KamupinException when this is closed
     */
    public AuthorisedInfo info() throws KamupinException {
        return Filled.of(this, new authorised_info(), authorised_info::delete, AuthorisedInfo::new, Native::authorised_list_read);
    }

    /**
     * Its rows, to be checked by the person who signs.
     *
     * @return unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<AuthorisedRow> rows() throws KamupinException {
        authorised_row raw = new authorised_row();
        try {
            return Filled.each(this, raw, AuthorisedRow::new, Native::authorised_list_row);
        } finally {
            raw.delete();
        }
    }

    /**
     * The very bytes that are signed.
     *
     * @return a copy
     * @throws KamupinException when this is closed
     */
    public byte[] content() throws KamupinException {
        byte[][] slot = new byte[1][];
        doing(list -> Native.authorised_list_content(list, slot));
        return slot[0];
    }

    /**
     * Has the card sign the list, and submits it. When the answer was lost, the next call submits the same signature
     * again.
     *
     * @param card whose certificate signs
     * @param pin of kind PIN; stays the caller's; null when only the answer was lost
     * @param risk what may be risked
     * @throws KamupinException those of a signature; signature-refused, list-signed, list-changed, network-*
     */
    public void sign(Card card, Secret pin, PinRisk... risk) throws KamupinException {
        doing(list -> card.call(by -> callOn(pin, given -> Native.authorised_list_sign(list, by, given, Slots.risks(risk)))));
    }
}
