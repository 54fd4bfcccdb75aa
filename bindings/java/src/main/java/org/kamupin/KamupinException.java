// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.Locale;
import org.kamupin.internal.Native;
import org.kamupin.internal.error;

/**
 * Something went wrong. The message says what happened and what to do next, in English;
 * {@link #text(Language)} in either language. {@link #status()} says it exactly.
 */
public class KamupinException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient error raw;
    private final Status status;
    private final String message;

    KamupinException(error raw) {
        this.raw = raw;
        this.status = Status.of(raw.getStatus());
        this.message = Native.error_text(raw, Language.ENGLISH.value());
    }

    static KamupinException of(int status) {
        error raw = new error();
        raw.setStatus(status);
        return new KamupinException(raw);
    }

    /** The exception for a record that is part of another; null where it says nothing. */
    static KamupinException in(error part) {
        return part.getStatus() == 0 ? null : new KamupinException(Native.error_copy(part));
    }

    /** What: an entry of the catalogue (docs/errors). Null for one that is newer than this class. */
    public Status status() {
        return status;
    }

    /** The status' stable word, such as "pin-blocked". */
    public String name() {
        return Native.status_name(raw.getStatus());
    }

    /** Where it arose. */
    public Origin origin() {
        return Origin.of(raw.getOrigin());
    }

    /** The card's SW1-SW2; 0 when none. */
    public int statusWord() {
        return (int) raw.getStatusWord();
    }

    /** Tries left of what was refused; -1 when not known or no matter of tries. */
    public int triesLeft() {
        return raw.getTriesLeft();
    }

    /** Seconds until it makes sense to try again; -1 when not said. */
    public int retryAfter() {
        return raw.getWaitSeconds();
    }

    /** The HTTP status code; 0 when none. */
    public int httpStatus() {
        return raw.getHttpStatus();
    }

    /** The PC/SC, curl or errno code behind it; 0 when none. */
    public long platformCode() {
        return raw.getPlatformCode();
    }

    /** Of a refused secret: what it looks like instead. */
    public Look looksLike() {
        return Look.of(raw.getLooksLike());
    }

    /** Technical English for a log. */
    public String detail() {
        return raw.getDetail();
    }

    /** What to do next, in English. */
    public String remedy() {
        return remedy(Language.ENGLISH);
    }

    /** What to do next. */
    public String remedy(Language language) {
        return Native.status_remedy(raw.getStatus(), language.value());
    }

    /** What happened and what to do next, with tries and time filled in. */
    public String text(Language language) {
        return Native.error_text(raw, language.value());
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** In Turkish where the default locale is, else in English. */
    @Override
    public String getLocalizedMessage() {
        return "tr".equals(Locale.getDefault().getLanguage()) ? text(Language.TURKISH) : message;
    }
}
