/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Version.java: the least that needs the native library; says where it was loaded from. For
   tests/integration/test_bindings_java_loader.py. */

import java.nio.file.Files;
import java.nio.file.Path;
import org.kamupin.Kamupin;

public final class Version {
    public static void main(String[] arguments) throws Exception {
        System.out.println(Kamupin.version());
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (line.contains("kamupin_java") && line.contains(" r-xp ")) {
                System.out.println(line.substring(line.indexOf('/')));
            }
        }
    }
}
