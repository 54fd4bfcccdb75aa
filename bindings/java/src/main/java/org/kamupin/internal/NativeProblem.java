// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativeProblem.java: why a native library was not loaded, and what to do, in Turkish and English. What the dynamic
// linker says (of glibc and of musl) is read here; what it does not say is read from the file itself.
package org.kamupin.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One reason. */
final class NativeProblem {
    /** What is wrong; %1$s is the place, %2$s what is known besides. */
    enum Kind {
        /** A folder of a search path without the file: told in one line for all. */
        NOT_THERE("%1$s: yok.", "%1$s: not there."),
        ABSENT("%1$s: böyle bir dosya yok. -Dkamupin.library.path ile libkamupin_java.so dosyasını ya da klasörünü gösterin.",
                "%1$s: no such file. Name libkamupin_java.so or its folder with -Dkamupin.library.path."),
        UNREADABLE("%1$s: okunamadı (%2$s). Dosyanın izinlerini denetleyin.",
                "%1$s: could not be read (%2$s). Check the file's permissions."),
        NO_LIBRARY("%1$s: bir kitaplık değil ya da yarım kalmış. Dosyayı silip yeniden kurun.",
                "%1$s: no library, or half of one. Delete the file and install it again."),
        OTHERS("%1$s: kullanılmadı, çünkü %2$s başkasına ait ya da başkalarının yazmasına açık. Sahibini ve izinlerini düzeltin"
                + " ya da kitaplığı -Dkamupin.library.path ile gösterin.",
                "%1$s: was not used, because %2$s belongs to somebody else or may be written to by others. Mend its owner and"
                + " permissions, or name the library with -Dkamupin.library.path."),
        ARCHITECTURE("%1$s: başka bir işlemci mimarisi için (%2$s). Bu Java'nın mimarisine uyan libkamupin-java paketini kurun.",
                "%1$s: is for another architecture (%2$s). Install libkamupin-java for the architecture of this Java."),
        VERSION("%1$s: kamupin.jar ile aynı sürümden değil (%2$s). İkisini aynı sürümden kurun ya da bu dosyayı yoldan çıkarın.",
                "%1$s: is not of the same version as kamupin.jar (%2$s). Install both of one version, or take this file out of the path."),
        LIBRARY_MISSING("%1$s: gereken %2$s kurulu değil. Kurmak için: apt install %3$s",
                "%1$s: needs %2$s, which is not installed. To install it: apt install %3$s"),
        LIBRARY_UNKNOWN("%1$s: gereken %2$s kurulu değil. Onu kurup yeniden deneyin.",
                "%1$s: needs %2$s, which is not installed. Install it, then try again."),
        LIBRARY_OLD("%1$s: kurulu libkamupin.so.1 daha eski, %2$s onda yok. libkamupin1 ve libkamupin-java paketlerini aynı sürüme"
                + " yükseltin.",
                "%1$s: the libkamupin.so.1 that is installed is older and has no %2$s. Upgrade libkamupin1 and libkamupin-java to"
                + " one version."),
        SYSTEM_OLD("%1$s: bu sistemin kitaplıkları daha eski (%2$s). Debian 12 ya da daha yeni bir sistem kullanın ya da kitaplığı"
                + " burada kaynaktan derleyin.",
                "%1$s: this system's libraries are older (%2$s). Use Debian 12 or a newer system, or build the library here from"
                + " source."),
        MUSL("%1$s: glibc içindir, bu Java ise musl ile çalışıyor (Alpine gibi; %2$s). glibc kullanan bir sistemde çalıştırın ya da"
                + " kitaplığı burada kaynaktan derleyip -Dkamupin.library.path ile gösterin.",
                "%1$s: is for glibc, and this Java runs on musl (as on Alpine; %2$s). Run it on a system with glibc, or build the"
                + " library here from source and name it with -Dkamupin.library.path."),
        NO_EXEC("%1$s: bulunduğu dosya sistemi noexec ile bağlanmış, oradan program çalıştırılamaz. XDG_CACHE_HOME değişkeniyle başka bir"
                + " klasör gösterin ya da libkamupin-java paketini kurun.",
                "%1$s: lies on a file system that is mounted noexec, from which nothing may be run. Name another folder with"
                + " XDG_CACHE_HOME, or install libkamupin-java."),
        NOT_IN_JAR("kamupin.jar içinde %1$s için kitaplık yok. libkamupin-java paketini kurun (apt install ./libkamupin-java_*.deb)"
                + " ya da -Dkamupin.library.path ile kitaplığın klasörünü gösterin.",
                "kamupin.jar has no library for %1$s. Install libkamupin-java (apt install ./libkamupin-java_*.deb), or name the"
                + " library's folder with -Dkamupin.library.path."),
        NOT_UNPACKED("kamupin.jar içindeki kitaplık (%1$s) güvenli bir klasöre açılamadı: %2$s. XDG_CACHE_HOME değişkeniyle yalnız size ait"
                + " bir klasör gösterin.",
                "The library of kamupin.jar (%1$s) could not be unpacked into a safe folder: %2$s. Name a folder that is yours alone"
                + " with XDG_CACHE_HOME."),
        OTHER("%1$s: %2$s", "%1$s: %2$s");

        private final String turkish;
        private final String english;

        Kind(String turkish, String english) {
            this.turkish = turkish;
            this.english = english;
        }
    }

