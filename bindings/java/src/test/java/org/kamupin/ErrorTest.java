// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorTest {
    @TempDir
    Path folder;

    private KamupinException withoutDaemon() throws KamupinException {
        try (Context context = Machine.context(folder)) {
            return Machine.refused(Status.READER_SERVICE_DOWN, context::cards);
        }
    }

    @Test
    void anExceptionSaysWhatWhereAndWhatToDo() throws Exception {
        KamupinException error = withoutDaemon();
        assertInstanceOf(ReaderException.class, error);
        assertEquals("reader-service-down", error.name());
        assertEquals(Origin.READER, error.origin());
        assertEquals(-1, error.triesLeft());
        assertEquals(-1, error.retryAfter());
        assertEquals(0, error.statusWord());
        assertEquals(0x8010001DL, error.platformCode() & 0xFFFFFFFFL); // SCARD_E_NO_SERVICE (PC/SC part 5)
        String english = error.text(Language.ENGLISH);
        String turkish = error.text(Language.TURKISH);
        assertNotEquals(english, turkish);
        assertTrue(english.contains(error.remedy()) && turkish.contains(error.remedy(Language.TURKISH)), turkish);
        assertFalse(error.detail().isEmpty());
        assertEquals(english + " (" + error.detail() + ")", error.getMessage());
    }

    @Test
    void theMessageHasTheDetailWhereThereIsOne() throws Exception {
        Context context = Machine.context(folder);
        context.close();
        KamupinException closed = Machine.refused(Status.INVALID_ARGUMENT, context::cards);
        assertEquals(closed.text(Language.ENGLISH) + " (this Context is closed)", closed.getMessage());
        KamupinException proxy = Machine.refused(Status.INVALID_ARGUMENT,
                () -> new Context(new ContextOptions().stateFolder(folder).proxy("ftp://x")));
        assertTrue(proxy.getMessage().endsWith(" (" + proxy.detail() + ")"), proxy.getMessage());
        KamupinException plain = KamupinException.of(Status.NO_CARD, "");
        assertEquals(plain.text(Language.ENGLISH), plain.getMessage());
    }

    @Test
    void itSpeaksTheLanguageOfTheLocale() throws Exception {
        KamupinException error = withoutDaemon();
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(new Locale("tr", "TR"));
            assertEquals(error.text(Language.TURKISH) + " (" + error.detail() + ")", error.getLocalizedMessage());
            Locale.setDefault(Locale.GERMANY);
            assertEquals(error.getMessage(), error.getLocalizedMessage());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void itCanBeSentToAnotherProgram() throws Exception {
        KamupinException error = withoutDaemon();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(error);
        KamupinException read = (KamupinException) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
        assertEquals(error.status(), read.status());
        assertEquals(error.text(Language.TURKISH), read.text(Language.TURKISH));
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void everyStatusHasItsWordAndItsSentences(Status status) {
        assertEquals(status.name().toLowerCase(Locale.ROOT).replace('_', '-'), status.word());
        assertEquals(status.word(), Kamupin.statusName(status));
        if (status != Status.OK) {
            assertFalse(Kamupin.statusCause(status, Language.TURKISH).isEmpty());
            assertNotEquals(Kamupin.statusRemedy(status, Language.TURKISH), Kamupin.statusRemedy(status, Language.ENGLISH));
        }
    }
}
