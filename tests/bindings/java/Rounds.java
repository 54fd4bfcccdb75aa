/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Rounds.java: everything that a program makes, uses and lets go, again and again; half of the operations are
   closed, the other half are left to the collector.

       Rounds calls READER
       Rounds futures          what is a future: steps, whole calls, logins

   Each line of standard input is a number: so many rounds are made, the collector is asked to run, and "done" is
   said. */

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.kamupin.Answer;
import org.kamupin.AsyncOperation;
import org.kamupin.Card;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.FactorType;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.LoginListener;
import org.kamupin.Notice;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.Prompts;
import org.kamupin.Question;
import org.kamupin.Result;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Session;
import org.kamupin.SessionOptions;
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
            card(context, reader);
            context.watch(event -> EVENTS.incrementAndGet()).close();
        }
    }

    private static void failed(Status wanted, CompletableFuture<?> future) {
        try {
            future.join();
            throw new AssertionError("it came to something");
        } catch (CompletionException error) {
            refused(wanted, (KamupinException) error.getCause());
        } catch (CancellationException error) {
            // by this program
        }
    }

    /* Steps that fail, one behind the other; one that is cancelled, perhaps while it runs. */
    private static void steps(Context context, ExecutorService threads, boolean closed) throws KamupinException {
        OperationOptions options = new OperationOptions().onEvent(event -> EVENTS.incrementAndGet());
        AsyncOperation operation = context.operation(NOWHERE, options).async(threads);
        CompletableFuture<Result> run = operation.run();
        if (run.cancel(true)) {
            failed(Status.CANCELLED, run);
        } else {
            operation.cancel();
        }
        try (Secret code = Secret.of(context, SecretKind.VERIFICATION_CODE, "123456".toCharArray())) {
            CompletableFuture<Void> redeemed = operation.redeem(code);
            failed(Status.WRONG_STATE, operation.beginFactor(FactorType.SMS));
            failed(Status.CANCELLED, redeemed);
        }
        if (closed) {
            operation.close();
        }
    }

    /** Gives up when it is asked. */
    private static final class Nobody implements Prompts {
        @Override
        public Answer secret(Question question, Secret into) {
            return Answer.CANCEL;
        }

        @Override
        public boolean acknowledge(Notice notice) {
            return false;
        }
    }

    /* Whole calls: one that ends by itself, one that is cancelled. */
    private static void unblocks(Context context, ExecutorService threads) throws KamupinException {
        failed(Status.CANCELLED, context.unblock(NOWHERE, new Nobody(), new OperationOptions(), threads));
        CompletableFuture<Result> cancelled = context.unblock(NOWHERE, new Nobody(), new OperationOptions(), threads);
        cancelled.cancel(true);
        failed(Status.CANCELLED, cancelled);
    }

    private static void login(Context context, ExecutorService threads) throws IOException, KamupinException {
        try (LoginListener listener = new LoginListener(Language.TURKISH);
                Session session = context.session(NOWHERE, new SessionOptions().redirect(listener.redirect()))) {
            session.cancel();
            failed(Status.CANCELLED, session.login(listener, login -> { }, threads));
        }
    }

    /** Some rounds, of which each has its number. */
    private interface Work {
        void round(int number) throws Exception;
    }

    private static void counted(Work work) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            for (int i = 0; i < Integer.parseInt(line); i++) {
                work.round(i);
            }
            System.gc();
            System.runFinalization();
            System.out.println("done");
        }
    }

    private static void futures(Context context) throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            counted(number -> {
                steps(context, threads, number % 2 == 0);
                unblocks(context, threads);
                if (number % 10 == 0) {
                    login(context, threads);
                }
            });
        } finally {
            threads.shutdown();
            threads.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    public static void main(String[] arguments) throws Exception {
        try (Context context = new Context()) {
            if (arguments[0].equals("futures")) {
                futures(context);
            } else {
                counted(number -> round(context, arguments[1], number));
            }
        }
    }
}
