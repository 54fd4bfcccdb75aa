// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.debts;
import org.kamupin.internal.seal_authority;
import org.kamupin.internal.shipment;

/**
 * What may be asked of a service without a login. Numbers are checked here first; they are personal data, and in no
 * exception. Several threads may use one.
 */
public final class Inquiries implements AutoCloseable {
    private final Context context;
    private final String service;
    private final Cancel cancel;

    Inquiries(Context context, String service) throws KamupinException {
        this.context = context;
        this.service = service;
        cancel = new Cancel(context);
    }

    /**
     * Whether an organisation may have an electronic seal.
     *
     * @param organisation a VKN or DETSİS number
     * @return whether, and its name
     * @throws KamupinException identity-malformed (nothing was sent), inquiry-unknown, rate-limited, url-refused,
     *     cancelled, network-*, tls-*, service-*
     */
    public SealAuthority sealAuthority(Identity organisation) throws KamupinException {
        seal_authority raw = new seal_authority();
        try {
            Handle.checked(error -> context.call(owner -> cancel.call(
                    by -> Native.inquire_seal_authority(owner, service, organisation.raw(), by, raw, error))));
            return new SealAuthority(raw);
        } finally {
            raw.delete();
        }
    }

    /**
     * What a person or an organisation still has to pay.
     *
     * @param payer a T.C., passport or VKN number
     * @return unmodifiable; empty for nothing
     * @throws KamupinException those of {@link #sealAuthority}
     */
    public List<Debt> debts(Identity payer) throws KamupinException {
        debts raw = new debts();
        try {
            Handle.checked(error -> context.call(owner -> cancel.call(
                    by -> Native.inquire_debt(owner, service, payer.raw(), by, raw, error))));
            return new Debts(raw).debt();
        } finally {
            raw.delete();
        }
    }

    /**
     * Where a delivery is.
     *
     * @param tracking 4 to 40 letters, digits and hyphens
     * @return where, and since when
     * @throws KamupinException those of {@link #sealAuthority}
     */
    public Shipment shipment(String tracking) throws KamupinException {
        shipment raw = new shipment();
        try {
            Handle.checked(error -> context.call(owner -> cancel.call(
                    by -> Native.inquire_shipment(owner, service, tracking, by, raw, error))));
            return new Shipment(raw);
        } finally {
            raw.delete();
        }
    }

    /** Ends the inquiries that run and every later one. From any thread. */
    public void cancel() {
        cancel.pullIfOpen();
    }

    /** Lets go. */
    @Override
    public void close() {
        cancel.close();
    }
}
