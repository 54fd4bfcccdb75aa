/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Service.java: what a Java program does at a service: logs in, orders, suspends and revokes, signs, checks. Obeys lines
   on standard input and answers each with a status' word and a value, as the drivers in C do; driven by
   tests/integration/test_bindings_java_service.py inside the sandbox. */

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.SynchronousQueue;
import java.util.stream.Collectors;
import org.kamupin.*;

public final class Service {
    interface Command {
        String obey(String[] words) throws Exception;
    }

    private final String service = System.getenv("KAMUPIN_SERVICE");
    private final Context context = new Context(new ContextOptions().caFile(Path.of(System.getenv("KAMUPIN_CA_FILE")))
        .stateFolder(Path.of(System.getenv("KAMUPIN_STATE"))));
    private final LoginListener listener = new LoginListener(Language.TURKISH);
    private final Session session = context.session(service, new SessionOptions().redirect(listener.redirect()).keep(this::keep));
    private final ExecutorService threads = Executors.newCachedThreadPool(run -> {
        Thread thread = new Thread(run);
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Command> commands = new HashMap<>();
    private byte[] kept = {};
    private CompletableFuture<SessionInfo> login;
    private Order order;
    private Operation operation;
    private Revocation revocation;
    private Consent consent;
    private AuthorisedList list;

    Service() throws Exception {
        logins();
        orders();
        certificates();
        papers();
        inquiries();
    }

    private void keep(byte[] bytes) {
        kept = bytes.clone();
    }

    private Secret secret(SecretKind kind, String text) throws KamupinException {
        return Secret.of(context, kind, text.toCharArray());
    }

    private static Identity identity(String type, String number) {
        return new Identity(IdentityType.valueOf(type.toUpperCase(java.util.Locale.ROOT)), number);
    }

    private static String enumWord(String word) {
        return word.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    private static String row(CertificateRecord record) {
        return String.join("|", record.certificateId(), record.serial(), record.product().word(), record.state().word(),
            record.suspendedBy().word(), record.reason().word(), record.may().toString(), record.cardId());
    }

    private Session again(byte[] from) throws KamupinException {
        Session other = context.session(service, new SessionOptions());
        other.restore(from);
        return other;
    }

    private void logins() {
        commands.put("methods", words -> session.methods().toString());
        commands.put("browser", words -> {
            SynchronousQueue<String> begun = new SynchronousQueue<>();
            login = session.login(listener, shown -> {
                try {
                    begun.put(shown.url());
                } catch (InterruptedException never) {
                    throw new IllegalStateException(never);
                }
            }, threads);
            return begun.take();
        });
        commands.put("logged-in", words -> login.get().name());
        commands.put("login-card", words -> {
            try (Card card = context.open(null); Secret pin = secret(SecretKind.PIN, words[1])) {
                session.checkLoginCard(card);
                session.loginCard(card, pin);
            }
            return "";
        });
        commands.put("captcha", words -> {
            Captcha picture = session.captcha();
            return picture.mediaType() + "|" + new String(picture.image(), 1, 3, StandardCharsets.US_ASCII) + "|" + picture.secondsLeft();
        });
        commands.put("begin", words -> {
            try (Secret word = secret(SecretKind.SECURITY_WORD, words[4])) {
                return session.beginPassword(identity(words[1], words[2]), words[3], word).destination();
            }
        });
        commands.put("sms", words -> session.passwordSms().destination());
        commands.put("confirm", words -> {
            try (Secret code = secret(SecretKind.SMS_CODE, words[1])) {
                session.confirmPassword(code);
            }
            return "";
        });
        commands.put("reset", words -> session.resetPassword(identity(words[1], words[2]), words[3]).destination());
        commands.put("info", words -> {
            SessionInfo info = session.info();
            return info.name() + "|" + info.identity() + "|" + info.assurance() + "|" + session.organisations().stream()
                .map(one -> one.identity().type() + ":" + one.identity().number() + ":" + one.name()).collect(Collectors.joining(","));
        });
        commands.put("renew", words -> {
            byte[] before = kept;
            session.renew();
            return String.valueOf(!Arrays.equals(before, kept));
        });
        commands.put("restored", words -> {
            try (Session other = again(kept)) {
                return other.info().name();
            }
        });
        commands.put("lent", words -> {
            byte[][] lent = new byte[2][];
            session.lend(bytes -> {
                lent[0] = bytes.clone();
                lent[1] = bytes;
            }, 60);
            try (Session other = again(lent[0])) {
                return other.info().name() + "|" + Arrays.equals(lent[1], new byte[lent[0].length]);
            }
        });
        commands.put("keep-fails", words -> {
            session.lend(bytes -> {
                throw new UnsupportedOperationException("from the listener");
            }, 60);
            return "";
        });
        commands.put("end", words -> {
            session.end();
            return String.valueOf(kept.length);
        });
    }

    private void orders() {
        commands.put("order", words -> {
            order = session.order(Product.valueOf(enumWord(words[1])), OperationKind.UNBLOCK,
                words.length > 2 ? identity(words[2], words[3]) : null);
            return order.read().orderId();
        });
        commands.put("open", words -> {
            order = session.openOrder(words[1]);
            return order.read().state().word();
        });
        commands.put("orders", words -> session.orders().stream().map(OrderInfo::orderId).collect(Collectors.joining(",")));
        commands.put("read", words -> order.read().state().word() + "|" + order.read().onBehalfOf().number());
        commands.put("show-code", words -> {
            char[][] shown = new char[2][];
            int[] seconds = new int[1];
            order.showCode((digits, left) -> {
                shown[0] = digits.clone();
                shown[1] = digits;
                seconds[0] = left;
            });
            return new String(shown[0]) + "|" + seconds[0] + "|" + Arrays.equals(shown[1], new char[shown[0].length]);
        });
        commands.put("code", words -> {
            try (Secret code = new Secret(context, SecretKind.VERIFICATION_CODE)) {
                return order.code(code) + "|" + code.length();
            }
        });
        commands.put("unblock", words -> {
            operation = order.operation(new OperationOptions().risk(PinRisk.UNPROVEN));
            operation.redeem(null);
            operation.choose(null);
            try (Secret pin = secret(SecretKind.PIN, words[1]); Secret again = secret(SecretKind.PIN, words[1])) {
                operation.setPin(pin, again);
            }
            return operation.beginFactor(FactorType.ANY).destination();
        });
        commands.put("verify", words -> {
            try (Secret code = secret(SecretKind.SMS_CODE, words[1])) {
                operation.verifyFactor(code);
            }
            operation.run();
            return operation.result().outcome().word();
        });
        commands.put("cancel-order", words -> {
            order.cancel();
            return order.read().state().word();
        });
        commands.put("issued", words -> session.issuedPins().stream()
            .map(one -> one.recordId() + "|" + one.cardId() + "|" + one.shown() + "|" + one.stale()).collect(Collectors.joining(",")));
        commands.put("show-pin", words -> {
            String[] shown = new String[1];
            session.showIssuedPin(words[1], (digits, left) -> shown[0] = new String(digits) + "|" + left);
            return shown[0];
        });
        commands.put("delete-pin", words -> {
            session.deleteIssuedPin(words[1]);
            return "";
        });
    }

    private void certificates() {
        commands.put("certificates", words -> session.certificates(Role.INDIVIDUAL).stream().map(Service::row)
            .collect(Collectors.joining(";")));
        commands.put("certificate", words -> {
            CertificateDetails details = session.certificate(words[1]);
            try (Certificate certificate = details.certificate()) {
                return row(details.record()) + ";" + certificate.holder() + ";" + certificate.serial() + ";" + details.events().stream()
                    .map(one -> one.state().word() + "/" + one.by().word()).collect(Collectors.joining(","));
            }
        });
        commands.put("suspend", words -> row(session.suspend(words[1], SuspendReason.valueOf(enumWord(words[2])))));
        commands.put("unsuspend", words -> row(session.unsuspend(words[1])));
        commands.put("activate", words -> row(session.activate(words[1])));
        commands.put("revoke", words -> {
            revocation = session.revoke(words[1], RevocationReason.valueOf(enumWord(words[2])));
            RevocationInfo info = revocation.info();
            return info.losses() + "|" + revocation.losses(Language.TURKISH).size() + "|" + revocation.losses(Language.ENGLISH).get(0)
                + "|" + info.confirmed();
        });
        commands.put("factor", words -> revocation.beginFactor(FactorType.SMS).destination() + "|" + revocation.factor().destination());
        commands.put("confirm-revocation", words -> {
            try (Secret code = secret(SecretKind.SMS_CODE, words[1])) {
                return row(revocation.confirm(code)) + "|" + revocation.info().confirmed();
            }
        });
        commands.put("cancel-revocation", words -> {
            revocation.cancel();
            revocation.close();
            return "";
        });
        commands.put("all", words -> {
            try (Certificates all = context.certificates(); Card card = context.open(null)) {
                all.addCard(card);
                all.addService(session, Role.INDIVIDUAL);
                all.add(card.certificates().get(0));
                StringBuilder made = new StringBuilder(String.valueOf(all.size()));
                for (CertificateEntry one : all) {
                    made.append(";").append(one.sources()).append("|").append(one.cardId()).append("|").append(one.reader()).append("|")
                        .append(one.certificate() == null ? "" : one.certificate().serial()).append("|")
                        .append(one.record() == null ? "" : one.record().serial());
                }
                return made.toString();
            }
        });
        commands.put("check", words -> {
            try (Trust trust = context.trust(Path.of(words[1])); Card card = context.open(null);
                    Certificate certificate = context.certificate(card.certificates().get(0))) {
                Check found = trust.examine(certificate, new CheckOptions());
                String said = found.verdict().word() + "|" + found.revocation().state().word() + "|" + found.revocation().source().word()
                    + "|" + found.length() + "|" + (trust.roots() > 0) + "|" + trust.examine(certificate,
                    new CheckOptions().offline().withoutCrl().withoutOcsp()).revocation().state().word();
                trust.check(certificate, new CheckOptions());
                return said;
            }
        });
        commands.put("who", words -> {
            try (Card card = context.open(null); Certificate certificate = context.certificate(card.certificates().get(0))) {
                return certificate.identity().number() + "|" + certificate.info().identity() + "|" + certificate.info().kind().word() + "|"
                    + certificate.texts(CertificateField.OCSP).size() + "|" + certificate.text(CertificateField.KNOWN_ROOT) + "|"
                    + Arrays.equals(certificate.der(), card.certificates().get(0)) + "|" + certificate.info().usage();
            }
        });
    }

    private void papers() {
        commands.put("consent", words -> session.consentStatus().state().word());
        commands.put("text", words -> {
            consent = session.consent(Language.TURKISH);
            return consent.secondsLeft() + "|" + Base64.getEncoder().encodeToString(consent.text().getBytes(StandardCharsets.UTF_8));
        });
        commands.put("sign", words -> {
            try (Card card = context.open(null); Secret pin = words[1].equals("-") ? null : secret(SecretKind.PIN, words[1])) {
                return consent.sign(card, pin, PinRisk.UNPROVEN).state().word();
            }
        });
        commands.put("applications", words -> session.applications().stream()
            .map(one -> one.applicationId() + "|" + one.state().word() + "|" + one.schemaId()).collect(Collectors.joining(";")));
        commands.put("application", words -> session.application(words[1]).form());
        commands.put("submit", words -> session.submitApplication(words[1], words[2], words[3]).state().word());
        commands.put("lists", words -> session.authorisedLists().stream().map(one -> one.listId() + "|" + one.state().word() + "|"
            + one.entries()).collect(Collectors.joining(";")));
        commands.put("list", words -> {
            list = session.authorisedList(words[1]);
            return list.info().listId() + "|" + list.rows().size() + "|" + list.rows().get(0).name() + "|"
                + Base64.getEncoder().encodeToString(list.content());
        });
        commands.put("sign-list", words -> {
            try (Card card = context.open(null); Secret pin = secret(SecretKind.PIN, words[1])) {
                list.sign(card, pin, PinRisk.UNPROVEN);
            }
            return "";
        });
        commands.put("cms", words -> {
            try (Card card = context.open(null); Secret pin = secret(SecretKind.PIN, words[1]); Certificates between = context.certificates()) {
                between.addFile(Path.of(words[3]));
                return Base64.getEncoder().encodeToString(Cms.sign(card, words[2].getBytes(StandardCharsets.UTF_8),
                    new CmsOptions().between(between).risk(PinRisk.UNPROVEN), pin));
            }
        });
    }

    private void inquiries() {
        commands.put("seal", words -> {
            try (Inquiries ask = context.inquiries(service)) {
                SealAuthority found = ask.sealAuthority(identity(words[1], words[2]));
                return found.authorised() + "|" + found.name();
            }
        });
        commands.put("debt", words -> {
            try (Inquiries ask = context.inquiries(service)) {
                return ask.debts(identity(words[1], words[2])).stream().map(one -> one.reference() + "|" + one.product().word() + "|"
                    + Kamupin.amountText(one.kurus(), Language.TURKISH)).collect(Collectors.joining(";"));
            }
        });
        commands.put("shipment", words -> {
            try (Inquiries ask = context.inquiries(service)) {
                Shipment found = ask.shipment(words[1]);
                return found.state().word() + "|" + found.carrier() + "|" + found.day();
            }
        });
        commands.put("cancel", words -> {
            session.cancel();
            return "";
        });
    }

    private String obeyed(String line) {
        String[] words = line.split(" ");
        try {
            return "ok\t" + commands.get(words[0]).obey(words);
        } catch (KamupinException error) {
            return error.name() + "\t" + error.triesLeft() + " " + error.getClass().getSimpleName();
        } catch (ExecutionException error) {
            return ((KamupinException) error.getCause()).name() + "\t";
        } catch (Exception error) {
            return "exception\t" + error;
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Service program = new Service();
        out.println("ok\t");
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            out.println(program.obeyed(line));
        }
        for (AutoCloseable one : new AutoCloseable[] {program.operation, program.order, program.revocation, program.consent, program.list,
            program.session, program.listener, program.context}) {
            if (one != null) {
                one.close();
            }
        }
    }
}
