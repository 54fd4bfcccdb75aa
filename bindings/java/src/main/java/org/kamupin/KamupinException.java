// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.util.Locale;
import org.kamupin.internal.Native;
import org.kamupin.internal.error;

/**
 * Something went wrong. The message says what happened and what to do next, in English;
 * {@link #text(Language)} in either language. The subclasses are for what a program does differently;
 * {@link #status()} says it exactly.
 *
 * @serial exclude
 */
public class KamupinException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int code;
    private final Origin origin;
    private final int statusWord;
    private final int triesLeft;
    private final int retryAfter;
    private final int httpStatus;
    private final long platformCode;
    private final Look looksLike;
    private final String problemType;
    private final String detail;
    private final String turkish;
    private final String english;

    KamupinException(error raw) {
        code = raw.getStatus();
        origin = Origin.of(raw.getOrigin());
        statusWord = (int) raw.getStatusWord();
        triesLeft = raw.getTriesLeft();
        retryAfter = raw.getWaitSeconds();
        httpStatus = raw.getHttpStatus();
        platformCode = raw.getPlatformCode();
        looksLike = Look.of(raw.getLooksLike());
        problemType = raw.getProblemType();
        detail = raw.getDetail();
        turkish = Native.error_text(raw, Language.TURKISH.value());
        english = Native.error_text(raw, Language.ENGLISH.value());
    }

    /** The exception for a record, which stays the caller's. */
    static KamupinException of(error raw) {
        return Kind.of(Native.status_name(raw.getStatus()), Origin.of(raw.getOrigin())).make(raw);
    }

    static KamupinException of(int status) {
        return of(status, "");
    }

    private static KamupinException of(int status, String detail) {
        error raw = new error();
        try {
            raw.setStatus(status);
            raw.setDetail(detail);
            return of(raw);
        } finally {
            raw.delete();
        }
    }

    static KamupinException of(Status status, String detail) {
        return of(status.value(), detail);
    }

    /** The exception for a record that is part of another; null where it says nothing. */
    static KamupinException in(error part) {
        return part == null || part.getStatus() == Status.OK.value() ? null : of(part);
    }

    /**
     * What: an entry of the catalogue (docs/errors).
     *
     * @return null for one that is newer than this class
     */
    public Status status() {
        return Status.of(code);
    }

    /**
     * The status' stable word.
     *
     * @return such as "pin-blocked"
     */
    public String name() {
        return Native.status_name(code);
    }

    /**
     * Where it arose.
     *
     * @return the part of the world that said so
     */
    public Origin origin() {
        return origin;
    }

    /**
     * The card's SW1-SW2.
     *
     * @return 0 when none
     */
    public int statusWord() {
        return statusWord;
    }

    /**
     * Tries left of what was refused.
     *
     * @return -1 when not known or no matter of tries
     */
    public int triesLeft() {
        return triesLeft;
    }

    /**
     * Seconds until it makes sense to try again.
     *
     * @return -1 when not said
     */
    public int retryAfter() {
        return retryAfter;
    }

    /**
     * The HTTP status code.
     *
     * @return 0 when none
     */
    public int httpStatus() {
        return httpStatus;
    }

    /**
     * The PC/SC, curl or errno code behind it.
     *
     * @return 0 when none
     */
    public long platformCode() {
        return platformCode;
    }

    /**
     * Of a refused secret: what it looks like instead.
     *
     * @return {@link Look#NOTHING} when that is no matter here
     */
    public Look looksLike() {
        return looksLike;
    }

    /**
     * The service's own word for the problem (RFC 9457).
     *
     * @return "" when none
     */
    public String problemType() {
        return problemType;
    }

    /**
     * Technical English for a log.
     *
     * @return "" when there is nothing to add
     */
    public String detail() {
        return detail;
    }

    /**
     * What happened, in general.
     *
     * @param language of the sentence
     * @return a sentence
     */
    public String cause(Language language) {
        return Native.status_cause(code, language.value());
    }

    /**
     * What to do next, in English.
     *
     * @return a sentence
     */
    public String remedy() {
        return remedy(Language.ENGLISH);
    }

    /**
     * What to do next.
     *
     * @param language of the sentence
     * @return a sentence
     */
    public String remedy(Language language) {
        return Native.status_remedy(code, language.value());
    }

    /**
     * What happened and what to do next, with tries and time filled in.
     *
     * @param language of the sentences
     * @return sentences for people
     */
    public String text(Language language) {
        return language == Language.TURKISH ? turkish : english;
    }

    /** What {@link #text(Language)} says in English, and behind it {@link #detail()} where there is one. No secret is in it. */
    @Override
    public String getMessage() {
        return told(english);
    }

    /** The same in Turkish where the default locale is, else in English. */
    @Override
    public String getLocalizedMessage() {
        return told("tr".equals(Locale.getDefault().getLanguage()) ? turkish : english);
    }

    private String told(String text) {
        return detail.isEmpty() ? text : text + " (" + detail + ")";
    }
}
