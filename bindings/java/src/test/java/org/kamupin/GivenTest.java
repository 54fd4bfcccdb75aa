// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// GivenTest.java: what a program gives that the library cannot be given as it is: times, and texts with a NUL.
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GivenTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"PT0S,0", "PT-0.001S,0", "PT-5S,0", "PT-2562047788015215H,0", "PT0.250S,250", "PT24H,86400000", "P24D,2073600000",
        "P25D,2147483647", "PT2562047788015215H,2147483647"})
    void aTimeToWait(Duration given, long milliseconds) {
        assertEquals(milliseconds, Slots.milliseconds(given));
        assertEquals(-1, Slots.milliseconds(null), "for ever");
    }

    @ParameterizedTest
    @CsvSource({"PT0S", "PT-0.001S", "PT-5S"})
    void aWatchThatIsGivenNoTimeDoesNotWait(Duration none) throws Exception {
        try (Context context = Machine.context(folder); Watch watch = context.watch()) {
            while (watch.next(Duration.ofMillis(500)) != null) {
                continue; // what there is to begin with
            }
            assertNull(watch.next(none));
        }
    }

    @Test
    void timesOfAContextThatAreNoneAreTheUsual() throws Exception {
        Duration[] all = {null, Duration.ofSeconds(-3), Duration.ofSeconds(Long.MAX_VALUE)};
        for (Duration one : all) {
            new Context(new ContextOptions().stateFolder(folder).connectTimeout(one).requestTimeout(one).answerTimeout(one)
                    .nameTimeout(one).tlsTimeout(one)).close();
        }
    }

    private static void refusesNul(Executable call) {
        IllegalArgumentException error = assertThrows(IllegalArgumentException.class, call);
        assertTrue(error.getMessage().contains("NUL"), error.getMessage());
    }

    @Test
    void aTextThatWouldBeCutIsRefused() throws Exception {
        try (Context context = Machine.context(folder); Secret password = new Secret(context, SecretKind.PROXY_PASSWORD)) {
            refusesNul(() -> context.open("Sim0 00 00\0zzz"));
            refusesNul(() -> context.open("\0"));
            refusesNul(() -> context.session("https://127.0.0.1:9/\0/kamupin/v1", new SessionOptions()));
            refusesNul(() -> context.proxyLogin("user\0", password));
            refusesNul(() -> new Context(new ContextOptions().stateFolder(folder).proxy("none\0zz")));
            refusesNul(() -> Kamupin.checkIdentity(new Identity(IdentityType.TCKN, "10000000146\0")));
            Machine.refused(Status.READER_SERVICE_DOWN, () -> context.open("Sim0 00 00 \u0131\ud83d\ude00"));
        }
    }
}
