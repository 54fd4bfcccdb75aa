/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Smoke.java: the Java module on a machine without a reader daemon and without a network: errors,
   secrets, callbacks, and that objects may be freed in any order. Run by CTest (binding_java) under
   -Xcheck:jni. What needs cards and a service is in tests/integration/test_bindings.py. */

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.kamupin.Answer;
import org.kamupin.Cancel;
import org.kamupin.Context;
import org.kamupin.ContextOptions;
import org.kamupin.DiagnoseOptions;
import org.kamupin.Event;
import org.kamupin.EventKind;
import org.kamupin.InfoItem;
import org.kamupin.Kamupin;
import org.kamupin.KamupinException;
import org.kamupin.Language;
import org.kamupin.LogLevel;
import org.kamupin.Look;
import org.kamupin.Notice;
import org.kamupin.Operation;
import org.kamupin.OperationOptions;
import org.kamupin.Origin;
import org.kamupin.Phase;
import org.kamupin.Prompts;
import org.kamupin.Question;
import org.kamupin.Secret;
import org.kamupin.SecretKind;
import org.kamupin.Status;

public final class Smoke {
    private static final String NOWHERE = "https://127.0.0.1:9/kamupin/v1";
    private static Path folder;

    interface Call {
        void run() throws Exception;
    }

    static class Watcher implements Consumer<Event> {
        final List<Event> events = new ArrayList<>();
        RuntimeException problem;

        @Override public void accept(Event event) {
            events.add(event);
            if (problem != null) {
                throw problem;
            }
        }
    }

    static class Lines implements ContextOptions.LogListener {
        final List<String> lines = new ArrayList<>();

        @Override public void log(LogLevel level, String room, String line) {
            lines.add(room + " " + line);
            throw new IllegalStateException("a log that fails");
        }
    }

    static void hold(boolean what, String name) {
        if (!what) {
            throw new AssertionError(name);
        }
    }

    static void same(Object expected, Object got, String name) {
        hold(expected.equals(got), name + ": expected " + expected + ", got " + got);
    }

    static KamupinException refused(Status status, Call call) throws Exception {
        try {
            call.run();
        } catch (KamupinException error) {
            same(status, error.status(), "status");
            return error;
        }
        throw new AssertionError("not refused: " + status);
    }

    static Context context() throws KamupinException {
        return new Context(new ContextOptions().stateFolder(folder));
    }

    static Secret secret(Context context, SecretKind kind, String text) throws KamupinException {
        Secret made = new Secret(context, kind);
        made.append(text.getBytes(StandardCharsets.US_ASCII));
        return made;
    }

    static void errors() throws Exception {
        KamupinException error =
            refused(Status.READER_SERVICE_DOWN, () -> context().cards());
        same("reader-service-down", Kamupin.statusName(error.status()), "name");
        same(Origin.READER, error.origin(), "origin");
        same(-1, error.triesLeft(), "tries left");
        // SCARD_E_NO_SERVICE (PC/SC part 5), as libpcsclite answers it.
        same(0x8010001DL, error.platformCode() & 0xFFFFFFFFL, "platform code");
        String turkish = error.text(Language.TURKISH);
        String english = error.text(Language.ENGLISH);
        hold(turkish.matches("(?s).*[ğışçöüİ].*") && turkish.contains("pcscd"), turkish);
        hold(!english.equals(turkish) && english.contains("pcscd"), english);
        hold(turkish.contains(Kamupin.statusRemedy(error.status(), Language.TURKISH)), turkish);
        same(english + " (" + error.detail() + ")", error.getMessage(), "message");
        Locale before = Locale.getDefault();
        Locale.setDefault(new Locale("tr", "TR"));
        same(turkish + " (" + error.detail() + ")", error.getLocalizedMessage(), "localized message");
        Locale.setDefault(before);

        for (Status status : Status.values()) {
            same(Kamupin.statusName(status), status.name().toLowerCase(Locale.ROOT).replace('_', '-'), "name");
            hold(status == Status.OK || !Kamupin.statusRemedy(status, Language.TURKISH).isEmpty(), "" + status);
        }
        hold(Kamupin.version().matches("\\d+\\.\\d+\\.\\d+"), Kamupin.version());
    }

    static void secrets() throws Exception {
        Context context = context();
        Secret pin = secret(context, SecretKind.PIN, "12345678");
        same(8L, pin.length(), "length");
        pin.backspace();
        same(7L, pin.length(), "length after backspace");
        pin.clear();
        same(0L, pin.length(), "length after clear");
        byte[] tooMuch = new byte[Secret.MAX + 1000];
        refused(Status.SECRET_FULL, () -> pin.append(tooMuch));
        same(0L, pin.length(), "length after refusal");
        pin.append(new byte[Secret.MAX]);
        same((long) Secret.MAX, pin.length(), "a full secret");
        pin.clear();
        try {
            pin.append((byte[]) null);
            throw new AssertionError("null was taken");
        } catch (NullPointerException expected) {
            same(0L, pin.length(), "length after null");
        }
        byte[] typed = {'1', '2'};
        pin.append(typed);
        hold(typed[0] == 0 && typed[1] == 0, "what was given is wiped");
        pin.clear();
        pin.append("987654".getBytes(StandardCharsets.US_ASCII));
        hold(!pin.toString().contains("987654"), "shown");
        Set<String> methods = new TreeSet<>();
        for (java.lang.reflect.Method method : Secret.class.getMethods()) {
            if (method.getDeclaringClass() == Secret.class) {
                methods.add(method.getName() + ":" + method.getReturnType());
            }
        }
        same(new TreeSet<>(Arrays.asList("append:void", "backspace:void", "clear:void", "length:long",
            "looksLike:class org.kamupin.Look", "of:class org.kamupin.Secret")), methods, "what a secret can do");

        Secret code = secret(context, SecretKind.VERIFICATION_CODE, "123456");
        context.checkPin(pin, pin);
        same("444 5 576", Kamupin.info(InfoItem.CALL_CENTRE, Language.ENGLISH), "whom to call");
        same(Look.PIN_OR_SMS_CODE, pin.looksLike(), "what a PIN looks like");
        context.normaliseCode(code);
        refused(Status.SECRET_KIND, () -> context.checkPin(code, code));
        refused(Status.SECRET_KIND, () -> context.normaliseCode(pin));
        for (java.lang.reflect.Field kind : SecretKind.class.getFields()) {
            hold(!kind.getName().contains("PUK"), kind.getName());
        }
        refused(Status.INVALID_ARGUMENT,
            () -> new Secret(context, SecretKind.ACCESS_TOKEN));
        refused(Status.INVALID_ARGUMENT,
            () -> new Secret(context, SecretKind.REPORT_TICKET));

        context.close();
        refused(Status.INVALID_ARGUMENT, () -> new Secret(context, SecretKind.PIN));
        pin.append(new byte[] {'1'}); // the context lives as long as its secrets
        pin.close();
        refused(Status.INVALID_ARGUMENT, () -> pin.append(new byte[] {'1'}));
    }

