// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativeFolderTest.java: where the jar's library is unpacked: nobody else may put anything there.
package org.kamupin.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFolderTest {
    private static final byte[] LIBRARY = "a library".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> inside(Path path) throws IOException {
        try (Stream<Path> all = Files.list(path)) {
            return all.collect(Collectors.toList());
        }
    }

    @Test
    void theFolderIsTheUsersAlone() throws Exception {
        Path place = folder.resolve("cache/kamupin/java");
        Path file = new NativeFolder(List.of(place)).unpack(LIBRARY);
        assertEquals(place, file.getParent());
        assertEquals("rwx------", mode(place));
        assertEquals("rwx------", mode(file));
        assertArrayEquals(LIBRARY, Files.readAllBytes(file));
        assertEquals(List.of(file), inside(place), "nothing else is left there");
    }

    @Test
    void theSameLibraryIsWrittenOnce() throws Exception {
        NativeFolder places = new NativeFolder(List.of(folder.resolve("java")));
        Path file = places.unpack(LIBRARY);
        Object before = Files.getAttribute(file, "unix:ino");
        assertEquals(file, places.unpack(LIBRARY));
        assertEquals(before, Files.getAttribute(file, "unix:ino"));
    }

    @Test
    void anotherLibraryHasAnotherName() throws Exception {
        NativeFolder places = new NativeFolder(List.of(folder.resolve("java")));
        assertNotEquals(places.unpack(LIBRARY), places.unpack(new byte[] {1, 2, 3}));
    }

    @Test
    void whatWasChangedOrHalfWrittenIsReplaced() throws Exception {
        NativeFolder places = new NativeFolder(List.of(folder.resolve("java")));
        Path file = places.unpack(LIBRARY);
        Files.write(file, new byte[] {'a'});
        assertArrayEquals(LIBRARY, Files.readAllBytes(places.unpack(LIBRARY)));
        Files.write(file, "b library".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertArrayEquals(LIBRARY, Files.readAllBytes(places.unpack(LIBRARY)));
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed() throws Exception {
        Path place = folder.resolve("java");
        NativeFolder places = new NativeFolder(List.of(place));
        Path file = places.unpack(LIBRARY);
        Path elsewhere = Files.write(folder.resolve("elsewhere"), LIBRARY);
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        assertEquals(file, places.unpack(LIBRARY));
        assertFalse(Files.isSymbolicLink(file));
        assertTrue(Files.exists(elsewhere));
    }

    @Test
    void aFolderThatIsOpenToOthersIsPassedOver() throws Exception {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path good = folder.resolve("good");
        assertEquals(good, new NativeFolder(List.of(open, good)).unpack(LIBRARY).getParent());
        assertEquals(List.of(), inside(open));
    }

    @Test
    void aLinkInsteadOfTheFolderIsPassedOver() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"), PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        Path good = folder.resolve("good");
        assertEquals(good, new NativeFolder(List.of(link, good)).unpack(LIBRARY).getParent());
    }

    @Test
    void aFolderThatOthersCouldReplaceIsPassedOver() throws Exception {
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path good = folder.resolve("good");
        assertEquals(good, new NativeFolder(List.of(shared.resolve("java"), good)).unpack(LIBRARY).getParent());
    }

    @Test
    void aLinkAboveIsFollowedOnce() throws Exception {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        Path file = new NativeFolder(List.of(link.resolve("java"))).unpack(LIBRARY);
        assertEquals(real.toRealPath().resolve("java"), file.getParent(), "the one that was looked at");
    }

    @Test
    void withoutASafePlaceItIsAFolderOfThisRunAlone() throws Exception {
        Path file = new NativeFolder(List.of(Files.createFile(folder.resolve("no-folder")))).unpack(LIBRARY);
        assertEquals("rwx------", mode(file.getParent()));
        assertTrue(file.getParent().getFileName().toString().startsWith("kamupin-java-"));
        assertArrayEquals(LIBRARY, Files.readAllBytes(file));
        Files.delete(file);
        Files.delete(file.getParent());
    }

    @Test
    void severalProgramsThatStartAtOnceGetOneWholeFile() throws Exception {
        byte[] large = new byte[1 << 20];
        Path place = folder.resolve("java");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<byte[]>> calls = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                calls.add(() -> Files.readAllBytes(new NativeFolder(List.of(place)).unpack(large)));
            }
            for (Future<byte[]> one : threads.invokeAll(calls)) {
                assertArrayEquals(large, one.get());
            }
        } finally {
            threads.shutdown();
        }
        assertEquals(1, inside(place).size());
    }
}
