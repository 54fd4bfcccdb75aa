/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   WatchCards.java: a whole program that tells what happens at the readers, until its input ends (Ctrl+D). Touches
   no card. Each line is event, reader, status and ATR, with tabs between.

       java -cp kamupin.jar WatchCards.java

   Exits with the status' number (0: done) and says what happened in Turkish and English. */

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.Watch;
import org.kamupin.WatchEvent;

public final class WatchCards {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);

    private WatchCards() {
    }

    private static void print(WatchEvent event) {
        StringBuilder atr = new StringBuilder();
        for (byte one : event.atr()) {
            atr.append(String.format("%02X", one));
        }
        OUT.println(String.join("\t", event.kind().word(), event.reader(), event.status().word(), atr));
    }

    /* Ends the watch when the input ends; what is typed is thrown away. */
    private static void endWithInput(Watch watch) {
        try {
            while (System.in.read() >= 0) {
                continue;
            }
        } catch (IOException error) {
            ERR.println(error);
        }
        watch.close();
    }

    public static void main(String[] arguments) {
        try (Context context = new Context(); Watch watch = context.watch()) {
            Thread input = new Thread(() -> endWithInput(watch));
            input.setDaemon(true);
            input.start();
            for (WatchEvent event : watch) {
                print(event);
            }
        } catch (KamupinException error) {
            ERR.println(error.text(Language.TURKISH));
            ERR.println(error.text(Language.ENGLISH));
            System.exit(error.status().value());
        }
    }
}
