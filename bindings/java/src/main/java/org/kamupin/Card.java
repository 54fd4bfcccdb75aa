// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.card_info;
import org.kamupin.internal.pad_info;
import org.kamupin.internal.sign_request;
import org.kamupin.internal.signature;

/**
 * One card, opened for PIN work. Closing it disconnects and resets nothing. Calls of several threads go one
 * after another; a {@link Cancel} that it was opened with is pulled by any at any time.
 *
 * <p>Before each PIN command the card is asked how many tries are left, and below the floor nothing is
 * sent; nothing is ever sent twice. What goes beyond has to be said with {@link PinRisk} values.
 */
public final class Card extends Telling {
    Card(Context context, String which, Cancel cancel) throws KamupinException {
        super((slot, error) -> context.call(owner ->
                callOn(cancel, by -> Native.card_open(owner, which, by, slot, error))),
                Native::card_free, Native::card_error, null, context, cancel);
    }

    /**
     * What the card says now: its identity, PIN state and tries. Spends no try.
     *
     * @return a copy
     * @throws KamupinException card-removed, card-swapped, card-reset, reader-…
     */
    public CardInfo read() throws KamupinException {
        card_info raw = new card_info();
        try {
            doing(card -> Native.card_read(card, raw));
            return new CardInfo(raw);
        } finally {
            raw.delete();
        }
    }

    /**
     * The certificates on it, as they were read when it was opened.
     *
     * @return DER, in the card's order; unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<byte[]> certificates() throws KamupinException {
        return get(card -> {
            List<byte[]> found = new ArrayList<>();
            byte[][] slot = new byte[1][];
            while (Native.card_certificate(card, found.size(), slot) == Status.OK.value()) {
                found.add(slot[0]);
            }
            return Collections.unmodifiableList(found);
        });
    }

    /**
     * Throws why a PIN command would be refused now: to be called before a person is asked for a PIN. Spends no
     * try.
     *
     * @param risk as it will be given to the command itself
     * @throws KamupinException pin-blocked, pin-not-set, pin-last-try, pin-tries-unknown, command-unproven, …
     */
    public void checkReady(PinRisk... risk) throws KamupinException {
        doing(card -> Native.pin_ready(card, Slots.risks(risk)));
    }

    /**
     * Verifies the PIN and logs the card out again. A wrong one costs a try.
     *
     * @param pin of kind PIN; stays the caller's
     * @param risk what may be risked
     * @throws KamupinException a {@link PinException} for a wrong one, with the tries that are left
     */
    public void verify(Secret pin, PinRisk... risk) throws KamupinException {
        doing(card -> pin.call(given -> Native.pin_verify(card, given, Slots.risks(risk))));
    }

    /**
     * Changes the PIN, knowing the old one. After card-removed, card-reset, reader-failed and
     * reader-service-down the card may hold the old PIN or the new one.
     *
     * @param old the PIN; a wrong one costs a try
     * @param pin the new one
     * @param again the new one as it was typed a second time; may be the same object
     * @param risk what may be risked
     * @throws KamupinException a {@link PinException} when either is refused
     */
    public void changePin(Secret old, Secret pin, Secret again, PinRisk... risk) throws KamupinException {
        doing(card -> old.call(was -> pin.call(one ->
                again.call(two -> Native.pin_change(card, was, one, two, Slots.risks(risk))))));
    }

    /**
     * Which certificate's key would sign, or why none would: to be called before a person is asked for the PIN.
     * Spends no try.
     *
     * @param how as it will be given to {@link #sign}
     * @return the certificate's place in {@link #certificates()}
     * @throws KamupinException pin-blocked, certificate-not-valid, key-unsuitable, …
     */
    public int checkSign(SignOptions how) throws KamupinException {
        sign_request request = how.request(new byte[0]);
        long[] certificate = new long[1];
        try {
            doing(card -> Native.card_sign_ready(card, request, certificate));
            return (int) certificate[0];
        } finally {
            request.delete();
        }
    }

    /**
     * Has the card sign a hash, and checks the signature against the certificate before it is given out. Nothing
     * is sent twice: after card-removed and the like the card may have signed, and what it signed is lost.
     *
     * @param digest the hash, as long as its kind is
     * @param pin of kind PIN; a wrong one costs a try
     * @param how algorithm, certificate and risk
     * @return the signature
     * @throws KamupinException a {@link PinException} for a wrong PIN; certificate-not-valid, key-unsuitable, …
     */
    public Signature sign(byte[] digest, Secret pin, SignOptions how) throws KamupinException {
        sign_request request = how.request(digest);
        signature made = new signature();
        try {
            doing(card -> pin.call(given -> Native.card_sign(card, request, given, made)));
            return new Signature(made);
        } finally {
            request.delete();
            made.delete();
        }
    }

    /**
     * What the keypad of the card's reader can do with this card. Sends nothing to the card.
     *
     * @param how its digits count
     * @return neither verify nor change for a reader without a keypad
     * @throws KamupinException card-removed, reader-…
     */
    public PadInfo pad(PadOptions how) throws KamupinException {
        pad_info filled = new pad_info();
        try (PadOptions.Given given = how.given()) {
            doing(card -> Native.pad_read(card, given.raw, filled));
            return new PadInfo(filled);
        } finally {
            filled.delete();
        }
    }

    /**
     * Verifies a PIN that is typed at the reader's keypad, and logs the card out again. Returns when the entry has
     * ended. A wrong PIN costs a try.
     *
     * @param how how it is asked for
     * @param risk what may be risked
     * @throws KamupinException pin-pad-unsupported, cancelled, timed-out, pin-pad-length, pin-wrong, …
     */
    public void verifyAtPad(PadOptions how, PinRisk... risk) throws KamupinException {
        try (PadOptions.Given given = how.given()) {
            doing(card -> given.settled(Native.pad_verify(card, given.raw, Slots.risks(risk))));
        }
    }

    /**
     * Changes the PIN at the reader's keypad: the old one, the new one, and the new one again.
     *
     * @param how how they are asked for
     * @param risk what may be risked
     * @throws KamupinException as {@link #verifyAtPad}, and pin-mismatch
     */
    public void changeAtPad(PadOptions how, PinRisk... risk) throws KamupinException {
        try (PadOptions.Given given = how.given()) {
            doing(card -> given.settled(Native.pad_change(card, given.raw, Slots.risks(risk))));
        }
    }
}
