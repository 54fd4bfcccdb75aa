/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Futures.java: operations as futures and by prompts, and what ends them. Secrets are lines of standard input.

       Futures steps       the whole of it, step by step; asks for the code, the PIN, the SMS code
       Futures stop        the step that asks for the SMS is cancelled while the service is silent
       Futures late        unblock() with prompts waits for a card, until its time is over
       Futures prompts     a prompt throws; a second call's prompt gives up
       Futures list        an operation is closed while the list of its cards lives on

   Says where it is, and what came of it. */

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.kamupin.Answer;
import org.kamupin.AsyncOperation;
import org.kamupin.CancelledException;
import org.kamupin.Cards;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.EventKind;
import org.kamupin.FactorType;
import org.kamupin.KamupinException;
import org.kamupin.Notice;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.Phase;
import org.kamupin.Prompts;
import org.kamupin.Question;
import org.kamupin.Result;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Status;

public final class Futures {
    private static final String SERVICE = System.getenv("KAMUPIN_SERVICE");
    private static final BufferedReader LINES = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Futures() {
    }

    private static Secret typed(Context context, SecretKind kind) throws KamupinException, IOException {
        return Secret.of(context, kind, LINES.readLine().toCharArray());
    }

    private static CompletableFuture<Void> redeemed(Context context, AsyncOperation operation) throws Exception {
        try (Secret code = typed(context, SecretKind.VERIFICATION_CODE)) {
            return operation.redeem(code); // which may be closed at once
        }
    }

    private static void steps(Context context, ExecutorService threads) throws Exception {
        try (AsyncOperation operation = context.operation(SERVICE, new OperationOptions()).async(threads)) {
            CompletableFuture<Void> chosen = redeemed(context, operation).thenCompose(done -> operation.choose(null));
            try (Secret pin = typed(context, SecretKind.PIN)) {
                chosen.join();
                operation.setPin(pin, pin).thenCompose(done -> operation.beginFactor(FactorType.SMS)).join();
            }
            System.out.println("sms");
            CompletableFuture<Result> result;
            try (Secret sms = typed(context, SecretKind.SMS_CODE)) {
                result = operation.verifyFactor(sms).thenCompose(done -> operation.run());
            }
            System.out.println(result.join().outcome().word() + " " + operation.operation().phase());
        }
    }

    private static void stop(Context context, ExecutorService threads) throws Exception {
        CountDownLatch factor = new CountDownLatch(1);
        AsyncOperation operation = context.operation(SERVICE, new OperationOptions().onEvent(event -> {
            if (event.phase() == Phase.FACTOR) {
                factor.countDown();
            }
        })).async(threads);
        redeemed(context, operation).thenCompose(done -> operation.choose(null)).join();
        try (Secret pin = typed(context, SecretKind.PIN)) {
            operation.setPin(pin, pin);
        }
        CompletableFuture<?> silent = operation.beginFactor(FactorType.SMS);
        CompletableFuture<?> behind = operation.run();
        factor.await();
        System.out.println("asked");
        LINES.readLine(); // the service has the request
        System.out.println(silent.cancel(true) + " " + silent.isCancelled());
        try {
            behind.join();
        } catch (CompletionException error) {
            System.out.println(error.getCause() instanceof KamupinException);
        }
        System.out.println(operation.operation().phase());
        operation.close();
    }

    /** Answers the code and nothing else. */
    private static class Person implements Prompts {
        @Override
        public Answer secret(Question question, Secret into) throws IOException, KamupinException {
            into.append(LINES.readLine().toCharArray());
            return Answer.GIVEN;
        }

        @Override
        public boolean acknowledge(Notice notice) {
            return true;
        }
    }

    private static void late(Context context, ExecutorService threads) throws Exception {
        CompletableFuture<Void> waits = new CompletableFuture<>();
        OperationOptions options = new OperationOptions().onEvent(event -> {
            if (event.kind() == EventKind.WAIT_FOR_CARD) {
                waits.complete(null);
            }
        });
        CompletableFuture<Result> result = context.unblock(SERVICE, new Person(), options, threads);
        waits.join();
        try {
            result.orTimeout(1, TimeUnit.MILLISECONDS).join();
        } catch (CompletionException error) {
            System.out.println(error.getCause().getClass().getSimpleName());
        }
    }

    private static void prompts(Context context) throws KamupinException {
        IOException broken = new IOException("the terminal is gone");
        try {
            context.unblock(SERVICE, new Person() {
                @Override
                public Answer secret(Question question, Secret into) throws IOException {
                    throw broken;
                }
            }, new OperationOptions());
        } catch (IllegalStateException error) {
            System.out.println(error.getCause() == broken);
        }
        try {
            context.unblock(SERVICE, new Person() {
                @Override
                public Answer secret(Question question, Secret into) {
                    return Answer.CANCEL;
                }
            }, new OperationOptions());
        } catch (CancelledException error) {
            System.out.println(error.name());
        }
    }

    private static void list(Context context) throws Exception {
        Operation operation = context.operation(SERVICE, new OperationOptions());
        try (Secret code = typed(context, SecretKind.VERIFICATION_CODE)) {
            operation.redeem(code);
        }
        try (Cards cards = operation.cards()) {
            operation.close();
            System.out.println(cards.list().get(0).usable());
            LINES.readLine();
            cards.await(Duration.ofMillis(1));
        } catch (KamupinException error) {
            System.out.println(error.status() == Status.TIMED_OUT);
        }
    }

    public static void main(String[] arguments) throws Exception {
        ContextOptions options = new ContextOptions().stateFolder(Path.of(System.getenv("KAMUPIN_STATE_DIR")))
                .caFile(Path.of(System.getenv("KAMUPIN_CA_FILE")));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Context context = new Context(options)) {
            switch (arguments[0]) {
                case "steps":
                    steps(context, threads);
                    break;
                case "stop":
                    stop(context, threads);
                    break;
                case "late":
                    late(context, threads);
                    break;
                case "list":
                    list(context);
                    break;
                default:
                    prompts(context);
                    break;
            }
        }
        threads.shutdown();
        System.out.println(threads.awaitTermination(1, TimeUnit.MINUTES));
    }
}
