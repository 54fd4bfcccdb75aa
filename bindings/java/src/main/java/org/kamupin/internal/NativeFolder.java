// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativeFolder.java: where the library of the jar is unpacked. What lies there is run, so nobody else may be able to
// put anything there: neither in the folder nor, by renaming, in the place of one above it.
package org.kamupin.internal;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A folder of the user's alone (0700). The library's name has its digest in it, so that several versions may live side by
 * side, and a file that is there already is used only when it holds the very same bytes.
 */
final class NativeFolder {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final int GROUP_OR_OTHERS_WRITE = 022;
    private static final int STICKY = 01000;

    private final List<Path> places;

    NativeFolder(List<Path> places) {
        this.places = places;
    }

    /** The cache folder of the person, then one below the folder for temporary files. */
    static List<Path> places() {
        List<Path> found = new ArrayList<>();
        String cache = System.getenv("XDG_CACHE_HOME");
        String home = System.getProperty("user.home", "");
        if (cache != null && cache.startsWith("/")) {
            found.add(Path.of(cache, "kamupin", "java"));
        } else if (home.startsWith("/")) {
            found.add(Path.of(home, ".cache", "kamupin", "java"));
        }
        found.add(Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "kamupin-java-" + System.getProperty("user.name", "")));
        return found;
    }

    /** Writes the library where it is not there yet; the file. */
    Path unpack(byte[] library) throws IOException {
        List<String> refused = new ArrayList<>();
        for (Path place : places) {
            try {
                return into(prepared(place), library);
            } catch (IOException | SecurityException error) {
                refused.add(place + ": " + said(error));
            }
        }
        try {
            Path temporary = Files.createTempDirectory("kamupin-java-", PRIVATE);
            temporary.toFile().deleteOnExit();
            Path file = into(checked(temporary), library);
            file.toFile().deleteOnExit(); // before its folder: the last that was named goes first
            return file;
        } catch (IOException error) {
            refused.add(System.getProperty("java.io.tmpdir") + ": " + said(error));
            throw new IOException(String.join("; ", refused), error);
        }
    }

    private static String said(Exception error) {
        return error instanceof IOException && error.getClass() == IOException.class ? error.getMessage() : error.toString();
    }

    /** The folder, made where it is missing; refuses one that others could put something into. */
    private static Path prepared(Path folder) throws IOException {
        if (!Files.isDirectory(folder.getParent())) {
            Files.createDirectories(folder.getParent(), PRIVATE);
        }
        try {
            Files.createDirectory(folder, PRIVATE);
        } catch (FileAlreadyExistsException there) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException("something else than a folder is there", there);
            }
        }
        return checked(folder);
    }

    /** The folder without links in its path, which could be led elsewhere later; refuses one as `prepared` does. */
    private static Path checked(Path named) throws IOException {
        Path folder = named.toRealPath();
        int user = user(folder);
        if (owner(folder) != user || (mode(folder) & 077) != 0) {
            throw new IOException("the folder belongs to somebody else, or is open to others");
        }
        for (Path above = folder.getParent(); above != null; above = above.getParent()) {
            boolean open = (mode(above) & GROUP_OR_OTHERS_WRITE) != 0 && (mode(above) & STICKY) == 0;
            if (open || (owner(above) != user && owner(above) != 0)) {
                throw new IOException("others could put another folder in its place, by way of " + above);
            }
        }
        return folder;
    }

    private static Path into(Path folder, byte[] library) throws IOException {
        Path file = folder.resolve("libkamupin_java-" + digest(library) + ".so");
        if (isSame(file, library)) {
            return file;
        }
        Path fresh = Files.createTempFile(folder, "fresh-", ".so", PRIVATE);
        try {
            Files.write(fresh, library);
            // In one step: another program that starts now sees no file or a whole one, and either file is right.
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
        return file;
    }

    private static boolean isSame(Path file, byte[] library) throws IOException {
        try {
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) == library.length
                    && MessageDigest.isEqual(Files.readAllBytes(file), library);
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private static String digest(byte[] library) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(library);
            StringBuilder made = new StringBuilder();
            for (int i = 0; i < 16; i++) {
                made.append(String.format("%02x", sum[i]));
            }
            return made.toString();
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never); // each Java has SHA-256
        }
    }

    /** The number of who runs this: the owner of what they make. */
    private static int user(Path folder) throws IOException {
        Path made = Files.createTempFile(folder, "own-", "", PRIVATE);
        try {
            return owner(made);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    private static int owner(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }
}
