// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretTest {
    @TempDir
    Path folder;
    private Context context;

    @BeforeEach
    void open() throws Exception {
        context = Machine.context(folder);
    }

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void whatIsGivenIsWiped() throws Exception {
        char[] text = "123456".toCharArray();
        byte[] bytes = {'1', '2', '3'};
        ByteBuffer direct = ByteBuffer.allocateDirect(3).put(new byte[] {'4', '5', '6'}).flip();
        try (Secret one = Secret.of(context, SecretKind.PIN, text); Secret two = Secret.of(context, SecretKind.PIN, bytes);
                Secret three = Secret.of(context, SecretKind.PIN, direct)) {
            assertEquals(6, one.length());
            assertEquals(3, two.length());
            assertEquals(3, three.length());
        }
        assertArrayEquals(new char[6], text);
        assertArrayEquals(new byte[3], bytes);
        for (int i = 0; i < 3; i++) {
            assertEquals(0, direct.get(i));
        }
    }

    @Test
    void itIsWipedAlsoWhenItIsRefused() throws Exception {
        byte[] tooMuch = new byte[Secret.MAX + 1];
        Arrays.fill(tooMuch, (byte) '7');
        try (Secret pin = new Secret(context, SecretKind.PIN)) {
            Machine.refused(Status.SECRET_FULL, () -> pin.append(tooMuch));
            assertEquals(0, pin.length());
        }
        assertArrayEquals(new byte[Secret.MAX + 1], tooMuch);
    }

    @Test
    void itIsWipedAlsoWhenThereIsNoRoomForIt() throws Exception {
        char[] text = "123456".toCharArray();
        byte[] bytes = {'1', '2', '3'};
        ByteBuffer heap = ByteBuffer.wrap(new byte[] {'x', '4', '5', 'y'}, 1, 2);
        context.close();
        Machine.refused(Status.INVALID_ARGUMENT, () -> Secret.of(context, SecretKind.PIN, text));
        Machine.refused(Status.INVALID_ARGUMENT, () -> Secret.of(context, SecretKind.PIN, bytes));
        Machine.refused(Status.INVALID_ARGUMENT, () -> Secret.of(context, SecretKind.PIN, heap));
        assertArrayEquals(new char[6], text);
        assertArrayEquals(new byte[3], bytes);
        assertArrayEquals(new byte[] {'x', 0, 0, 'y'}, heap.array());
    }

    /** The tests run with 16 MB outside the heap (pom.xml). */
    @Test
    void itIsWipedAlsoWhenThereIsNoMemoryForACopy() throws Exception {
        char[] text = new char[6 << 20];
        Arrays.fill(text, '7');
        byte[] bytes = new byte[17 << 20];
        Arrays.fill(bytes, (byte) '7');
        ByteBuffer heap = ByteBuffer.wrap(bytes, 1, bytes.length - 2);
        try (Secret pin = new Secret(context, SecretKind.PIN)) {
            assertThrows(OutOfMemoryError.class, () -> pin.append(text));
            assertThrows(OutOfMemoryError.class, () -> pin.append(heap));
            assertEquals(0, pin.length());
        }
        assertArrayEquals(new char[text.length], text);
        assertEquals('7', bytes[0]);
        assertArrayEquals(new byte[bytes.length - 2], Arrays.copyOfRange(bytes, 1, bytes.length - 1));
        assertEquals(heap.limit(), heap.position());
    }

    @Test
    void aClosedOneWipesWhatItIsGiven() throws Exception {
        char[] text = "123456".toCharArray();
        byte[] bytes = {'1', '2', '3'};
        ByteBuffer heap = ByteBuffer.wrap(new byte[] {'4', '5'});
        ByteBuffer direct = ByteBuffer.allocateDirect(2).put(new byte[] {'6', '7'}).flip();
        Secret pin = new Secret(context, SecretKind.PIN);
        pin.close();
        Machine.refused(Status.INVALID_ARGUMENT, () -> pin.append(text));
        Machine.refused(Status.INVALID_ARGUMENT, () -> pin.append(bytes));
        Machine.refused(Status.INVALID_ARGUMENT, () -> pin.append(heap));
        Machine.refused(Status.INVALID_ARGUMENT, () -> pin.append(direct));
        assertArrayEquals(new char[6], text);
        assertArrayEquals(new byte[3], bytes);
        assertArrayEquals(new byte[2], heap.array());
        assertEquals(0, direct.get(0) + direct.get(1));
    }

    @Test
    void aTurkishLetterIsOne() throws Exception {
        try (Secret word = Secret.of(context, SecretKind.SECURITY_WORD, "çığ".toCharArray())) {
            assertEquals(6, word.length());
            word.backspace();
            assertEquals(4, word.length());
        }
    }

    @Test
    void nothingOfItIsShown() throws Exception {
        try (Secret pin = Secret.of(context, SecretKind.PIN, "987654".toCharArray())) {
            assertFalse(pin.toString().contains("987654"));
            assertEquals(Look.PIN_OR_SMS_CODE, pin.looksLike());
        }
    }

    @Test
    void eachKindGoesWhereItBelongs() throws Exception {
        try (Secret pin = Secret.of(context, SecretKind.PIN, "123456".toCharArray());
                Secret code = Secret.of(context, SecretKind.VERIFICATION_CODE, " 123 456\n".toCharArray())) {
            context.checkPin(pin, pin);
            context.normaliseCode(code);
            assertEquals(6, code.length());
            Machine.refused(Status.SECRET_KIND, () -> context.checkPin(code, code));
            Machine.refused(Status.SECRET_KIND, () -> context.normaliseCode(pin));
        }
    }
}
