/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   CertificateReport.java: a whole program for a room full of readers: every card's certificates as CSV, which a
   spreadsheet opens: whose they are, until when they are good, how the card's PIN stands. The readers are worked side by
   side, each by a thread. Needs no PIN, and spends no try; numbers of people are masked.

       java -cp kamupin.jar CertificateReport.java [FILE.csv]

   Exits with the status' number (0: done); what went wrong is said in Turkish and English. */

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.kamupin.Card;
import org.kamupin.CardInfo;
import org.kamupin.Cards;
import org.kamupin.Certificate;
import org.kamupin.CertificateField;
import org.kamupin.CertificateInfo;
import org.kamupin.Context;
import org.kamupin.KamupinException;
import org.kamupin.Language;

public final class CertificateReport {
    private static final List<String> HEAD = List.of("reader", "card", "product", "PIN", "tries left", "holder",
            "organisation", "kind", "serial", "not after", "days left", "note");

    private CertificateReport() {
    }

    /* The columns that say which card it is, and then the others. */
    private static List<String> row(CardInfo card, String... rest) {
        List<String> row = new ArrayList<>(List.of(card.reader(), card.cardId(), card.product(), card.pinState().word(),
                card.pinTriesLeft() < 0 ? "" : String.valueOf(card.pinTriesLeft())));
        row.addAll(List.of(rest));
        return row;
    }

    private static List<String> row(CardInfo card, Certificate certificate) throws KamupinException {
        CertificateInfo info = certificate.info();
        Instant end = info.notAfter();
        return row(card, certificate.holder(), certificate.text(CertificateField.ORGANISATION), info.kind().word(),
                certificate.serial(), end == null ? "" : LocalDate.ofInstant(end, ZoneOffset.UTC).toString(),
                end == null ? "" : String.valueOf(Math.floorDiv(Duration.between(Instant.now(), end).getSeconds(), 86400L)),
                info.validity().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    /* A card's lines; one that says why, when there is none. */
    private static List<List<String>> rows(Context context, CardInfo seen) {
        List<List<String>> rows = new ArrayList<>();
        if (seen.certificates() == 0) {
            return List.of(row(seen, "", "", "", "", "", "", seen.usable().word()));
        }
        try (Card card = context.open(seen.reader())) {
            for (byte[] der : card.certificates()) {
                try (Certificate certificate = context.certificate(der)) {
                    rows.add(row(seen, certificate));
                }
            }
        } catch (KamupinException error) { // pulled, or another program holds it
            rows.add(row(seen, "", "", "", "", "", "", error.name()));
        }
        return rows;
    }

    private static List<List<String>> report(Context context) throws KamupinException, InterruptedException, ExecutionException {
        List<List<String>> found = new ArrayList<>(List.of(HEAD));
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Cards cards = context.cards()) {
            List<Callable<List<List<String>>>> all = new ArrayList<>();
            for (CardInfo seen : cards) {
                all.add(() -> rows(context, seen));
            }
            for (Future<List<List<String>>> rows : threads.invokeAll(all)) {
                found.addAll(rows.get());
            }
        } finally {
            threads.shutdown();
        }
        return found;
    }

    private static String quoted(String value) {
        return value.matches("[^,\"\r\n]*") ? value : '"' + value.replace("\"", "\"\"") + '"';
    }

    public static void main(String[] arguments) throws IOException, InterruptedException, ExecutionException {
        StringBuilder csv = new StringBuilder();
        try (Context context = new Context()) {
            for (List<String> row : report(context)) {
                csv.append(row.stream().map(CertificateReport::quoted).collect(Collectors.joining(","))).append("\r\n");
            }
        } catch (KamupinException error) {
            PrintStream to = new PrintStream(System.err, true, StandardCharsets.UTF_8);
            to.println(error.text(Language.TURKISH));
            to.println(error.text(Language.ENGLISH));
            System.exit(error.status().value());
        }
        if (arguments.length > 0) {
            Files.writeString(Path.of(arguments[0]), csv);
        } else {
            System.out.write(csv.toString().getBytes(StandardCharsets.UTF_8));
            System.out.flush();
        }
    }
}
