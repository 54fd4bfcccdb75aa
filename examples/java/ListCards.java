/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   ListCards.java: a whole program that names the cards in the readers. Sends no PIN command. Each line is
   reader, product, card id and state, with tabs between; the last is how many readers there are.

       java -cp kamupin.jar ListCards.java

   Exits with the status' number (0: done) and says what happened in Turkish and English. */

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.kamupin.CardInfo;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.Language;

public final class ListCards {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);

    private ListCards() {
    }

    public static void main(String[] arguments) {
        try (Context context = new Context(); Cards cards = context.cards()) {
            for (CardInfo card : cards) {
                OUT.println(String.join("\t", card.reader(), card.product(), card.cardId(), card.usable().word()));
            }
            OUT.println(cards.list().size());
        } catch (KamupinException error) {
            ERR.println(error.text(Language.TURKISH));
            ERR.println(error.text(Language.ENGLISH));
            System.exit(error.status().value());
        }
    }
}
