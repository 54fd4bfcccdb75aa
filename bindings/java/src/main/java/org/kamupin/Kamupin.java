// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import org.kamupin.internal.Native;

/** What the library says to people, and what it is. */
public final class Kamupin {
    private Kamupin() {
    }

    /** The version of the library that is running. */
    public static String version() {
        return Native.version();
    }

    /** A status' stable word, such as "pin-blocked". */
    public static String statusName(Status status) {
        return Native.status_name(status.value());
    }

    /** What happened, in general. */
    public static String statusCause(Status status, Language language) {
        return Native.status_cause(status.value(), language.value());
    }

    /** What to do next. */
    public static String statusRemedy(Status status, Language language) {
        return Native.status_remedy(status.value(), language.value());
    }

    /** A notice that people have to read. */
    public static String noticeText(Notice notice, Language language) {
        return Native.notice_text(notice.value(), language.value());
    }

    /** What an entered secret seems to be, and where that belongs. */
    public static String lookText(Look look, Language language) {
        return Native.look_text(look.value(), language.value());
    }

    /** A number to call, an address to look at. */
    public static String info(InfoItem item, Language language) {
        return Native.info(item.value(), language.value());
    }

    /** What it is, for showing. */
    public static String infoLabel(InfoItem item, Language language) {
        return Native.info_label(item.value(), language.value());
    }

    /** A time as people read it. */
    public static String durationText(int seconds, Language language) {
        return Native.duration_text(seconds, language.value());
    }
}
