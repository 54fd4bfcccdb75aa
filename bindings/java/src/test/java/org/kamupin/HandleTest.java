// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class HandleTest {
    private static final String REDIRECT = "http://127.0.0.1:8765/kamupin";

    @TempDir
    Path folder;

    @Test
    void aClosedOneRefuses() throws Exception {
        Context context = Machine.context(folder);
        Session session = context.session(Machine.NOWHERE, new SessionOptions());
        assertFalse(session.isClosed());
        session.close();
        session.close();
        assertTrue(session.isClosed());
        KamupinException error = Machine.refused(Status.INVALID_ARGUMENT, session::info);
        assertTrue(error.detail().contains("Session is closed"), error.detail());
        context.close();
        Machine.refused(Status.INVALID_ARGUMENT, () -> context.session(Machine.NOWHERE, new SessionOptions()));
    }

    @Test
    void whatWasMadeFromItLivesOn() throws Exception {
        Context context = Machine.context(folder);
        Certificates list = context.certificates();
        Trust trust = context.trust(null);
        Session session = context.session(Machine.NOWHERE, new SessionOptions().redirect(REDIRECT));
        context.close();
        assertEquals(0, list.size());
        assertEquals(0, trust.roots() + trust.between());
        Machine.refused(Status.LOGIN_REQUIRED, session::info);
        session.close();
        trust.close();
        list.close();
    }

    /** One of nothing of the library's. */
    private static final class Named extends Handle {
        Named(List<String> freed, String name, Making making, Object... keeps) throws KamupinException {
            super(making, slot -> freed.add(name), keeps);
        }
    }

    @Test
    void whatItIsMadeFromIsHeldWhileItIsMade() throws Exception {
        List<String> freed = new ArrayList<>();
        Named parent = new Named(freed, "parent", Handle.of(1));
        Named child = new Named(freed, "child", (slot, error) -> {
            parent.close();
            return Status.OK.value();
        }, parent);
        assertEquals(List.of(), freed);
        child.close();
        assertEquals(List.of("child", "parent"), freed);
        Machine.refused(Status.INVALID_ARGUMENT, () -> new Named(freed, "late", Handle.of(1), parent));
    }

    @Test
    void whatCannotBeMadeHoldsNothing() throws Exception {
        List<String> freed = new ArrayList<>();
        Named parent = new Named(freed, "parent", Handle.of(1));
        IllegalStateException broken = new IllegalStateException();
        assertSame(broken, assertThrows(IllegalStateException.class, () -> new Named(freed, "child", (slot, error) -> {
            throw broken;
        }, parent)));
        parent.close();
        assertEquals(List.of("child", "parent"), freed);
    }

    @Test
    void aCancelledSessionSendsNothingMore() throws Exception {
        try (Context context = Machine.context(folder);
                Session session = context.session(Machine.NOWHERE, new SessionOptions().redirect(REDIRECT))) {
            session.cancel();
            assertThrows(CancelledException.class, () -> session.begin(null));
            assertTrue(context.hosts().stream().allMatch(host -> host.address().isEmpty()), "no connection was made");
        }
    }

    @Test
    void nothingIsSentForWhatIsWrongHere() throws Exception {
        try (Context context = Machine.context(folder); Inquiries inquiries = context.inquiries(Machine.NOWHERE)) {
            Machine.refused(Status.URL_REFUSED, () -> context.session("http://127.0.0.1/", new SessionOptions()));
            Machine.refused(Status.IDENTITY_MALFORMED, () -> inquiries.debts(new Identity(IdentityType.TCKN, "10000000147")));
            inquiries.cancel();
            assertThrows(CancelledException.class, () -> inquiries.debts(new Identity(IdentityType.TCKN, "10000000146")));
            assertTrue(context.hosts().stream().allMatch(host -> host.httpStatus() == 0));
        }
    }

    @Test
    @Timeout(120)
    void aLoginThatIsCancelledEnds() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        LoginListener listener = new LoginListener(Language.TURKISH);
        try (Context context = Machine.context(folder);
                Session session = context.session(Machine.NOWHERE, new SessionOptions().redirect(listener.redirect()))) {
            CompletableFuture<SessionInfo> login = session.login(listener, begun -> { }, threads);
            ExecutionException refused = assertThrows(ExecutionException.class, login::get);
            Machine.refused(Status.NETWORK_UNREACHABLE, () -> {
                throw refused.getCause();
            });
            CountDownLatch ended = new CountDownLatch(1);
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
                assertThrows(CancelledException.class, () -> listener.complete(session));
                ended.countDown();
            }, threads);
            listener.close();
            ended.await();
            waiting.get();
            List<Runnable> later = new ArrayList<>();
            CompletableFuture<SessionInfo> again = session.login(listener, begun -> { }, later::add);
            again.cancel(true);
            assertThrows(CancellationException.class, again::get);
            later.forEach(Runnable::run);
            assertThrows(CancelledException.class, () -> session.begin(null));
        } finally {
            threads.shutdown();
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aLoginThatWaitsEndsWithItsSession() throws Exception {
        try (Context context = Machine.context(folder); LoginListener listener = new LoginListener(Language.TURKISH)) {
            Session cancelled = context.session(Machine.NOWHERE, new SessionOptions().redirect(listener.redirect()));
            Session closed = context.session(Machine.NOWHERE, new SessionOptions().redirect(listener.redirect()));
            CompletableFuture<Void> one = CompletableFuture.runAsync(() ->
                    Machine.refused(Status.CANCELLED, () -> listener.complete(cancelled)));
            cancelled.cancel();
            one.get();
            CompletableFuture<Void> two = CompletableFuture.runAsync(() ->
                    Machine.refused(Status.INVALID_ARGUMENT, () -> listener.complete(closed)));
            closed.close();
            two.get();
            cancelled.close();
        }
    }

    @Test
    void anEmptyTrustAndAnUnreadableCertificate() throws Exception {
        try (Context context = Machine.context(folder); Certificates list = context.certificates()) {
            assertFalse(list.iterator().hasNext());
            Machine.refused(Status.CERTIFICATE_MALFORMED, () -> context.certificate(new byte[] {0x30, 0}));
            Machine.refused(Status.CERTIFICATE_MALFORMED, () -> list.add(new byte[] {1}));
            Machine.refused(Status.CERTIFICATE_FILE, () -> list.addFile(folder.resolve("nowhere")));
            Machine.refused(Status.TRUST_STORE, () -> context.trust(folder.resolve("nowhere")));
        }
    }

    @Test
    void anIdentityOfNobody() {
        assertNull(new Identity(null, "").type());
    }
}