    /** The packages of what the library may be linked with: Debian's, and this project's, which no archive has. */
    private static final Map<String, String> PACKAGES = Map.of("libkamupin.so.1", "./libkamupin1_*.deb", "libpcsclite.so.1", "libpcsclite1",
            "libcurl.so.4", "libcurl4", "libjansson.so.4", "libjansson4", "libcrypto.so.3", "libssl3", "libssl.so.3", "libssl3",
            "libstdc++.so.6", "libstdc++6", "libgcc_s.so.1", "libgcc-s1");
    private static final Pattern MISSING = Pattern.compile("(lib[\\w.+-]*\\.so[.\\d]*): cannot open shared object file: No such file");
    private static final Pattern MISSING_ON_MUSL = Pattern.compile("Error (?:loading shared library|relocating) ([^ :]+)");
    private static final Pattern UNDEFINED = Pattern.compile("undefined symbol: (\\w+)");
    private static final Pattern TOO_NEW = Pattern.compile("version `([\\w.]+)' not found");

    private final Kind kind;
    private final String place;
    private final String known;

    private NativeProblem(Kind kind, String place, String known) {
        this.kind = kind;
        this.place = place;
        this.known = known;
    }

    static NativeProblem of(Kind kind, String place, String known) {
        return new NativeProblem(kind, place, known);
    }

    Kind kind() {
        return kind;
    }

    String text(boolean turkish) {
        return String.format(turkish ? kind.turkish : kind.english, place, known, PACKAGES.get(known));
    }

    // ---- what can be seen of a file before it is loaded ----

    /** What is wrong with a file; null when nothing is. token: what the file of the jar's own version has in it. */
    static NativeProblem inFile(Path file, String platform, String token) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer head = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 64 || head.getInt(0) != 0x464C457F) { // 7F "ELF"
            return of(Kind.NO_LIBRARY, file.toString(), "");
        }
        String architecture = architecture(bytes[4], bytes[5] == 1 ? head.getShort(18) : Short.reverseBytes(head.getShort(18)));
        String wanted = platform.substring(platform.indexOf('-') + 1);
        if (!architecture.equals(wanted)) {
            return of(Kind.ARCHITECTURE, file.toString(), architecture + " ≠ " + wanted);
        }
        // Latin 1 has a character for each byte, so offsets stay.
        Matcher found = Pattern.compile("kamupin_java=([\\w.+-]+)").matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        String version = found.find() ? found.group(1) : "?";
        return version.equals(token) ? null : of(Kind.VERSION, file.toString(), version + " ≠ " + token);
    }

    /** The machine of an ELF header, as os.arch says it. */
    private static String architecture(byte bits, int machine) {
        switch (machine) {
            case 62:
                return bits == 2 ? "x86_64" : "x32";
            case 183:
                return "aarch64";
            case 3:
                return "i386";
            case 40:
                return "arm";
            case 243:
                return "riscv64";
            case 21:
                return "ppc64le";
            case 22:
                return "s390x";
            default:
                return "ELF machine " + machine;
        }
    }

    // ---- what the linker says ----

    /** Whether this very process runs on musl. */
    static boolean runsOnMusl() {
        try {
            return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1).contains("/ld-musl-");
        } catch (IOException unknown) {
            return false;
        }
    }

    /** What a failure to load means. */
    static NativeProblem ofLoading(String place, String said, boolean musl) {
        Matcher found = MISSING_ON_MUSL.matcher(said);
        if (found.find()) {
            return of(Kind.MUSL, place, found.group(1));
        }
        if (musl) {
            return of(Kind.MUSL, place, said);
        }
        found = MISSING.matcher(said);
        if (found.find()) {
            return of(PACKAGES.containsKey(found.group(1)) ? Kind.LIBRARY_MISSING : Kind.LIBRARY_UNKNOWN, place, found.group(1));
        }
        found = UNDEFINED.matcher(said);
        if (found.find()) {
            return of(found.group(1).startsWith("kamupin_") ? Kind.LIBRARY_OLD : Kind.SYSTEM_OLD, place, found.group(1));
        }
        found = TOO_NEW.matcher(said);
        if (found.find()) {
            return of(Kind.SYSTEM_OLD, place, found.group(1));
        }
        if (said.contains("failed to map segment from shared object")) {
            return of(Kind.NO_EXEC, place, "");
        }
        return of(Kind.OTHER, place, said);
    }

    // ---- all of them ----

    /** What is said when nothing was loaded: both languages, each place in a line. */
    static String all(List<NativeProblem> problems, boolean named) {
        StringBuilder made = new StringBuilder();
        for (boolean turkish : new boolean[] {true, false}) {
            made.append(made.length() == 0 ? "" : "\n");
            made.append(turkish ? "libkamupin_java.so yüklenemedi. Denenenler:" : "libkamupin_java.so was not loaded. What was tried:");
            StringBuilder nowhere = new StringBuilder();
            for (NativeProblem one : problems) {
                if (one.kind == Kind.NOT_THERE) {
                    nowhere.append(nowhere.length() == 0 ? "" : ", ").append(Path.of(one.place).getParent());
                } else {
                    made.append("\n  - ").append(one.text(turkish));
                }
            }
            if (nowhere.length() > 0) {
                made.append(turkish ? "\n  - Şu klasörlerde yok: " : "\n  - Not in these folders: ").append(nowhere);
            }
            if (named) {
                made.append(turkish ? "\n  kamupin.library.path verildiği için başka yere bakılmadı."
                        : "\n  Because kamupin.library.path is set, nowhere else was looked.");
            }
        }
        return made.toString();
    }
}
