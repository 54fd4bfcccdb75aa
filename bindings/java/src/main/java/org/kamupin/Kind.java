// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.Map;
import java.util.function.Function;
import org.kamupin.internal.error;

/** Which exception a status is: by its word, by how that begins, else by where it arose. */
enum Kind {
    PLAIN(KamupinException::new), CANCELLED(CancelledException::new), CARD(CardException::new), PIN(PinException::new),
    READER(ReaderException::new), NETWORK(NetworkException::new), SERVICE(ServiceException::new),
    LOGIN(LoginRequiredException::new), CERTIFICATE(CertificateException::new);

    private static final Map<String, Kind> WORDS = Map.of("cancelled", CANCELLED, "operation-cancelled", CANCELLED,
            "login-cancelled", CANCELLED, "login-required", LOGIN, "session-expired", LOGIN, "session-ended", LOGIN,
            "no-reader", READER, "no-card", READER);
    private static final Map<String, Kind> BEGINNINGS = Map.ofEntries(Map.entry("pin", PIN), Map.entry("puk", PIN),
            Map.entry("card", CARD), Map.entry("reader", READER), Map.entry("network", NETWORK), Map.entry("tls", NETWORK),
            Map.entry("http", NETWORK), Map.entry("certificate", CERTIFICATE), Map.entry("chain", CERTIFICATE),
            Map.entry("ocsp", CERTIFICATE), Map.entry("crl", CERTIFICATE), Map.entry("revocation", CERTIFICATE),
            Map.entry("trust", CERTIFICATE));
    private static final Map<Origin, Kind> ORIGINS = Map.of(Origin.CARD, CARD, Origin.READER, READER, Origin.NETWORK, NETWORK,
            Origin.TLS, NETWORK, Origin.HTTP, NETWORK, Origin.SERVICE, SERVICE);

    private final Function<error, KamupinException> make;

    Kind(Function<error, KamupinException> make) {
        this.make = make;
    }

    static Kind of(String word, Origin origin) {
        Kind kind = WORDS.get(word);
        int dash = word.indexOf('-');
        if (kind == null && dash > 0) {
            kind = BEGINNINGS.get(word.substring(0, dash));
        }
        if (kind == null && origin != null) {
            kind = ORIGINS.get(origin);
        }
        return kind == null ? PLAIN : kind;
    }

    KamupinException make(error raw) {
        return make.apply(raw);
    }
}
