// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.Native;
import org.kamupin.internal.cms_options;

/** Signed documents: CMS signatures (RFC 5652) of the form CAdES-B-B, which {@code openssl cms -verify} reads. */
public final class Cms {
    private Cms() {
    }

    /**
     * Signs bytes with a card. What was made is verified before it is given out.
     *
     * @param card whose certificate signs
     * @param content 16 MiB at most
     * @param options how
     * @param pin of kind PIN; stays the caller's
     * @return DER
     * @throws KamupinException those of {@link Card#sign}
     */
    public static byte[] sign(Card card, byte[] content, CmsOptions options, Secret pin) throws KamupinException {
        cms_options raw = options.raw();
        long[] slot = new long[1];
        byte[][] der = new byte[1][];
        try {
            // A list before a card: that is the order in which Certificates.addCard takes them.
            Handle.callOn(options.between(), list -> {
                raw.setBetween(list);
                card.doing(by -> pin.call(given -> Native.card_cms_of(by, content, raw, given, slot)));
                return Status.OK.value();
            });
            Handle.check(Native.cms_der(slot[0], der));
            return der[0];
        } finally {
            Native.cms_free(slot);
            raw.delete();
        }
    }
}
