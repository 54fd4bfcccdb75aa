/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Rounds.java: everything that a program makes, uses and lets go, again and again; half of the operations are
   closed, the other half are left to the collector.

       Rounds READER

   Each line of standard input is a number: so many rounds are made, the collector is asked to run, and "done" is
   said. */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.kamupin.AsyncOperation;
import org.kamupin.Card;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.FactorType;
import org.kamupin.KamupinException;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Status;

public final class Rounds {
    private static final String NOWHERE = "https://127.0.0.1:9/kamupin/v1";
    private static final AtomicInteger EVENTS = new AtomicInteger();

    private Rounds() {
    }

    private static void refused(Status wanted, KamupinException error) {
        if (error.status() != wanted) {
            throw new AssertionError(error);
        }
    }

    private static void operation(Context context, boolean closed) throws KamupinException {
        Operation operation = context.operation(NOWHERE, new OperationOptions().onEvent(event -> EVENTS.incrementAndGet()));
        operation.cancel();
        try (Secret code = Secret.of(context, SecretKind.VERIFICATION_CODE, "123456".toCharArray())) {
            operation.redeem(code);
        } catch (KamupinException error) {
            refused(Status.CANCELLED, error);
        }
        if (closed) {
            operation.close();
        }
    }

    private static void futures(Context context) throws KamupinException {
        try (AsyncOperation operation = context.operation(NOWHERE, new OperationOptions()).async(Runnable::run)) {
            operation.operation().cancel();
            operation.beginFactor(FactorType.SMS).exceptionally(error -> null).join();
        }
    }

    private static void card(Context context, String reader) throws KamupinException {
        try (Cards cards = context.cards(); Card card = context.open(reader)) {
            Cards.matches(cards.list().get(0), reader);
            card.read();
            card.certificates();
        }
    }

    private static void round(Context context, String reader, int number) throws KamupinException {
        ByteBuffer typed = ByteBuffer.allocateDirect(6).put("123456".getBytes(StandardCharsets.US_ASCII)).flip();
        try (Secret pin = Secret.of(context, SecretKind.PIN, typed)) {
            context.checkPin(pin, pin);
        }
        operation(context, number % 2 == 0);
        if (number % 10 == 0) {
            futures(context);
            card(context, reader);
            context.watch(event -> EVENTS.incrementAndGet()).close();
        }
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        try (Context context = new Context()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                for (int i = 0; i < Integer.parseInt(line); i++) {
                    round(context, arguments[0], i);
                }
                System.gc();
                System.runFinalization();
                System.out.println("done");
            }
        }
    }
}
