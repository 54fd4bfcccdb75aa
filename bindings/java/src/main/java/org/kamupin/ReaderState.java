// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.Arrays;
import org.kamupin.internal.reader_state;

/** One reader as it stands; {@link ReaderBackend#watch} changes it. */
public final class ReaderState {
    private final String name;
    private boolean gone;
    private boolean present;
    private boolean mute;
    private boolean exclusive;
    private long events;
    private byte[] atr = {};
    private long cookie;

    ReaderState(reader_state raw) {
        name = raw.getName();
        take(raw);
    }

    void take(reader_state raw) {
        gone = raw.getGone();
        present = raw.getPresent();
        mute = raw.getMute();
        exclusive = raw.getExclusive();
        events = raw.getEvents();
        atr = Arrays.copyOf(raw.getAtr(), (int) raw.getAtrLength());
        cookie = raw.getCookie();
    }

    void into(reader_state raw) {
        raw.setName(name);
        raw.setGone(gone);
        raw.setPresent(present);
        raw.setMute(mute);
        raw.setExclusive(exclusive);
        raw.setEvents(events);
        raw.setAtr(atr);
        raw.setAtrLength(atr.length);
        raw.setCookie(cookie);
    }

    /**
     * Whether the reader was unplugged, or does not answer.
     *
     * @return true when it is
     */
    public boolean gone() {
        return gone;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void gone(boolean now) {
        gone = now;
    }

    /**
     * Whether a card is in it.
     *
     * @return true when one is
     */
    public boolean present() {
        return present;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void present(boolean now) {
        present = now;
    }

    /**
     * Whether that card does not answer.
     *
     * @return true when it is mute
     */
    public boolean mute() {
        return mute;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void mute(boolean now) {
        mute = now;
    }

    /**
     * Whether another program holds it exclusively.
     *
     * @return true when one does
     */
    public boolean exclusive() {
        return exclusive;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void exclusive(boolean now) {
        exclusive = now;
    }

    /**
     * Counts insertions and removals.
     *
     * @return wraps at 32 bits
     */
    public long events() {
        return events;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void events(long now) {
        events = now;
    }

    /**
     * The card's answer to reset.
     *
     * @return empty without a card, and of a mute one
     */
    public byte[] atr() {
        return atr.clone();
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void atr(byte[] now) {
        atr = now.clone();
    }

    /**
     * The backend's own.
     *
     * @return 0 at first
     */
    public long cookie() {
        return cookie;
    }

    /**
     * Says so.
     *
     * @param now as it is
     */
    public void cookie(long now) {
        cookie = now;
    }

    /**
     * The reader's name.
     *
     * @return as {@link ReaderBackend#readers} gave it
     */
    public String name() {
        return name;
    }
}
