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
import kamupin.Context;
import kamupin.Event;
import kamupin.EventKind;
import kamupin.KamupinException;
import kamupin.InfoItem;
import kamupin.Language;
import kamupin.Look;
import kamupin.Listener;
import kamupin.Log;
import kamupin.LogLevel;
import kamupin.Operation;
import kamupin.Origin;
import kamupin.Phase;
import kamupin.ReaderList;
import kamupin.Secret;
import kamupin.SecretKind;
import kamupin.Status;
import kamupin.kamupin;
import kamupin.kamupinConstants;

public final class Smoke {
    private static final String NOWHERE = "https://127.0.0.1:9/kamupin/v1";
    private static Path folder;

    interface Call {
        void run() throws Exception;
    }

    static class Watcher extends Listener {
        final List<Event> events = new ArrayList<>();
        RuntimeException problem;

        @Override public void event(Event event) {
            events.add(event);
            if (problem != null) {
                throw problem;
            }
        }
    }

    static class Lines extends Log {
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
            same(status, error.getStatus(), "status");
            return error;
        }
        throw new AssertionError("not refused: " + status);
    }

    static Context context() throws KamupinException {
        return new Context(folder.toString());
    }

    static Secret secret(Context context, SecretKind kind, String text) throws KamupinException {
        Secret made = new Secret(context, kind);
        made.append(text.getBytes(StandardCharsets.US_ASCII));
        return made;
    }

    static void errors() throws Exception {
        KamupinException error =
            refused(Status.E_READER_SERVICE_DOWN, () -> new ReaderList(context()));
        same("reader-service-down", kamupin.statusName(error.getStatus()), "name");
        same(Origin.FROM_READER, error.getOrigin(), "origin");
        same(-1, error.getTriesLeft(), "tries left");
        // SCARD_E_NO_SERVICE (PC/SC part 5), as libpcsclite answers it.
        same(0x8010001DL, error.getPlatformCode() & 0xFFFFFFFFL, "platform code");
        String turkish = error.text(Language.TURKISH);
        String english = error.text(Language.ENGLISH);
        hold(turkish.matches("(?s).*[ğışçöüİ].*") && turkish.contains("pcscd"), turkish);
        hold(!english.equals(turkish) && english.contains("pcscd"), english);
        hold(turkish.contains(kamupin.statusRemedy(error.getStatus(), Language.TURKISH)), turkish);
        same(english, error.getMessage(), "message");
        Locale before = Locale.getDefault();
        Locale.setDefault(new Locale("tr", "TR"));
        same(turkish, error.getLocalizedMessage(), "localized message");
        Locale.setDefault(before);

        int walked = 0;
        for (Status s = kamupin.statusNext(Status.OK); s != Status.OK; s = kamupin.statusNext(s)) {
            String name = kamupin.statusName(s).toUpperCase(Locale.ROOT).replace('-', '_');
            same("E_" + name, s.toString(), "constant");
            walked++;
        }
        same(Status.class.getFields().length - 1, walked, "statuses");
        hold(kamupin.version().matches("\\d+\\.\\d+\\.\\d+"), kamupin.version());
    }

    static void secrets() throws Exception {
        Context context = context();
        Secret pin = secret(context, SecretKind.SECRET_PIN, "12345678");
        same(8L, pin.length(), "length");
        pin.backspace();
        same(7L, pin.length(), "length after backspace");
        pin.clear();
        same(0L, pin.length(), "length after clear");
        byte[] tooMuch = new byte[kamupinConstants.SECRET_MAX + 1000];
        refused(Status.E_SECRET_FULL, () -> pin.append(tooMuch));
        same(0L, pin.length(), "length after refusal");
        pin.append(new byte[kamupinConstants.SECRET_MAX]);
        same((long) kamupinConstants.SECRET_MAX, pin.length(), "a full secret");
        pin.clear();
        try {
            pin.append(null);
            throw new AssertionError("null was taken");
        } catch (NullPointerException expected) {
            same(0L, pin.length(), "length after null");
        }
        pin.append("987654".getBytes(StandardCharsets.US_ASCII));
        hold(!pin.toString().contains("987654"), "shown");
        Set<String> methods = new TreeSet<>();
        for (java.lang.reflect.Method method : Secret.class.getMethods()) {
            if (method.getDeclaringClass() == Secret.class) {
                methods.add(method.getName() + ":" + method.getReturnType());
            }
        }
        same(new TreeSet<>(Arrays.asList("append:void", "backspace:void", "clear:void", "close:void",
            "length:long", "looksLike:class kamupin.Look")), methods, "what a secret can do");

        Secret code = secret(context, SecretKind.SECRET_VERIFICATION_CODE, "123456");
        kamupin.pinCheck(pin, pin);
        same("444 5 576", kamupin.info(InfoItem.INFO_CALL_CENTRE, Language.ENGLISH), "whom to call");
        same(Look.LOOKS_LIKE_PIN_OR_SMS_CODE, pin.looksLike(), "what a PIN looks like");
        kamupin.codeNormalise(code);
        refused(Status.E_SECRET_KIND, () -> kamupin.pinCheck(code, code));
        refused(Status.E_SECRET_KIND, () -> kamupin.codeNormalise(pin));
        for (java.lang.reflect.Field kind : SecretKind.class.getFields()) {
            hold(!kind.getName().contains("PUK"), kind.getName());
        }
        refused(Status.E_INVALID_ARGUMENT,
            () -> new Secret(context, SecretKind.SECRET_ACCESS_TOKEN));
        refused(Status.E_INVALID_ARGUMENT,
            () -> new Secret(context, SecretKind.SECRET_REPORT_TICKET));

        context.close();
        refused(Status.E_INVALID_ARGUMENT, () -> new Secret(context, SecretKind.SECRET_PIN));
        pin.append(new byte[] {'1'}); // the context lives as long as its secrets
        pin.close();
        refused(Status.E_INVALID_ARGUMENT, () -> pin.append(new byte[] {'1'}));
    }

    static void callbacks() throws Exception {
        Context context = context();
        Watcher watcher = new Watcher();
        Secret code = secret(context, SecretKind.SECRET_VERIFICATION_CODE, "123456");
        try (Operation operation = new Operation(context, NOWHERE, null, watcher)) {
            same(Phase.PHASE_CODE, operation.phase(), "phase");
            operation.cancel();
            refused(Status.E_CANCELLED, () -> operation.redeem(code));
        }
        same(1, watcher.events.size(), "events");
        Event event = watcher.events.get(0);
        same(EventKind.EVENT_PHASE, event.getKind(), "kind");
        same(Phase.PHASE_CANCELLED, event.getPhase(), "phase of the event");
        same(-1, event.getSecondsLeft(), "seconds left");
        same("", event.getCardId(), "card");

        watcher.problem = new UnsupportedOperationException("from the callback");
        Operation failing = new Operation(context, NOWHERE, null, watcher);
        failing.cancel();
        try {
            failing.redeem(code);
            throw new AssertionError("the callback's exception was lost");
        } catch (UnsupportedOperationException caught) {
            hold(caught == watcher.problem, "another exception");
        }
        refused(Status.E_WRONG_STATE, () -> failing.redeem(code));

        Lines lines = new Lines();
        Context talking = new Context(folder.toString(), null, lines, LogLevel.LOG_TRACE);
        Operation logged = new Operation(talking, NOWHERE);
        logged.cancel();
        refused(Status.E_CANCELLED, () -> logged.redeem(code));
        hold(lines.lines.stream().anyMatch(line -> line.startsWith("unblock ")), "" + lines.lines);

        refused(Status.E_URL_REFUSED, () -> new Operation(context, "http://127.0.0.1/"));
        Watcher none = new Watcher();
        kamupin.resume(context, none);
        same(0, none.events.size(), "events of an empty resume");
    }

    static List<java.lang.ref.WeakReference<Object>> useAndForget() throws Exception {
        Context context = context();
        Watcher watcher = new Watcher();
        Operation operation = new Operation(context, NOWHERE, null, watcher);
        operation.cancel();
        Secret code = secret(context, SecretKind.SECRET_VERIFICATION_CODE, "123456");
        refused(Status.E_CANCELLED, () -> operation.redeem(code));
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
            System.runFinalization();
        }
    }

    public static void main(String[] arguments) throws Exception {
        hold(Smoke.class.desiredAssertionStatus(), "run with -ea");
        folder = Files.createTempDirectory("kamupin-smoke-");
        try {
            errors();
            secrets();
            callbacks();
            collection();
        } finally {
            try (var files = Files.walk(folder)) {
                files.sorted(java.util.Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
            }
        }
        System.out.println("ok");
    }
}
