// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.kamupin.internal.Native;
import org.kamupin.internal.NativeConstants;

/**
 * A secret in locked memory, typed into and never read back, wiped when it is closed. What is given to it
 * is copied once and wiped where it was.
 *
 * <p>How far that reaches: a direct {@link ByteBuffer} lies outside the heap, and nothing of it is left
 * when it was taken. A {@code char[]} and a {@code byte[]} are wiped, too, but the garbage collector may
 * have copied them before, and such a copy nobody can wipe. A String can be wiped by nobody, so that none
 * is taken. Who minds reads into a direct buffer, for example by a FileChannel, or types byte by byte.
 *
 * <p>Close it as soon as it was used: until then it is not wiped, and the memory that is set apart for secrets is
 * little, so that leaving many to the garbage collector ends in secret-full. One thread at a time.
 */
public final class Secret extends Handle {
    /** The most bytes a secret holds. */
    public static final int MAX = NativeConstants.SECRET_MAX;

    /**
     * An empty secret.
     *
     * @param context from which it is made
     * @param kind what it is; a call that wants another kind refuses it
     * @throws KamupinException when there is no room, or a program may not make this kind
     */
    public Secret(Context context, SecretKind kind) throws KamupinException {
        super((slot, error) -> context.call(owner -> Native.secret_new(owner, kind.value(), slot, error)),
                Native::secret_free, context);
    }

    /** The library's own, which is filled during a callback and then closed. */
    Secret(long borrowed) throws KamupinException {
        super(of(borrowed), slot -> { });
    }

    private Secret(Secret other) throws KamupinException {
        super(other);
    }

    /** Another handle on the same secret. */
    Secret share() throws KamupinException {
        return new Secret(this);
    }

    /** Fills a secret. */
    private interface Filling {
        void into(Secret secret) throws KamupinException;
    }

    /** A new one, filled; closed again when it cannot be. What was given is wiped by the caller. */
    private static Secret filled(Context context, SecretKind kind, Filling filling) throws KamupinException {
        Secret secret = new Secret(context, kind);
        try {
            filling.into(secret);
            return secret;
        } catch (KamupinException | RuntimeException | Error error) {
            secret.close();
            throw error;
        }
    }

    /**
     * A secret with these characters, which are wiped.
     *
     * @param context from which it is made
     * @param kind what it is
     * @param text the characters
     * @return the caller's to close
     * @throws KamupinException when there is no room, or they are no text
     */
    public static Secret of(Context context, SecretKind kind, char[] text) throws KamupinException {
        try {
            return filled(context, kind, secret -> secret.append(text));
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    /**
     * A secret with these bytes, which are wiped.
     *
     * @param context from which it is made
     * @param kind what it is
     * @param bytes digits or UTF-8
     * @return the caller's to close
     * @throws KamupinException when there is no room
     */
    public static Secret of(Context context, SecretKind kind, byte[] bytes) throws KamupinException {
        try {
            return filled(context, kind, secret -> secret.append(bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * A secret with what remains of a buffer, which is wiped.
     *
     * @param context from which it is made
     * @param kind what it is
     * @param buffer digits or UTF-8, from position to limit
     * @return the caller's to close
     * @throws KamupinException when there is no room
     */
    public static Secret of(Context context, SecretKind kind, ByteBuffer buffer) throws KamupinException {
        int position = writable(buffer).position();
        int length = buffer.remaining();
        try {
            return filled(context, kind, secret -> secret.append(buffer));
        } finally {
            wipe(buffer, position, length);
        }
    }

    /**
     * Appends bytes, which are wiped.
     *
     * @param bytes digits or UTF-8
     * @throws KamupinException when there is no room; nothing is appended then
     */
    public void append(byte[] bytes) throws KamupinException {
        try {
            check(call(raw -> Native.secret_append(raw, bytes)));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Appends what remains of a buffer, which is wiped; its position moves to its limit.
     *
     * @param buffer digits or UTF-8; a direct one is read where it is
     * @throws KamupinException when there is no room; nothing is appended then
     */
    public void append(ByteBuffer buffer) throws KamupinException {
        int position = writable(buffer).position();
        int length = buffer.remaining();
        try {
            if (buffer.isDirect()) {
                appendDirect(buffer, position, length);
            } else {
                appendCopy(buffer);
            }
        } finally {
            wipe(buffer, position, length);
            buffer.position(buffer.limit());
        }
    }

    private void appendDirect(ByteBuffer direct, int position, int length) throws KamupinException {
        check(call(raw -> Native.secret_append_direct(raw, direct, position, length)));
    }

    private void appendCopy(ByteBuffer heap) throws KamupinException {
        ByteBuffer copy = ByteBuffer.allocateDirect(heap.remaining());
        try {
            appendDirect(copy.put(heap.duplicate()), 0, copy.capacity());
        } finally {
            wipe(copy, 0, copy.capacity());
        }
    }

    private static ByteBuffer writable(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException("a secret's buffer is wiped: it cannot be a read-only one");
        }
        return buffer;
    }

    private static void wipe(ByteBuffer buffer, int position, int length) {
        for (int i = position; i < position + length; i++) {
            buffer.put(i, (byte) 0);
        }
    }

    /**
     * Appends characters, which are wiped.
     *
     * @param text the characters
     * @throws KamupinException when there is no room, or they are no text (half a surrogate pair)
     */
    public void append(char[] text) throws KamupinException {
        try {
            appendEncoded(text);
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    private void appendEncoded(char[] text) throws KamupinException {
        ByteBuffer encoded = ByteBuffer.allocateDirect(Math.multiplyExact(3, text.length));
        try {
            CoderResult result = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text), encoded, true);
            if (result.isError()) {
                throw KamupinException.of(Status.INVALID_ARGUMENT, "half a surrogate pair in a secret");
            }
            append(encoded.flip());
        } finally {
            wipe(encoded, 0, encoded.limit());
        }
    }

    /**
     * Takes the last character away.
     *
     * @throws KamupinException when this is closed
     */
    public void backspace() throws KamupinException {
        call(raw -> {
            Native.secret_backspace(raw);
            return 0;
        });
    }

    /**
     * Wipes the content.
     *
     * @throws KamupinException when this is closed
     */
    public void clear() throws KamupinException {
        call(raw -> {
            Native.secret_clear(raw);
            return 0;
        });
    }

    /**
     * Bytes held, for showing as many dots.
     *
     * @return 0 for an empty one
     * @throws KamupinException when this is closed
     */
    public long length() throws KamupinException {
        return call(raw -> (int) Native.secret_length(raw));
    }

    /**
     * What it looks like, by its digits and letters.
     *
     * @return {@link Look#NOTHING} for nothing in particular
     * @throws KamupinException when this is closed
     */
    public Look looksLike() throws KamupinException {
        return Look.of(call(Native::secret_looks_like));
    }
}
