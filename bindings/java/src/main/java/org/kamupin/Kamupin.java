// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kamupin.internal.Native;
import org.kamupin.internal.ProfileSink;
import org.kamupin.internal.profile_finding;

/** What the library says to people, and what it is. */
public final class Kamupin {
    private Kamupin() {
    }

    /**
     * The version of the library that is running.
     *
     * @return such as "0.1.0"
     */
    public static String version() {
        return Native.version();
    }

    /**
     * A status' stable word, such as "pin-blocked".
     *
     * @param status which one
     * @return the word
     */
    public static String statusName(Status status) {
        return Native.status_name(status.value());
    }

    /**
     * What happened, in general.
     *
     * @param status which one
     * @param language of the sentence
     * @return a sentence
     */
    public static String statusCause(Status status, Language language) {
        return Native.status_cause(status.value(), language.value());
    }

    /**
     * What to do next.
     *
     * @param status which one
     * @param language of the sentence
     * @return a sentence
     */
    public static String statusRemedy(Status status, Language language) {
        return Native.status_remedy(status.value(), language.value());
    }

    /**
     * A notice that people have to read.
     *
     * @param notice which one
     * @param language of the text
     * @return lines of text
     */
    public static String noticeText(Notice notice, Language language) {
        return Native.notice_text(notice.value(), language.value());
    }

    /**
     * What an entered secret seems to be, and where that belongs.
     *
     * @param look what a secret looks like
     * @param language of the sentence
     * @return a sentence
     */
    public static String lookText(Look look, Language language) {
        return Native.look_text(look.value(), language.value());
    }

    /**
     * A number to call, an address to look at.
     *
     * @param item which one
     * @param language of the text
     * @return the number or address
     */
    public static String info(InfoItem item, Language language) {
        return Native.info(item.value(), language.value());
    }

    /**
     * What it is, for showing.
     *
     * @param item which one
     * @param language of the text
     * @return a few words
     */
    public static String infoLabel(InfoItem item, Language language) {
        return Native.info_label(item.value(), language.value());
    }

    /**
     * A time as people read it.
     *
     * @param seconds how long
     * @param language of the text
     * @return such as "2 minutes 5 seconds"
     */
    public static String durationText(int seconds, Language language) {
        return Native.duration_text(seconds, language.value());
    }

    /**
     * An amount as people write it, whatever the locale.
     *
     * @param kurus Turkish lira times 100
     * @param language of the text
     * @return such as "1.250,00 TL"
     */
    public static String amountText(long kurus, Language language) {
        return Native.amount_text(kurus, language.value());
    }

    /**
     * Throws unless a number is one of its type: digits, length, check digits. Sends nothing.
     *
     * @param identity as it was typed, without blanks
     * @throws KamupinException identity-malformed
     */
    public static void checkIdentity(Identity identity) throws KamupinException {
        Handle.checked(error -> Native.identity_check(identity.raw(), error));
    }

    /**
     * What is wrong with a card profile file, line by line; or its rows, when nothing is. Touches no card.
     *
     * @param file the profile
     * @param language of the sentences
     * @return in the file's order
     * @throws KamupinException profile-file, when it cannot be read
     */
    public static List<ProfileFinding> checkProfiles(Path file, Language language) throws KamupinException {
        List<ProfileFinding> found = new ArrayList<>();
        ProfileSink sink = new ProfileSink() {
            @Override
            public void finding(profile_finding raw) {
                Watched.alone(() -> found.add(new ProfileFinding(raw)));
            }
        };
        try {
            Handle.checked(error -> {
                int status = Native.profile_check(file.toString(), language.value(), sink, error);
                return found.isEmpty() ? status : Status.OK.value();
            });
        } finally {
            sink.delete();
        }
        return found;
    }
}
