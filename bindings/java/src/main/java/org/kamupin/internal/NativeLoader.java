// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin.internal;

/** Loads the native half, and explains itself when it fails. */
final class NativeLoader {
    private NativeLoader() {
    }

    static void load() {
        try {
            System.loadLibrary("kamupin_java");
        } catch (UnsatisfiedLinkError error) {
            throw (UnsatisfiedLinkError) new UnsatisfiedLinkError(
                    "libkamupin_java.so was not loaded (" + error.getMessage() + "). Install libkamupin-java, or name its "
                            + "folder: java -Djava.library.path=FOLDER; it needs libkamupin.so.1 besides").initCause(error);
        }
    }
}
