// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// NativeLoader.java: where the native half is looked for, and in which order. What is found is looked at before it is
// loaded: a library that was loaded stays for as long as its class loader, also when it was the wrong one.
package org.kamupin.internal;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Loads the native half, and explains itself when it fails. Looked at in this order, until one is loaded:
 *
 * <ol>
 * <li>the system property {@code kamupin.library.path}, a file or a folder; when it is set, nothing else is looked at;
 * <li>the folders of {@code java.library.path};
 * <li>those of the prefix that the jar is installed in: {@code lib/jni} and {@code lib/ARCHITECTURE/jni} beside {@code share/java},
 *     unless somebody could put a library there who could not as well have put another jar ({@link NativePrefix});
 * <li>the system's own: {@code /usr/lib/jni} and the same of the architecture;
 * <li>the library that came in the jar, unpacked into a folder that is the user's alone ({@link NativeFolder}).
 * </ol>
 */
final class NativeLoader {
    static final String PROPERTY = "kamupin.library.path";
    private static final String FILE = "libkamupin_java.so";

    /** Loads a file; the JVM's own way outside of tests. */
    interface Loading {
        void load(Path file);
    }

    private final String named;
    private final String searched;
    private final NativePrefix prefix;
    private final List<Path> system;
    private final String platform;
    private final NativeFolder folder;
    private final Loading loading;
    private final Set<Path> beside = new HashSet<>();
    private final List<NativeProblem> problems = new ArrayList<>();

    /** jar: where this class is from; null when that is no jar. */
    NativeLoader(String named, String searched, Path jar, List<Path> system, String platform, NativeFolder folder, Loading loading) {
        this.named = named;
        this.searched = searched;
        this.prefix = new NativePrefix(jar, triplet(platform));
        this.system = system;
        this.platform = platform;
        this.folder = folder;
        this.loading = loading;
    }

    /** Called once, by the class that needs the library. */
    @SuppressWarnings("restricted") // to load is what this class is for
    static void load() {
        new NativeLoader(System.getProperty(PROPERTY), System.getProperty("java.library.path", ""), NativePrefix.jar(NativeLoader.class),
                systemFolders(platform()), platform(), new NativeFolder(NativeFolder.places()), file -> System.load(file.toString())).run();
    }

    /** Operating system and architecture as the folders of the jar have them: "linux-x86_64". */
    static String platform() {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String architecture = System.getProperty("os.arch", "");
        return (system.startsWith("linux") ? "linux" : system.replace(' ', '_')) + "-"
                + ("amd64".equals(architecture) ? "x86_64" : architecture);
    }

    private static List<Path> systemFolders(String platform) {
        return List.of(Path.of("/usr/lib", triplet(platform), "jni"), Path.of("/usr/lib/jni"));
    }

    /** What Debian calls the architecture. */
    private static String triplet(String platform) {
        return platform.substring(platform.indexOf('-') + 1) + "-linux-gnu";
    }

    /** The resource of the jar. */
    static String resource(String platform) {
        return "/org/kamupin/natives/" + platform + "/" + FILE;
    }

    /** Loads the first that can be; throws UnsatisfiedLinkError that says of each why it was not. */
    void run() {
        if (named != null && !named.isEmpty()) {
            Path path = Path.of(named).toAbsolutePath();
            if (tried(Files.isDirectory(path) ? path.resolve(FILE) : path, true)) {
                return;
            }
        } else {
            for (Path one : candidates()) {
                if (tried(one, false)) {
                    return;
                }
            }
            if (unpacked()) {
                return;
            }
        }
        throw new UnsatisfiedLinkError(NativeProblem.all(problems, named != null && !named.isEmpty()));
    }

    private Set<Path> candidates() {
        Set<Path> found = new LinkedHashSet<>();
        for (String one : searched.split(File.pathSeparator)) {
            if (!one.isEmpty()) {
                found.add(Path.of(one).toAbsolutePath().resolve(FILE));
            }
        }
        for (Path one : prefix.folders()) {
            if (found.add(one.resolve(FILE))) { // nobody has named it
                beside.add(one.resolve(FILE));
            }
        }
        for (Path one : system) {
            found.add(one.resolve(FILE));
        }
        return found;
    }

    private boolean tried(Path file, boolean wanted) {
        if (!Files.exists(file)) {
            problems.add(NativeProblem.of(wanted ? NativeProblem.Kind.ABSENT : NativeProblem.Kind.NOT_THERE, file.toString(), ""));
            return false;
        }
        NativeProblem problem;
        try {
            problem = beside.contains(file) ? prefix.of(file) : null;
            if (problem == null) {
                problem = NativeProblem.inFile(file, platform, NativeVersion.TOKEN);
            }
            if (problem == null) {
                loading.load(file);
                return true;
            }
        } catch (UnsatisfiedLinkError error) {
            problem = NativeProblem.ofLoading(file.toString(), String.valueOf(error.getMessage()), NativeProblem.runsOnMusl());
        } catch (IOException error) {
            problem = NativeProblem.of(NativeProblem.Kind.UNREADABLE, file.toString(), error.toString());
        }
        problems.add(problem);
        return false;
    }

    private boolean unpacked() {
        String resource = resource(platform);
        Path file;
        try (InputStream content = NativeLoader.class.getResourceAsStream(resource)) {
            if (content == null) {
                problems.add(NativeProblem.of(NativeProblem.Kind.NOT_IN_JAR, platform, ""));
                return false;
            }
            file = folder.unpack(content.readAllBytes());
        } catch (IOException error) {
            problems.add(NativeProblem.of(NativeProblem.Kind.NOT_UNPACKED, resource, error.getMessage()));
            return false;
        }
        return tried(file, true);
    }
}
