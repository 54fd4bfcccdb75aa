// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The little HTTP server on this computer's own address that a browser comes back to after a login. It takes a GET of its
 * one path, with its own name in Host (so that no page of another name can reach it), and answers a page that says whether
 * the window can be closed. See {@link Session#login}.
 */
public final class LoginListener implements AutoCloseable {
    private static final String PATH = "/kamupin";
    private static final int HEAD_MAX = 16384;
    private static final int CONNECTIONS_MAX = 8;
    private static final int CONNECTION_MS = 5000;
    private static final int WAIT_MS = 200; // after which a session that was cancelled is seen
    private static final Callback CLOSED = new Callback(null, "");

    /** A callback that came, whose browser waits for its page. */
    private static final class Callback {
        private final Socket socket;
        private final String address;

        Callback(Socket socket, String address) {
            this.socket = socket;
            this.address = address;
        }
    }

    private final ServerSocket server;
    private final Language language;
    private final BlockingQueue<Callback> callbacks = new ArrayBlockingQueue<>(CONNECTIONS_MAX + 1);
    private final Semaphore places = new Semaphore(CONNECTIONS_MAX);

    /**
     * Listens on a port of the system's choice.
     *
     * @param language of the page
     * @throws IOException when there is no port
     */
    public LoginListener(Language language) throws IOException {
        this.language = language;
        server = new ServerSocket(0, CONNECTIONS_MAX, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        daemon(this::listen);
    }

    /**
     * Where the browser comes back to: for {@link SessionOptions#redirect}.
     *
     * @return an address of this computer alone
     */
    public String redirect() {
        return "http://127.0.0.1:" + server.getLocalPort() + PATH;
    }

    /** Listens no more. What waits for a callback is cancelled. May be called again, and from any thread. */
    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException ignored) {
            // it is of no use any more in either case
        }
        callbacks.offer(CLOSED);
    }

    // ---- the session's side ----

    /** Waits for callbacks until one completes the login. */
    void complete(Session session) throws KamupinException, InterruptedException {
        while (true) {
            Callback callback = callbacks.poll(WAIT_MS, TimeUnit.MILLISECONDS);
            session.goesOn();
            if (callback == null) {
                continue;
            }
            if (callback == CLOSED) {
                callbacks.offer(CLOSED); // for whoever waits besides
                throw KamupinException.of(Status.CANCELLED, "the listener was closed");
            }
            try {
                session.complete(callback.address);
                answer(callback.socket, null);
                return;
            } catch (KamupinException error) {
                answer(callback.socket, error);
                if (!stillWaits(error.status())) {
                    throw error;
                }
            }
        }
    }

    /** What came was not this login's callback. */
    private static boolean stillWaits(Status status) {
        return status == Status.CALLBACK_MALFORMED || status == Status.LOGIN_REDIRECT_MISMATCH
                || status == Status.LOGIN_STATE_MISMATCH || status == Status.LOGIN_ISSUER_MISMATCH;
    }

    private void answer(Socket socket, KamupinException error) {
        boolean turkish = language == Language.TURKISH;
        if (error == null) {
            page(socket, "200 OK", turkish ? "Giriş tamamlandı" : "You are logged in",
                    turkish ? "Bu pencereyi kapatıp uygulamaya dönebilirsiniz." : "You can close this window and go back to the application.");
        } else {
            page(socket, "400 Bad Request", turkish ? "Giriş tamamlanamadı" : "The login was not completed", error.cause(language));
        }
    }

    // ---- the browser's side ----

    private static void daemon(Runnable run) {
        Thread thread = new Thread(run, "kamupin-login");
        thread.setDaemon(true);
        thread.start();
    }

    private void listen() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                if (places.tryAcquire()) {
                    daemon(() -> hear(socket));
                } else {
                    socket.close();
                }
            } catch (IOException closed) {
                // by close(), or the browser has gone: the loop sees which
            }
        }
    }

    private void hear(Socket socket) {
        try {
            socket.setSoTimeout(CONNECTION_MS);
            String head = head(socket.getInputStream());
            String path = path(head);
            if (!head.startsWith("GET ")) {
                page(socket, "405 Method Not Allowed", "405", "KamuPIN");
            } else if (!isOurs(head)) {
                page(socket, "400 Bad Request", "400", "KamuPIN");
            } else if (!path.startsWith(PATH + "?")) {
                page(socket, "404 Not Found", "404", "KamuPIN");
            } else if (!callbacks.offer(new Callback(socket, "http://127.0.0.1:" + server.getLocalPort() + path))) {
                page(socket, "503 Service Unavailable", "503", "KamuPIN");
            }
        } catch (IOException gone) {
            closed(socket);
        } finally {
            places.release();
        }
    }

    /** A request up to its empty line. */
    private static String head(InputStream input) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.length() < HEAD_MAX) {
            int next = input.read();
            if (next <= 0) {
                throw new IOException("no whole request");
            }
            read.append((char) next);
            if (next == '\n' && read.length() >= 4 && read.substring(read.length() - 4).equals("\r\n\r\n")) {
                return read.toString();
            }
        }
        throw new IOException("too long a request");
    }

    /** What was asked for; "" in a line that is no request. */
    private static String path(String head) {
        String[] words = head.substring(0, head.indexOf("\r\n")).split(" ", -1);
        return words.length == 3 && words[2].startsWith("HTTP/1.") ? words[1] : "";
    }

    /** Whether the request names this listener as its host, exactly once. */
    private boolean isOurs(String head) {
        int named = 0;
        boolean same = false;
        for (String line : head.split("\r\n")) {
            if (line.regionMatches(true, 0, "host:", 0, 5)) {
                named++;
                same = line.substring(5).trim().equals("127.0.0.1:" + server.getLocalPort());
            }
        }
        return named == 1 && same;
    }

    private void page(Socket socket, String status, String title, String text) {
        String body = "<!DOCTYPE html>\n<html lang=\"" + (language == Language.TURKISH ? "tr" : "en")
                + "\"><head><meta charset=\"utf-8\"><title>KamuPIN</title><style>body{font:1.2em sans-serif;margin:3em auto;"
                + "max-width:34em;padding:0 1em}</style></head><body><main><h1>" + title + "</h1><p>" + text
                + "</p></main></body></html>\n";
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 " + status + "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " + content.length
                + "\r\nConnection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                + "X-Content-Type-Options: nosniff\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
                + "frame-ancestors 'none'\r\n\r\n";
        try {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(content);
            socket.shutdownOutput();
        } catch (IOException gone) {
            // nobody reads it any more
        }
        closed(socket);
    }

    private static void closed(Socket socket) {
        try {
            socket.close();
        } catch (IOException ignored) {
            // it is of no use any more in either case
        }
    }
}
