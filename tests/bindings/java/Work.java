/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Work.java: everything that can be done with one card, held to what the Java platform itself says of
   certificates and signatures.

       Work READER PROFILE      PROFILE: a card profile file; the PIN is the sandbox's, changed to 80461357

   Needs an akis2:rsa card. Says "ok" at the end. */

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.kamupin.Cancel;
import org.kamupin.CancelledException;
import org.kamupin.Card;
import org.kamupin.CardException;
import org.kamupin.CardInfo;
import org.kamupin.Cards;
import org.kamupin.Certificates;
import org.kamupin.Cms;
import org.kamupin.CmsOptions;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.DiagnoseOptions;
import org.kamupin.Finding;
import org.kamupin.Kamupin;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.PadInfo;
import org.kamupin.PadOptions;
import org.kamupin.PinException;
import org.kamupin.PinRisk;
import org.kamupin.ProbeReport;
import org.kamupin.ReaderException;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.SignForm;
import org.kamupin.SignOptions;
import org.kamupin.Signature;
import org.kamupin.Status;
import org.kamupin.Watch;
import org.kamupin.WatchEvent;
import org.kamupin.WatchKind;

public final class Work {
    private static final byte[] DATA = "kamu".getBytes(StandardCharsets.US_ASCII);

    private Work() {
    }

    interface Call {
        void run() throws Exception;
    }

    private static void same(Object expected, Object got) {
        if (!expected.equals(got)) {
            throw new AssertionError("expected " + expected + ", got " + got);
        }
    }

    private static <E extends KamupinException> E refused(Class<E> kind, Status status, Call call) throws Exception {
        try {
            call.run();
        } catch (KamupinException error) {
            same(status, error.status());
            same(kind, error.getClass());
            return kind.cast(error);
        }
        throw new AssertionError("not refused: " + status);
    }

    private static Secret pin(Context context, String digits) throws KamupinException {
        return Secret.of(context, SecretKind.PIN, digits.toCharArray());
    }

    private static void sign(Context context, Card card) throws Exception {
        SignOptions how = new SignOptions().risk(PinRisk.UNPROVEN);
        byte[] der = card.certificates().get(card.checkSign(how));
        X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
        try (Secret secret = pin(context, "123456")) {
            Signature made = card.sign(MessageDigest.getInstance("SHA-256").digest(DATA), secret, how);
            same(SignForm.RSA_PKCS1, made.form());
            java.security.Signature judge = java.security.Signature.getInstance("SHA256withRSA");
            judge.initVerify(certificate);
            judge.update(DATA);
            same(true, judge.verify(made.bytes()));
        }
    }

