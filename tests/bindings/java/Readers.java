/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Readers.java: each reader's card opened, read and its PIN verified by a thread of its own, all at once.

       Readers PIN READER…

   Prints a line for each: reader and what came of it. The PIN is the sandbox's and no secret. */

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.kamupin.Card;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.PinRisk;
import org.kamupin.Secret;
import org.kamupin.SecretKind;

public final class Readers {
    private Readers() {
    }

    private static String work(Context context, String reader, String pin) throws KamupinException {
        try (Card card = context.open(reader);
                Secret secret = Secret.of(context, SecretKind.PIN, pin.getBytes(StandardCharsets.US_ASCII))) {
            card.verify(secret, PinRisk.UNPROVEN);
            return reader + "\t" + card.read().cardId();
        }
    }

    public static void main(String[] arguments) throws Exception {
        List<String> readers = List.of(arguments).subList(1, arguments.length);
        ExecutorService threads = Executors.newFixedThreadPool(readers.size());
        CyclicBarrier start = new CyclicBarrier(readers.size());
        try (Context context = new Context()) {
            List<Callable<String>> all = new ArrayList<>();
            for (String reader : readers) {
                all.add(() -> {
                    start.await();
                    return work(context, reader, arguments[0]);
                });
            }
            for (Future<String> one : threads.invokeAll(all)) {
                System.out.println(one.get());
            }
        } finally {
            threads.shutdown();
        }
    }
}
