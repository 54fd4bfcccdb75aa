// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.TypingSink;
import org.kamupin.internal.pad_options;
import org.kamupin.internal.pad_quirks;

/** How an entry at the reader's keypad is asked for; each may be left out. */
public final class PadOptions {
    private int digits;
    private int timeout;
    private int language;
    private Runnable typing;
    private boolean known;
    private int minDigits;
    private int maxDigits;
    private PadQuirk[] quirks = {};

    /** Any number of digits, half a minute, Turkish on the reader's display. */
    public PadOptions() {
    }

    /**
     * How many digits each PIN has, old and new alike.
     *
     * @param count at most 15; 0: any
     * @return this
     */
    public PadOptions digits(int count) {
        digits = count;
        return this;
    }

    /**
     * How long the person may take.
     *
     * @param seconds at most 120; 0: 30
     * @return this
     */
    public PadOptions timeout(int seconds) {
        timeout = seconds;
        return this;
    }

    /**
     * Of the reader's display.
     *
     * @param id a Windows language id; 0: Turkish, 0x041F
     * @return this
     */
    public PadOptions language(int id) {
        language = id;
        return this;
    }

    /**
     * A word on the reader, in place of the library's table and of what the reader says.
     *
     * @param min the fewest digits that it takes; 0: as it says
     * @param max the most; 0: as it says
     * @param otherwise what it does otherwise than it says; nothing: it does as it says
     * @return this
     */
    public PadOptions reader(int min, int max, PadQuirk... otherwise) {
        known = true;
        minDigits = min;
        maxDigits = max;
        quirks = otherwise.clone();
        return this;
    }

    /**
     * Told when everything was checked and the keypad is about to ask, on the calling thread. What it throws is
     * thrown by the call when the entry has ended. It may pull a cancel and do nothing else with the card.
     *
     * @param told what is called
     * @return this
     */
    public PadOptions onTyping(Runnable told) {
        typing = told;
        return this;
    }

    private static final class Typing extends TypingSink {
        private final Runnable told;
        private final Watched watched;

        Typing(Runnable told, Watched watched) {
            this.told = told;
            this.watched = watched;
        }

        @Override
        public void typing() {
            watched.guard(() -> {
                told.run();
                return null;
            }, null);
        }
    }

    /** What the library is given during one call. */
    static final class Given implements AutoCloseable {
        final pad_options raw = new pad_options();
        private final Watched watched = new Watched(null);
        private final Typing sink;
        private final pad_quirks word;

        Given(PadOptions from) {
            raw.setDigits(from.digits);
            raw.setTimeoutSeconds(from.timeout);
            raw.setLanguage(from.language);
            sink = from.typing == null ? null : new Typing(from.typing, watched);
            raw.set_typing(sink);
            word = from.known ? from.word() : null;
            raw.setQuirks(word);
        }

        int settled(int status) throws KamupinException {
            watched.settle();
            return status;
        }

        @Override
        public void close() {
            raw.delete();
            if (word != null) {
                word.delete();
            }
            if (sink != null) {
                sink.delete();
            }
        }
    }

    private pad_quirks word() {
        pad_quirks made = new pad_quirks();
        long flags = 0;
        for (PadQuirk quirk : quirks) {
            flags |= quirk.value();
        }
        made.setFlags(flags);
        made.setMinDigits(minDigits);
        made.setMaxDigits(maxDigits);
        return made;
    }

    Given given() {
        return new Given(this);
    }
}
