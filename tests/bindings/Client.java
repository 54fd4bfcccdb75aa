/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Client.java: what a Java program does with the binding: lists cards, unblocks one. Driven by
   tests/integration/test_bindings.py inside the sandbox, line by line; client.py speaks the same. */

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.nio.file.Path;
import org.kamupin.CardInfo;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.Event;
import org.kamupin.Factor;
import org.kamupin.FactorType;
import org.kamupin.Kamupin;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.Result;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Status;

public final class Client {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    static void say(Object... words) {
        List<String> texts = new ArrayList<>();
        for (Object word : words) {
            texts.add(String.valueOf(word));
        }
        OUT.println(String.join("\t", texts));
    }

    /* NOT_SET here is "not-set" in the command's JSON. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String hex(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (byte one : bytes) {
            text.append(String.format("%02X", one));
        }
        return text.toString();
    }

    /* One line of standard input, through memory that is overwritten. */
    static Secret readSecret(Context context, SecretKind kind) throws KamupinException, IOException {
        Secret secret = new Secret(context, kind);
        byte[] one = new byte[1];
        while (System.in.read(one) == 1 && one[0] != '\n') {
            secret.append(one); // and is wiped
        }
        return secret;
    }

    static void listCards(Context context) throws KamupinException {
        try (Cards cards = context.cards()) {
            for (CardInfo card : cards) {
                say("card", card.reader(), word(card.kind()), card.cardId(), card.serial(),
                    card.profile(), card.product(), hex(card.atr()), card.certificates(),
                    word(card.pinState()), word(card.pinTries()), card.pinTriesLeft(),
                    card.pinTriesMax(), word(card.pukState()), word(card.pukTries()),
                    card.pukTriesLeft(), card.pukTriesMax(), Kamupin.statusName(card.usable()));
            }
        }
    }

    static void show(Event event) {
        say("event", event.kind().value(), event.phase().value(), event.secondsLeft(), event.cardId());
    }

    static void unblock(Context context) throws KamupinException, IOException {
        String service = System.getenv("KAMUPIN_SERVICE");
        try (Operation operation = context.operation(service, new OperationOptions().onEvent(Client::show))) {
            try (Secret code = readSecret(context, SecretKind.VERIFICATION_CODE)) {
                operation.redeem(code);
            }
            List<Object> allowed = new ArrayList<>(List.of("allowed"));
            try (Cards cards = operation.cards()) {
                for (CardInfo card : cards) {
                    if (card.usable() == Status.OK) {
                        allowed.add(card.cardId());
                    }
                }
            }
            say(allowed.toArray());
            operation.choose(null);
            try (Secret pin = readSecret(context, SecretKind.PIN)) {
                operation.setPin(pin, pin);
            }
            Factor sms = operation.beginFactor(FactorType.ANY);
            say("sms", sms.destination(), sms.codeLength());
            try (Secret code = readSecret(context, SecretKind.SMS_CODE)) {
                operation.verifyFactor(code);
            }
            operation.run();
            Result result = operation.result();
            say("result", result.outcome().value(), result.reported() ? "True" : "False",
                result.cardId(), result.product());
        }
    }

    public static void main(String[] arguments) throws Exception {
        ContextOptions options = new ContextOptions().stateFolder(Path.of(System.getenv("KAMUPIN_STATE_DIR")))
            .caFile(Path.of(System.getenv("KAMUPIN_CA_FILE")));
        try (Context context = new Context(options)) {
            if (arguments[0].equals("list")) {
                listCards(context);
            } else {
                unblock(context);
            }
        } catch (KamupinException error) {
            say("error", Kamupin.statusName(error.status()), error.triesLeft(),
                error.text(Language.TURKISH), error.text(Language.ENGLISH));
            System.exit(1);
        }
    }
}
