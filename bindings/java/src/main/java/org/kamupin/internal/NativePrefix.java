// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativePrefix.java: the folders of native libraries in the prefix that the jar was installed in (cmake --install). What
// lies there is run, so it must be of those who could change the jar itself.
package org.kamupin.internal;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;

/** PREFIX/lib/jni and PREFIX/lib/ARCHITECTURE/jni of PREFIX/share/java/kamupin.jar. */
final class NativePrefix {
    private static final int GROUP_WRITES = 020;
    private static final int OTHERS_WRITE = 002;

    private final Path jar;
    private final List<Path> folders;

    /** jar: null for none, and then no folders. */
    NativePrefix(Path jar, String triplet) {
        this.jar = jar;
        if (jar == null || jar.getNameCount() < 3) {
            folders = List.of();
        } else {
            Path lib = jar.getParent().resolve("../../lib").normalize();
            folders = List.of(lib.resolve("jni"), lib.resolve(triplet).resolve("jni"));
        }
    }

    /** The jar that a class is from, without links; null when it is from something else. */
    static Path jar(Class<?> from) {
        try {
            CodeSource source = from.getProtectionDomain().getCodeSource();
            Path path = source == null ? null : Path.of(source.getLocation().toURI()).toRealPath();
            return path != null && Files.isRegularFile(path) ? path : null;
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException | IOException | SecurityException none) {
            return null; // a class loader of its own kind: nothing lies beside it
        }
    }

    List<Path> folders() {
        return folders;
    }

    /**
     * Why a file of the folders is not taken: somebody could have put it there who could not have put another jar. null:
     * it is taken. Above the prefix nobody needs to be asked: who can move that can move the jar.
     */
    NativeProblem of(Path file) throws IOException {
        Path prefix = jar.getParent().getParent().getParent();
        for (Path one = file.toRealPath(); one != null && !one.equals(prefix); one = one.getParent()) {
            if (!isOfTheJarsOwner(one)) {
                return NativeProblem.of(NativeProblem.Kind.OTHERS, file.toString(), one.toString());
            }
        }
        return null;
    }

    private boolean isOfTheJarsOwner(Path path) throws IOException {
        int owner = number(path, "uid");
        int mode = number(path, "mode");
        Path beside = jar.getParent();
        boolean sameGroup = (number(beside, "mode") & GROUP_WRITES) != 0 && number(beside, "gid") == number(path, "gid");
        return (owner == 0 || owner == number(jar, "uid")) && (mode & OTHERS_WRITE) == 0 && ((mode & GROUP_WRITES) == 0 || sameGroup);
    }

    private static int number(Path path, String which) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:" + which, LinkOption.NOFOLLOW_LINKS);
    }
}