    static void callbacks() throws Exception {
        Context context = context();
        Watcher watcher = new Watcher();
        Secret code = secret(context, SecretKind.VERIFICATION_CODE, "123456");
        try (Operation operation = context.operation(NOWHERE, new OperationOptions().onEvent(watcher))) {
            same(Phase.CODE, operation.phase(), "phase");
            operation.cancel();
            refused(Status.CANCELLED, () -> operation.redeem(code));
        }
        same(1, watcher.events.size(), "events");
        Event event = watcher.events.get(0);
        same(EventKind.PHASE, event.kind(), "kind");
        same(Phase.CANCELLED, event.phase(), "phase of the event");
        same(-1, event.secondsLeft(), "seconds left");
        same("", event.cardId(), "card");

        watcher.problem = new UnsupportedOperationException("from the callback");
        Operation failing = context.operation(NOWHERE, new OperationOptions().onEvent(watcher));
        failing.cancel();
        try {
            failing.redeem(code);
            throw new AssertionError("the callback's exception was lost");
        } catch (UnsupportedOperationException caught) {
            hold(caught == watcher.problem, "another exception");
        }
        refused(Status.WRONG_STATE, () -> failing.redeem(code));

        Lines lines = new Lines();
        Context talking = new Context(new ContextOptions().stateFolder(folder).log(LogLevel.TRACE, lines));
        Operation logged = talking.operation(NOWHERE, new OperationOptions());
        logged.cancel();
        refused(Status.CANCELLED, () -> logged.redeem(code));
        hold(lines.lines.stream().anyMatch(line -> line.startsWith("unblock ")), "" + lines.lines);

        refused(Status.URL_REFUSED, () -> context.operation("http://127.0.0.1/", new OperationOptions()));
        context.resume(null);
    }

    /* Who goes on, while somebody else ends it. */
    static final class Interrupted implements Prompts {
        private final Cancel cancel;

        Interrupted(Cancel cancel) {
            this.cancel = cancel;
        }

        @Override
        public Answer secret(Question question, Secret into) throws KamupinException {
            cancel.pull();
            return Answer.GIVEN;
        }

        @Override
        public boolean acknowledge(Notice notice) {
            throw new AssertionError("told " + notice);
        }
    }

    /* Whatever takes long is ended from elsewhere. */
    static void ended() throws Exception {
        try (Context context = context(); Cancel cancel = new Cancel(context)) {
            Prompts prompts = new Interrupted(cancel);
            refused(Status.CANCELLED, () -> context.unblock(NOWHERE, prompts, new OperationOptions(), cancel));
            hold(cancel.pulled(), "nobody was asked");
            refused(Status.CANCELLED, () -> context.diagnose(new DiagnoseOptions().offline().cancel(cancel)));
            same(Status.CANCELLED, context.probe(null, Language.ENGLISH, null, cancel).problem().status(), "the probe's");
            context.resume(null, new OperationOptions(), cancel);  // nothing was left, so there is nothing to end
        }
    }

    static List<java.lang.ref.WeakReference<Object>> useAndForget() throws Exception {
        Context context = context();
        Watcher watcher = new Watcher();
        Operation operation = context.operation(NOWHERE, new OperationOptions().onEvent(watcher));
        operation.cancel();
        Secret code = secret(context, SecretKind.VERIFICATION_CODE, "123456");
        refused(Status.CANCELLED, () -> operation.redeem(code));
        List<java.lang.ref.WeakReference<Object>> made = new ArrayList<>();
        for (Object one : new Object[] {context, watcher, operation, code}) {
            made.add(new java.lang.ref.WeakReference<>(one));
        }
        return made;
    }

    /* What the collector frees, in whatever order: listeners, operations, secrets, contexts. */
    static void collection() throws Exception {
        List<java.lang.ref.WeakReference<Object>> freed = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            freed.addAll(useAndForget());
        }
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (freed.stream().anyMatch(one -> one.get() != null)) {
            hold(System.nanoTime() < deadline, "something is held for ever");
            System.gc();
        }
    }

    public static void main(String[] arguments) throws Exception {
        hold(Smoke.class.desiredAssertionStatus(), "run with -ea");
        folder = Files.createTempDirectory("kamupin-smoke-");
        try {
            errors();
            secrets();
            callbacks();
            ended();
            collection();
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
        System.out.println("ok");
    }
}
