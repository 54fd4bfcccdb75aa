// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.kamupin.internal.Native;
import org.kamupin.internal.NativeConstants;

/**
 * A secret in locked memory, typed into and never read back. What is given to it is copied once and
 * wiped. A String cannot be wiped and is not taken; nor is what the garbage collector has copied of an
 * array before it came here: who minds types into a direct ByteBuffer.
 */
public final class Secret extends Handle {
    /** The most bytes a secret holds. */
    public static final int MAX = NativeConstants.SECRET_MAX;

    /** An empty secret. */
    public Secret(Context context, SecretKind kind) throws KamupinException {
        super(make(context, kind), Native::secret_free, context);
    }

    private static long[] make(Context context, SecretKind kind) throws KamupinException {
        long owner = context.raw();
        return made((slot, error) -> Native.secret_new(owner, kind.value(), slot, error));
    }

    /** A secret with these characters, which are wiped. */
    public static Secret of(Context context, SecretKind kind, char[] text) throws KamupinException {
        Secret secret = new Secret(context, kind);
        try {
            secret.append(text);
        } catch (KamupinException error) {
            secret.close();
            throw error;
        }
        return secret;
    }

    private void check(int status) throws KamupinException {
        if (status != Status.OK.value()) {
            throw KamupinException.of(status);
        }
    }

    /** Appends UTF-8 or digits; they are wiped. */
    public void append(byte[] bytes) throws KamupinException {
        try {
            check(Native.secret_append(raw(), bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Appends characters; they are wiped. */
    public void append(char[] text) throws KamupinException {
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        Arrays.fill(text, '\0');
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        Arrays.fill(encoded.array(), (byte) 0);
        append(bytes);
    }

    /** Takes the last character away. */
    public void backspace() throws KamupinException {
        Native.secret_backspace(raw());
    }

    /** Wipes the content. */
    public void clear() throws KamupinException {
        Native.secret_clear(raw());
    }

    /** Bytes held. */
    public long length() throws KamupinException {
        return Native.secret_length(raw());
    }

    /** What it looks like, by its digits and letters. */
    public Look looksLike() throws KamupinException {
        return Look.of(Native.secret_looks_like(raw()));
    }
}
