// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativeLoaderTest.java: where the native library is looked for, and what is said of each way to fail. Real files: the build's
// own library, changed by a byte here and there; loading itself is a stand-in, because a JVM loads one library for good.
package org.kamupin.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NativeLoaderTest {
    private static final String FILE = "libkamupin_java.so";

    @TempDir
    Path folder;
    private byte[] library;
    private final List<Path> loaded = new ArrayList<>();
    private String refusal;

    @BeforeEach
    void read() throws Exception {
        try (InputStream content = getClass().getResourceAsStream(NativeLoader.resource(NativeLoader.platform()))) {
            library = content.readAllBytes();
        }
    }

    private NativeLoader loader(String named, String searched, List<Path> system, String platform) {
        return loader(named, searched, null, system, platform);
    }

    private NativeLoader loader(String named, String searched, Path jar, List<Path> system, String platform) {
        return new NativeLoader(named, searched, jar, system, platform, new NativeFolder(List.of(folder.resolve("unpacked"))), file -> {
            if (refusal != null) {
                throw new UnsatisfiedLinkError(file + ": " + refusal);
            }
            loaded.add(file);
        });
    }

    private Path put(String name, byte[] content) throws Exception {
        Path file = folder.resolve(name).resolve(FILE);
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    private byte[] changed(String from, String to) {
        String text = new String(library, StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(from), from);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }

    private String refused(NativeLoader loader) {
        String said = assertThrows(UnsatisfiedLinkError.class, loader::run).getMessage();
        assertTrue(said.contains("yüklenemedi") && said.contains("was not loaded"), said);
        assertEquals(List.of(), loaded);
        return said;
    }

    // ---- where it is looked for ----

    @Test
    void theNamedOneIsTakenAndNoOther() throws Exception {
        Path named = put("named", library);
        Path other = put("other", library);
        loader(named.toString(), other.getParent().toString(), List.of(), NativeLoader.platform()).run();
        loader(named.getParent().toString(), other.getParent().toString(), List.of(), NativeLoader.platform()).run();
        assertEquals(List.of(named, named), loaded, "by its file, and by its folder");
    }

    @Test
    void aNamedOneThatIsNotThereIsNotReplacedByAnother() throws Exception {
        Path other = put("other", library);
        String said = refused(loader(folder.resolve("nowhere").toString(), other.getParent().toString(), List.of(), NativeLoader.platform()));
        assertTrue(said.contains("no such file") && said.contains("böyle bir dosya yok") && said.contains("kamupin.library.path"), said);
    }

    @Test
    void theSearchedFoldersComeBeforeTheSystemsAndThatBeforeTheJar() throws Exception {
        Path searched = put("searched", library);
        Path system = put("system", library);
        String path = folder.resolve("empty") + ":" + searched.getParent();
        loader(null, path, List.of(system.getParent()), NativeLoader.platform()).run();
        loader("", "", List.of(system.getParent()), NativeLoader.platform()).run();
        loader(null, "", List.of(folder.resolve("empty")), NativeLoader.platform()).run();
        assertEquals(List.of(searched, system), loaded.subList(0, 2));
        assertEquals(folder.resolve("unpacked"), loaded.get(2).getParent());
    }

    /** Where cmake --install puts the jar. */
    private Path installed() throws Exception {
        Path jar = folder.resolve("prefix/share/java/kamupin.jar");
        Files.createDirectories(jar.getParent());
        return Files.write(jar, new byte[0]).toRealPath();
    }

    @Test
    void thePrefixOfTheJarComesAfterTheSearchedFoldersAndBeforeTheSystems() throws Exception {
        Path searched = put("searched", library);
        Path system = put("system", library);
        Path several = put("prefix/lib/x86_64-linux-gnu/jni", library);
        loader(null, "", installed(), List.of(system.getParent()), "linux-x86_64").run();
        Path plain = put("prefix/lib/jni", library);
        loader(null, "", installed(), List.of(system.getParent()), "linux-x86_64").run();
        loader(null, searched.getParent().toString(), installed(), List.of(system.getParent()), "linux-x86_64").run();
        assertEquals(List.of(several.toRealPath(), plain.toRealPath(), searched), loaded);
    }

    @Test
    void thePrefixOfTheJarIsNamedWhereNothingIsThere() throws Exception {
        Path lib = installed().getParent().resolve("../../lib").normalize();
        String said = refused(loader(null, "", installed(), List.of(), "linux-riscv64"));
        assertTrue(said.contains("Not in these folders: " + lib.resolve("jni") + ", " + lib.resolve("riscv64-linux-gnu/jni")), said);
    }

    @ParameterizedTest
    @CsvSource({"prefix/lib/jni, rwxrwxrwx", "prefix/lib, rwxr-xrwx", "prefix/lib/jni, rwxrwxr-x", "prefix/lib/jni/libkamupin_java.so, rw-rw-rw-"})
    void whatOthersMayWriteToBesideTheJarIsNotTakenUnlessItIsNamed(String open, String mode) throws Exception {
        Path plain = put("prefix/lib/jni", library);
        Files.setPosixFilePermissions(folder.resolve(open), PosixFilePermissions.fromString(mode));
        loader(null, "", installed(), List.of(), NativeLoader.platform()).run();
        assertEquals(folder.resolve("unpacked"), loaded.remove(0).getParent());
        String said = refused(loader(null, "", installed(), List.of(), "linux-riscv64"));
        assertTrue(said.contains("because " + folder.toRealPath().resolve(open)) && said.contains("başkalarının yazmasına açık"), said);
        loader(null, plain.getParent().toString(), installed(), List.of(), NativeLoader.platform()).run();
        loader(plain.toString(), "", installed(), List.of(), NativeLoader.platform()).run();
        assertEquals(List.of(plain, plain), loaded);
    }

    @Test
    void aGroupThatMayChangeTheJarMayChangeTheLibrary() throws Exception {
        Path plain = put("prefix/lib/jni", library);
        for (Path one : List.of(plain.getParent(), installed().getParent())) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwxrwxr-x"));
        }
        loader(null, "", installed(), List.of(), NativeLoader.platform()).run();
        assertEquals(List.of(plain.toRealPath()), loaded);
    }

    @Test
    void aLinkOutOfThePrefixIsFollowedToWhatItMeans() throws Exception {
        Path elsewhere = put("elsewhere", library);
        Files.setPosixFilePermissions(elsewhere.getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        installed();
        Files.createDirectories(folder.resolve("prefix/lib"));
        Files.createSymbolicLink(folder.resolve("prefix/lib/jni"), elsewhere.getParent());
        loader(null, "", installed(), List.of(), NativeLoader.platform()).run();
        assertEquals(folder.resolve("unpacked"), loaded.get(0).getParent());
    }

    @Test
    void classesThatAreInNoJarHaveNoPrefix() {
        assertNull(NativePrefix.jar(NativeLoader.class), "the tests' classes lie in a folder");
        assertNull(NativePrefix.jar(String.class));
    }

    @Test
    void oneOfAnotherVersionIsToldAndPassedOver() throws Exception {
        Path old = put("old", changed("kamupin_java=", "kamupin_java=9"));
        loader(null, old.getParent().toString(), List.of(), NativeLoader.platform()).run();
        assertEquals(folder.resolve("unpacked"), loaded.get(0).getParent());
        loaded.clear();
        String said = refused(loader(old.toString(), "", List.of(), NativeLoader.platform()));
        assertTrue(said.contains("9" + NativeVersion.TOKEN.substring(0, 5)) && said.contains("not of the same version"), said);
        assertTrue(said.contains("aynı sürümden değil"), said);
    }

    // ---- what is said ----

    @Test
    void anotherArchitecture() throws Exception {
        byte[] arm = library.clone();
        arm[18] = (byte) 183;
        String said = refused(loader(put("arm", arm).toString(), "", List.of(), "linux-x86_64"));
        assertTrue(said.contains("aarch64 ≠ x86_64") && said.contains("another architecture") && said.contains("başka bir işlemci"), said);
    }

    @Test
    void aPlatformThatTheJarHasNothingFor() {
        String said = refused(loader(null, folder.toString(), List.of(), "linux-riscv64"));
        assertTrue(said.contains("no library for linux-riscv64") && said.contains("apt install ./libkamupin-java_*.deb"), said);
        assertTrue(said.contains("Not in these folders: " + folder), said);
    }

    @Test
    void noLibraryOrHalfOfOne() throws Exception {
        assertTrue(refused(loader(put("text", "hello".getBytes(StandardCharsets.US_ASCII)).toString(), "", List.of(), "linux-x86_64"))
                .contains("no library, or half of one"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "libpcsclite.so.1: cannot open shared object file: No such file or directory|apt install libpcsclite1",
        "libcurl.so.4: cannot open shared object file: No such file or directory|apt install libcurl4",
        "libjansson.so.4: cannot open shared object file: No such file or directory|apt install libjansson4",
        "libcrypto.so.3: cannot open shared object file: No such file or directory|apt install libssl3",
        "libkamupin.so.1: cannot open shared object file: No such file or directory|apt install ./libkamupin1_*.deb",
        "libother.so.7: cannot open shared object file: No such file or directory|needs libother.so.7",
        "undefined symbol: kamupin_order_code|older and has no kamupin_order_code",
        "/lib/libc.so.6: version `GLIBC_2.38' not found (required by it)|libraries are older (GLIBC_2.38)",
        "failed to map segment from shared object|mounted noexec",
        "Error loading shared library libcrypto.so.3: No such file or directory (needed by it)|runs on musl",
        "Error relocating it: __memcpy_chk: symbol not found|runs on musl",
        "something that nobody foresaw|something that nobody foresaw"
    })
    void whatTheLinkerSays(String says, String told) throws Exception {
        refusal = says;
        String said = refused(loader(put("named", library).toString(), "", List.of(), NativeLoader.platform()));
        assertTrue(said.contains(told), said);
    }

    @Test
    void onMuslEverythingIsThat() {
        assertEquals(NativeProblem.Kind.MUSL, NativeProblem.ofLoading("x", "no such file", true).kind());
        assertFalse(NativeProblem.runsOnMusl());
    }

    @ParameterizedTest
    @EnumSource(NativeProblem.Kind.class)
    void eachReasonHasBothLanguages(NativeProblem.Kind kind) {
        NativeProblem one = NativeProblem.of(kind, "/there", "that");
        assertTrue(one.text(true).contains("/there") && one.text(false).contains("/there"));
        assertEquals(kind == NativeProblem.Kind.OTHER, one.text(true).equals(one.text(false)));
    }

    @Test
    void theBuildsOwnLibraryHasNothingWrong() throws Exception {
        assertNull(NativeProblem.inFile(put("own", library), NativeLoader.platform(), NativeVersion.TOKEN));
    }
}