    /** One card in the hands of four threads, one of which has it sign while another lists it. */
    private static void shared(Context context, Card card) throws Exception {
        String id = card.read().cardId();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> all = new ArrayList<>();
        try (Certificates list = context.certificates(); Secret secret = pin(context, "123456")) {
            for (Call call : List.<Call>of(() -> same(id, card.read().cardId()), () -> card.checkReady(PinRisk.UNPROVEN),
                    () -> Cms.sign(card, DATA, new CmsOptions().risk(PinRisk.UNPROVEN).between(list), secret), () -> list.addCard(card))) {
                all.add(threads.submit(() -> {
                    for (int i = 0; i < 10; i++) {
                        call.run();
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdown();
        }
    }

    private static void pins(Context context, Card card) throws Exception {
        card.checkReady(PinRisk.UNPROVEN);
        refused(KamupinException.class, Status.COMMAND_UNPROVEN, () -> card.checkReady());
        try (Secret wrong = pin(context, "654321"); Secret right = pin(context, "123456");
                Secret fresh = pin(context, "80461357"); Secret other = pin(context, "80461358")) {
            PinException error = refused(PinException.class, Status.PIN_WRONG, () -> card.verify(wrong, PinRisk.UNPROVEN));
            same(2, error.triesLeft());
            same(0x63C2, error.statusWord());
            same(true, error.text(Language.TURKISH).contains("2"));
            card.verify(right, PinRisk.UNPROVEN);
            refused(PinException.class, Status.PIN_MISMATCH,
                    () -> card.changePin(right, fresh, other, PinRisk.UNPROVEN));
            card.changePin(right, fresh, fresh, PinRisk.UNPROVEN);
            same(3, card.read().pinTriesLeft());
        }
        PadInfo pad = card.pad(new PadOptions());
        same(false, pad.verify());
        refused(PinException.class, Status.PIN_PAD_UNSUPPORTED,
                () -> card.verifyAtPad(new PadOptions().digits(6), PinRisk.UNPROVEN));
    }

    private static void lists(Context context, String reader) throws Exception {
        try (Cards cards = context.cards(); Cancel cancel = new Cancel(context)) {
            CardInfo info = cards.list().stream().filter(one -> one.reader().equals(reader)).findFirst().orElseThrow();
            same(true, Cards.matches(info, reader));
            same(true, Cards.matches(info, "kamupin:card-id=" + info.cardId().replace(":", "%3A")));
            same(false, Cards.matches(info, "kamupin:reader=nobody"));
            refused(CardException.class, Status.CARD_ADDRESS, () -> Cards.matches(info, "kamupin:serial"));
            for (Duration time : List.of(Duration.ofMillis(1), Duration.ZERO, Duration.ofMillis(-1), Duration.ofSeconds(-5))) {
                refused(ReaderException.class, Status.TIMED_OUT, () -> cards.await(time));
            }
            cancel.pull();
            refused(CancelledException.class, Status.CANCELLED, () -> cards.await(null, cancel));
            refused(CancelledException.class, Status.CANCELLED, () -> cards.await(Duration.ofSeconds(Long.MAX_VALUE), cancel));
            refused(CancelledException.class, Status.CANCELLED, () -> context.open(reader, cancel));
        }
        refused(CardException.class, Status.CARD_NOT_FOUND, () -> context.open("no such card"));
    }

    private static void watching(Context context, String reader) throws Exception {
        CompletableFuture<Watch> own = new CompletableFuture<>();
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> thrown.complete(error));
        Watch told = context.watch(event -> {
            if (event.kind() == WatchKind.CARD_IN) {
                own.join().close(); // in its own listener
                throw new IllegalStateException(event.reader());
            }
        });
        own.complete(told);
        same(reader, thrown.get().getMessage());
        Thread.setDefaultUncaughtExceptionHandler(null);
        same(true, told.isClosed());
        refused(KamupinException.class, Status.INVALID_ARGUMENT, () -> told.next(Duration.ZERO));
        try (Watch watch = context.watch()) {
            for (WatchEvent event : watch) {
                if (event.kind() == WatchKind.CARD_IN && event.reader().equals(reader)) {
                    new Thread(watch::close).start(); // ends the iteration, wherever that waits
                }
            }
            same(true, watch.isClosed());
        }
    }

    private static void looking(Context context, String reader, String profile) throws Exception {
        List<Finding> findings = context.diagnose(new DiagnoseOptions().offline().days(1));
        same(true, findings.stream().anyMatch(one -> one.text(Language.TURKISH).contains(reader)));
        same(true, findings.stream().noneMatch(one -> one.text(Language.ENGLISH).isEmpty()));
        ProbeReport report = context.probe(reader, Language.ENGLISH, null);
        same(true, report.problem() == null && report.draft().contains("application"));
        same("atr", report.findings().get(0).step());
        same(Status.CARD_NOT_FOUND, context.probe("no such card", Language.ENGLISH, null).problem().status());
        same(false, Kamupin.checkProfiles(Path.of(profile), Language.TURKISH).get(0).problem());
        refused(KamupinException.class, Status.PROFILE_FILE,
                () -> Kamupin.checkProfiles(Path.of("/nowhere"), Language.TURKISH));
        same(List.of(), context.hosts());
    }

    private static void dated(String reader) throws Exception {
        Clock early = Clock.fixed(Instant.parse("1990-01-01T00:00:00Z"), ZoneOffset.UTC);
        try (Context context = new Context(new ContextOptions().calendar(early)); Card card = context.open(reader)) {
            refused(org.kamupin.CertificateException.class, Status.CERTIFICATE_NOT_VALID,
                    () -> card.checkSign(new SignOptions().risk(PinRisk.UNPROVEN)));
        }
    }

    public static void main(String[] arguments) throws Exception {
        String reader = arguments[0];
        Context context = new Context();
        context.loadProfiles(Path.of(arguments[1]));
        lists(context, reader);
        Card card = context.open(reader);
        context.close(); // the card keeps what it needs
        refused(KamupinException.class, Status.INVALID_ARGUMENT, context::cards);
        try (Context other = new Context()) {
            sign(other, card);
            shared(other, card);
            pins(other, card);
            watching(other, reader);
            looking(other, reader, arguments[1]);
        }
        card.close();
        card.close();
        refused(KamupinException.class, Status.INVALID_ARGUMENT, card::read);
        dated(reader);
        System.out.println("ok");
    }
}
