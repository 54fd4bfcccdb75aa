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
import kamupin.CardInfo;
import kamupin.Context;
import kamupin.Event;
import kamupin.Factor;
import kamupin.KamupinException;
import kamupin.Language;
import kamupin.Listener;
import kamupin.Operation;
import kamupin.ReaderList;
import kamupin.Result;
import kamupin.Secret;
import kamupin.SecretKind;
import kamupin.Status;
import kamupin.kamupin;

public final class Client {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    static void say(Object... words) {
        List<String> texts = new ArrayList<>();
        for (Object word : words) {
            texts.add(String.valueOf(word));
        }
        OUT.println(String.join("\t", texts));
    }

    /* KAMUPIN_PIN_NOT_SET is PIN_NOT_SET here and "not-set" in the command's JSON. */
    static String word(Object constant) {
        String name = constant.toString();
        return name.substring(name.indexOf('_') + 1).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /* One line of standard input, through memory that is overwritten. */
    static Secret readSecret(Context context, SecretKind kind) throws KamupinException, IOException {
        Secret secret = new Secret(context, kind);
        byte[] one = new byte[1];
        while (System.in.read(one) == 1 && one[0] != '\n') {
            secret.append(one);
        }
        one[0] = 0;
        return secret;
    }

    static void listCards(Context context) throws KamupinException {
        try (ReaderList cards = new ReaderList(context)) {
            for (CardInfo card : cards) {
                say("card", card.getReader(), word(card.getKind()), card.getCardId(), card.getSerial(),
                    card.getProfile(), card.getProduct(), card.atrHex(), card.getCertificates(),
                    word(card.getPinState()), word(card.getPinTries()), card.getPinTriesLeft(),
                    card.getPinTriesMax(), word(card.getPukState()), word(card.getPukTries()),
                    card.getPukTriesLeft(), card.getPukTriesMax(), kamupin.statusName(card.getUsable()));
            }
        }
    }

    static final class Show extends Listener {
        @Override public void event(Event event) {
            say("event", event.getKind().swigValue(), event.getPhase().swigValue(), event.getSecondsLeft(),
                event.getCardId());
        }
    }

    static void unblock(Context context) throws KamupinException, IOException {
        String service = System.getenv("KAMUPIN_SERVICE");
        try (Operation operation = new Operation(context, service, null, new Show())) {
            try (Secret code = readSecret(context, SecretKind.SECRET_VERIFICATION_CODE)) {
                operation.redeem(code);
            }
            List<Object> allowed = new ArrayList<>(List.of("allowed"));
            try (ReaderList cards = operation.cards()) {
                for (CardInfo card : cards) {
                    if (card.getUsable() == Status.OK) {
                        allowed.add(card.getCardId());
                    }
                }
            }
            say(allowed.toArray());
            operation.choose();
            try (Secret pin = readSecret(context, SecretKind.SECRET_PIN)) {
                operation.setPin(pin, pin);
            }
            Factor sms = operation.beginFactor();
            say("sms", sms.getDestination(), sms.getCodeLength());
            try (Secret code = readSecret(context, SecretKind.SECRET_SMS_CODE)) {
                operation.verifyFactor(code);
            }
            operation.run();
            Result result = operation.result();
            say("result", result.getOutcome().swigValue(), result.getReported() ? "True" : "False",
                result.getCardId(), result.getProduct());
        }
    }

    public static void main(String[] arguments) throws Exception {
        String folder = System.getenv("KAMUPIN_STATE_DIR");
        try (Context context = new Context(folder, System.getenv("KAMUPIN_CA_FILE"))) {
            if (arguments[0].equals("list")) {
                listCards(context);
            } else {
                unblock(context);
            }
        } catch (KamupinException error) {
            say("error", kamupin.statusName(error.getStatus()), error.getTriesLeft(),
                error.text(Language.TURKISH), error.text(Language.ENGLISH));
            System.exit(1);
        }
    }
}
