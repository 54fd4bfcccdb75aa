/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Unblock.java: a whole program that gives a card a new PIN: one call, and two small methods that it asks and
   tells. Answers are lines of standard input, hidden at a terminal; never of the command line, where everybody
   sees them.

       KAMUPIN_SERVICE=https://… java -cp kamupin.jar Unblock.java [CARD]

   Exits with the status' number (0: done) and says what happened in Turkish and English. */

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.kamupin.Answer;
import org.kamupin.Ask;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.Event;
import org.kamupin.EventKind;
import org.kamupin.Kamupin;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.Notice;
import org.kamupin.OperationOptions;
import org.kamupin.Phase;
import org.kamupin.Prompts;
import org.kamupin.Question;
import org.kamupin.Result;
import org.kamupin.Secret;

public final class Unblock implements Prompts {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    private static final Map<Ask, String> WHAT = Map.of(
            Ask.CODE, "Sayfadaki doğrulama kodu / Code on the web page",
            Ask.NEW_PIN, "Yeni PIN / New PIN",
            Ask.NEW_PIN_AGAIN, "Yeni PIN (tekrar) / New PIN again",
            Ask.SMS_CODE, "SMS kodu (boş: yenisi) / SMS code (empty: a new one)",
            Ask.WEB_PASSWORD, "WEB parola (boş: SMS ile) / Web password (empty: by SMS)",
            Ask.PIN_TO_CHECK, "Yarıda kalan işlemin PIN'i / PIN of the interrupted operation");

    private final FileChannel input = new FileInputStream(FileDescriptor.in).getChannel();
    private final Console console = System.console();

    /* A line of the person's, into `into` (null: nowhere). False at the end of the input. */
    private boolean readLine(String prompt, Secret into) throws IOException, KamupinException {
        ERR.print(prompt + ": ");
        if (console != null) {
            char[] typed = console.readPassword();
            if (typed != null && into != null) {
                into.append(typed); // and wipes it
            }
            return typed != null;
        }
        ByteBuffer key = ByteBuffer.allocateDirect(1);
        while (input.read(key.clear()) == 1) {
            if (key.flip().get(0) == '\n') {
                ERR.println();
                return true;
            }
            if (into != null) {
                into.append(key); // and wipes it
            }
        }
        return false;
    }

    @Override
    public Answer secret(Question question, Secret into) throws IOException, KamupinException {
        if (question.problem() != null) {
            say(question.problem()); // why it is asked again
        }
        if (question.factor() != null) {
            ERR.print(question.factor().destination() + " ");
        }
        if (!readLine(WHAT.get(question.ask()), into)) {
            return Answer.CANCEL;
        }
        if (question.ask() == Ask.SMS_CODE && into.length() == 0) {
            return Answer.RESEND;
        }
        return question.ask() == Ask.WEB_PASSWORD && into.length() == 0 ? Answer.OTHER_FACTOR : Answer.GIVEN;
    }

    @Override
    public boolean acknowledge(Notice notice) throws IOException, KamupinException {
        ERR.println(Kamupin.noticeText(notice, Language.TURKISH) + "\n\n" + Kamupin.noticeText(notice, Language.ENGLISH));
        return notice != Notice.BEFORE_PIN
                || readLine("Okuduysanız Enter'a basın / When you have read this, press Enter", null);
    }

    private static void show(Event event) {
        if (event.kind() == EventKind.WAIT_FOR_CARD) {
            ERR.println(Kamupin.statusRemedy(event.status(), Language.TURKISH));
            ERR.println(Kamupin.statusRemedy(event.status(), Language.ENGLISH));
        } else if (event.phase() == Phase.CARD_WORK) {
            ERR.println("Kartı çıkarmayın. / Leave the card where it is.");
        }
    }

    private static void say(KamupinException error) {
        ERR.println(error.text(Language.TURKISH));
        ERR.println(error.text(Language.ENGLISH));
    }

    private static Path path(String name) {
        return System.getenv(name) == null ? null : Path.of(System.getenv(name));
    }

    public static void main(String[] arguments) {
        ContextOptions settings = new ContextOptions()
                .caFile(path("KAMUPIN_CA_FILE"))          // null: the system's
                .stateFolder(path("KAMUPIN_STATE_DIR"));  // null: the user's own
        OperationOptions options = new OperationOptions()
                .card(arguments.length > 0 ? arguments[0] : null) // null: the only one that may be used
                .onEvent(Unblock::show);
        try (Context context = new Context(settings)) {
            Result result = context.unblock(System.getenv("KAMUPIN_SERVICE"), new Unblock(), options);
            OUT.println(result.cardId() + " " + result.outcome().word());
        } catch (KamupinException error) {
            say(error);
            System.exit(error.status().value());
        }
    }
}
