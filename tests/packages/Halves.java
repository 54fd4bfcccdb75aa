/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Halves.java: run with the jar that packaging/jar/build makes by test_jar.py, as halves.py is with the wheel: asks for the
   readers, and asks the service where a delivery is. A line for what came of each, then for the Java it ran on and the
   native library, and one for each file of those libraries that the jar has inside and that was loaded from the system. */

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.Inquiries;
import org.kamupin.KamupinException;
import org.kamupin.Language;

public final class Halves {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private Halves() {
    }

    private static void say(String word, Object value) {
        OUT.println(word + "\t" + value);
    }

    public static void main(String[] arguments) throws Exception {
        ContextOptions options = new ContextOptions().stateFolder(Path.of(System.getenv("KAMUPIN_STATE_DIR")))
            .caFile(Path.of(System.getenv("KAMUPIN_CA_FILE")));
        try (Context context = new Context(options); Inquiries inquiries = context.inquiries(System.getenv("KAMUPIN_SERVICE"))) {
            try (Cards cards = context.cards()) {
                say("readers", cards.list().size());
            } catch (KamupinException error) {
                say("readers", error.status().word());
                say("remedy", error.text(Language.TURKISH).replace('\n', ' '));
            }
            try {
                say("service", inquiries.shipment("KSM2026000001").state().word());
            } catch (KamupinException error) {
                say("service", error.status().word());
            }
        }
        say("java", Runtime.version().feature());
        TreeSet<String> files = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (line.matches(".*/lib(kamupin_java|curl|ssl|crypto|nghttp2|jansson)\\b.*")) {
                files.add(line.substring(line.indexOf('/')));
            }
        }
        for (String file : files) {
            say(file.contains("libkamupin_java") ? "library" : "system", file);
        }
    }
}
