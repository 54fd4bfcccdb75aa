/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Bench.java: the Java side of scripts/bench. It measures itself, so that the start of the Java machine and its
   compiling are not in the figures.

       Bench call CALLS          for each line of standard input the nanoseconds of one Secret.length()
       Bench readers READER…     for each line the milliseconds in which each reader's card was opened and read, each by a
                                 thread of its own */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.kamupin.Card;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.Secret;
import org.kamupin.SecretKind;

public final class Bench {
    private Bench() {
    }

    /** A measurement. */
    private interface Measured {
        double take() throws Exception;
    }

    private static double call(Secret secret, long calls) throws KamupinException {
        long sum = 0;
        long began = System.nanoTime();
        for (long i = 0; i < calls; i++) {
            sum += secret.length();
        }
        double took = (double) (System.nanoTime() - began) / calls;
        if (sum != calls) {
            throw new AssertionError(sum);
        }
        return took;
    }

    /* A context of its own each time: nothing is known of the cards. */
    private static double readers(ExecutorService threads, List<String> names) throws Exception {
        try (Context context = new Context()) {
            List<Callable<Boolean>> all = new ArrayList<>();
            for (String name : names) {
                all.add(() -> {
                    try (Card card = context.open(name)) {
                        return card.read().reader().equals(name);
                    }
                });
            }
            long began = System.nanoTime();
            for (Future<Boolean> one : threads.invokeAll(all)) {
                if (!one.get()) {
                    throw new AssertionError("another reader");
                }
            }
            return (System.nanoTime() - began) / 1e6;
        }
    }

    private static void answer(Measured measured) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        while (lines.readLine() != null) {
            System.out.println(measured.take());
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("readers")) {
            List<String> names = List.of(arguments).subList(1, arguments.length);
            ExecutorService threads = Executors.newFixedThreadPool(names.size());
            answer(() -> readers(threads, names));
            threads.shutdown();
            return;
        }
        try (Context context = new Context();
                Secret secret = Secret.of(context, SecretKind.PIN, new byte[] {'1'})) {
            long calls = Long.parseLong(arguments[1]);
            call(secret, 10 * calls); // until it is compiled
            answer(() -> call(secret, calls));
        }
    }
}
