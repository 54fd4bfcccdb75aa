// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.kamupin.internal.Native;
import org.kamupin.internal.diagnose_options;
import org.kamupin.internal.finding;
import org.kamupin.internal.host;

/**
 * What everything is made from: log, state folder, trusted authorities, proxy. Several threads may use one.
 *
 * <pre>{@code
 * try (Context context = new Context(); Cards cards = context.cards()) {
 *     for (CardInfo card : cards) {
 *         System.out.println(card.reader() + ": " + card.pinState());
 *     }
 * }
 * }</pre>
 */
public final class Context extends Handle {
    /**
     * With everything as the system has it.
     *
     * @throws KamupinException when there is no memory, or none that can be locked
     */
    public Context() throws KamupinException {
        this(new ContextOptions());
    }

    /**
     * Touches no reader, no network and no file.
     *
     * @param options what it is told
     * @throws KamupinException when an option is not written as it has to be, or there is no memory
     */
    public Context(ContextOptions options) throws KamupinException {
        this(new ContextOptions.Given(options));
    }

    private Context(ContextOptions.Given given) throws KamupinException {
        super((slot, error) -> {
            try (given) {
                return Native.context_new(given.raw, slot, error);
            }
        }, Native::context_free, given.sinks.toArray());
    }

    // ---- cards ----

    /**
     * Every reader, and what is known of its card, now. Spends no try.
     *
     * @return the caller's to close
     * @throws KamupinException reader-service-down, reader-not-permitted, …; a card that cannot be read is no failure
     */
    public Cards cards() throws KamupinException {
        return cards(null);
    }

    /**
     * The same, to be ended from elsewhere.
     *
     * @param cancel ends the work early
     * @return the caller's to close
     * @throws KamupinException as {@link #cards()}, and cancelled
     */
    public Cards cards(Cancel cancel) throws KamupinException {
        return new Cards(this, cancel);
    }

    /**
     * Opens a card for PIN work.
     *
     * @param which an address, as {@link Cards#matches} has it; null: the only usable one
     * @return the caller's to close
     * @throws KamupinException card-not-found, choice-needed, card-in-use, card-mute, …
     */
    public Card open(String which) throws KamupinException {
        return new Card(this, which, null);
    }

    /**
     * The same, to be ended from elsewhere.
     *
     * @param which an address; null: the only usable one
     * @param cancel ends this call early, and makes later ones on the card answer cancelled before they send anything
     * @return the caller's to close
     * @throws KamupinException as {@link #open(String)}, and cancelled
     */
    public Card open(String which, Cancel cancel) throws KamupinException {
        return new Card(this, which, cancel);
    }

    /**
     * Cards and readers as they come and go, to be iterated.
     *
     * @return the caller's to close, by any thread: that ends the iteration
     * @throws KamupinException when there is no memory or no thread; no reader service is an event and no failure
     */
    public Watch watch() throws KamupinException {
        return new Watch(this, null);
    }

    /**
     * The same, told to a listener.
     *
     * @param listener is told each event, on one thread of the library's; it may list and open cards. What it throws
     *         goes to that thread's handler of uncaught exceptions
     * @return the caller's to close
     * @throws KamupinException as {@link #watch()}
     */
    public Watch watch(Consumer<WatchEvent> listener) throws KamupinException {
        return new Watch(this, Objects.requireNonNull(listener));
    }

    /**
     * Takes card profiles besides the built-in ones. No other thread may use the context meanwhile: to be called right
     * after it was made.
     *
     * @param file a plain file that not everybody may write to; {@link Kamupin#checkProfiles} says what is wrong in it
     * @throws KamupinException profile-file, profile-malformed
     */
    public void loadProfiles(Path file) throws KamupinException {
        checked(error -> call(raw -> Native.profile_load(raw, file.toString(), error)));
    }

    /**
     * Finds out how a card wants to be spoken to, and drafts its profile. Without steps only what is safe on any card
     * is sent.
     *
     * @param card an address; null: the only card
     * @param language of the findings
     * @param prompts told and asked; may be null without steps
     * @param steps that could cost something, each of which is asked for
     * @return what was found, and why no more
     * @throws KamupinException when this is closed
     */
    public ProbeReport probe(String card, Language language, ProbePrompts prompts, ProbeStep... steps)
            throws KamupinException {
        try (Cancel cancel = new Cancel(this)) {
            return probe(card, language, prompts, cancel, steps);
        }
    }

    /**
     * The same, to be ended from elsewhere.
     *
     * @param card an address; null: the only card
     * @param language of the findings
     * @param prompts told and asked; may be null without steps
     * @param cancel ends the probe early; it is pulled, too, when a prompt throws
     * @param steps that could cost something, each of which is asked for
     * @return what was found, and why no more
     * @throws KamupinException when this is closed
     */
    public ProbeReport probe(String card, Language language, ProbePrompts prompts, Cancel cancel, ProbeStep... steps)
            throws KamupinException {
        return ProbeReport.of(this, card, language, prompts, cancel, steps);
    }

    // ---- checks of what was typed ----

    /**
     * Throws unless it is a new PIN by Kamu SM's rules, typed the same twice. Sends nothing.
     *
     * @param pin of kind PIN
     * @param again as it was typed a second time; null leaves that out
     * @throws KamupinException pin-too-short, pin-too-long, pin-not-digits, pin-mismatch
     */
    public void checkPin(Secret pin, Secret again) throws KamupinException {
        checked(error -> pin.call(one -> callOn(again, two -> Native.pin_check(null, one, two, error))));
    }

    /**
     * Takes blanks, line ends and characters without width out of a verification code that was pasted.
     *
     * @param code of kind VERIFICATION_CODE, changed in place
     * @throws KamupinException code-malformed, when it is none
     */
    public void normaliseCode(Secret code) throws KamupinException {
        checked(error -> code.call(raw -> Native.code_normalise(raw, error)));
    }

    // ---- a new PIN ----

    /**
     * A new PIN for a blocked or new card, in steps. Sends nothing yet.
     *
     * @param service address of a service that speaks the profile, https
     * @param options what it may be told
     * @return the caller's to close
     * @throws KamupinException url-refused, …
     */
    public Operation operation(String service, OperationOptions options) throws KamupinException {
        return new Operation(this, service, null, options);
    }

    /**
     * The whole of it in one call: what an earlier run left, code, card, PIN, second factor, card work, report.
     *
     * @param service address of a service that speaks the profile, https
     * @param prompts ask and tell the person
     * @param options what it may be told
     * @return what came out
     * @throws KamupinException why there is no new PIN, or outcome-unknown, result-not-reported: {@link #resume} goes on
     */
    public Result unblock(String service, Prompts prompts, OperationOptions options) throws KamupinException {
        try (Cancel cancel = new Cancel(this)) {
            return unblock(service, prompts, options, cancel);
        }
    }

    /**
     * The same, to be ended from elsewhere: at once, or, when card work has begun, when that is finished and reported.
     *
     * @param service address of a service that speaks the profile, https
     * @param prompts ask and tell the person
     * @param options what it may be told
     * @param cancel ends the operation; it is pulled, too, when a prompt throws
     * @return what came out
     * @throws KamupinException as {@link #unblock(String, Prompts, OperationOptions)}, and cancelled
     */
    public Result unblock(String service, Prompts prompts, OperationOptions options, Cancel cancel) throws KamupinException {
        return Asked.unblock(this, service, prompts, options, cancel);
    }

    /**
     * The same as a future. To cancel it, or to let its time be over ({@code orTimeout}), ends the operation: at once,
     * or, when card work has begun, when that is finished and reported. What such a call fails of is suppressed in the
     * future's exception; who has to know how it ended has the listener of the options told, or takes
     * {@link Operation#async}, whose operation keeps the result.
     *
     * @param service address of a service that speaks the profile, https
     * @param prompts ask and tell the person, on the executor's thread
     * @param options what it may be told
     * @param executor on one of whose threads it runs; it takes minutes
     * @return what came out; fails with a {@link KamupinException}
     * @throws KamupinException when this is closed
     */
    public CompletableFuture<Result> unblock(String service, Prompts prompts, OperationOptions options, Executor executor)
            throws KamupinException {
        Cancel cancel = new Cancel(this);
        return Async.run(executor, cancel::pullIfOpen, () -> Asked.unblock(this, service, prompts, options, cancel),
                cancel::close);
    }

    /**
     * Brings operations that an earlier run left unfinished to their end.
     *
     * @param prompts asked when only the new PIN can tell; null: such an operation stays
     * @throws KamupinException outcome-unknown or result-not-reported, when one is left; journal-damaged, …
     */
    public void resume(Prompts prompts) throws KamupinException {
        resume(prompts, new OperationOptions());
    }

    /**
     * The same with options.
     *
     * @param prompts asked when only the new PIN can tell; null: such an operation stays
     * @param options listener and risk count
     * @throws KamupinException outcome-unknown or result-not-reported, when one is left; journal-damaged, …
     */
    public void resume(Prompts prompts, OperationOptions options) throws KamupinException {
        try (Cancel cancel = new Cancel(this)) {
            resume(prompts, options, cancel);
        }
    }

    /**
     * The same, to be ended from elsewhere. What is left then stays for the next time.
     *
     * @param prompts asked when only the new PIN can tell; null: such an operation stays
     * @param options listener and risk count
     * @param cancel ends the call early; it is pulled, too, when a prompt throws
     * @throws KamupinException as {@link #resume(Prompts, OperationOptions)}, and cancelled
     */
    public void resume(Prompts prompts, OperationOptions options, Cancel cancel) throws KamupinException {
        Asked.resume(this, prompts, options, cancel);
    }

    // ---- what is the matter ----

    /**
     * What is the matter here, and what to do: readers, cards, certificates, clock, network, service. Changes nothing
     * and spends no try; bounded by two minutes.
     *
     * @param options what is looked at
     * @return the worst first
     * @throws KamupinException when there is no memory; what cannot be looked at is a finding
     */
    public List<Finding> diagnose(DiagnoseOptions options) throws KamupinException {
        diagnose_options raw = new diagnose_options();
        long[] slot;
        try {
            raw.setService(options.service());
            raw.setOffline(options.isOffline());
            raw.setDays(options.days());
            slot = diagnosed(options, raw);
        } finally {
            raw.delete();
        }
        finding filled = new finding();
        try {
            List<Finding> found = new ArrayList<>();
            for (long index = 0; index < Native.diagnosis_count(slot[0]); index++) {
                check(Native.diagnosis_get(slot[0], index, filled));
                found.add(new Finding(filled));
            }
            return Collections.unmodifiableList(found);
        } finally {
            filled.delete();
            Native.diagnosis_free(slot);
        }
    }

    private long[] diagnosed(DiagnoseOptions options, diagnose_options raw) throws KamupinException {
        return made((slot, error) -> call(owner -> callOn(options.trust(), roots -> callOn(options.cancel(), by -> {
            raw.setTrust(roots);
            raw.setCancel(by);
            return Native.diagnose(owner, raw, slot, error);
        }))));
    }

    // ---- the network ----

    /**
     * Name and password at the proxy.
     *
     * @param user null: no login any more
     * @param password of kind PROXY_PASSWORD; null without a user
     * @throws KamupinException when the secret is of another kind, or there is no room
     */
    public void proxyLogin(String user, Secret password) throws KamupinException {
        checked(error -> call(raw -> callOn(password, given -> Native.context_proxy_login(raw, user, given, error))));
    }

    /**
     * The hosts that were contacted.
     *
     * @return in the order of their first request; unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<Host> hosts() throws KamupinException {
        return get(raw -> {
            host filled = new host();
            try {
                List<Host> found = new ArrayList<>();
                for (long index = 0; index < Native.context_host_count(raw); index++) {
                    long at = index;
                    checked(error -> Native.context_host(raw, at, filled, error));
                    found.add(new Host(filled));
                }
                return Collections.unmodifiableList(found);
            } finally {
                filled.delete();
            }
        });
    }

    // ---- certificates ----

    /**
     * A certificate.
     *
     * @param bytes DER, or PEM (its first)
     * @return closed by the caller
     * @throws KamupinException certificate-malformed
     */
    public Certificate certificate(byte[] bytes) throws KamupinException {
        return new Certificate(this, bytes);
    }

    /**
     * An empty list, for certificates of cards, files and the service.
     *
     * @return closed by the caller
     * @throws KamupinException when there is no memory
     */
    public Certificates certificates() throws KamupinException {
        return new Certificates(this);
    }

    /**
     * The roots that a program trusts.
     *
     * @param path a folder, a file of certificates, or a SertifikaDeposu.xml; null: none yet
     * @return closed by the caller
     * @throws KamupinException trust-store, also when no certificate was found
     */
    public Trust trust(Path path) throws KamupinException {
        return new Trust(this, path);
    }

    // ---- the service ----

    /**
     * A login at a service, to be made; touches no network.
     *
     * @param service its address
     * @param options what it may be told
     * @return closed by the caller
     * @throws KamupinException url-refused, network-library, invalid-argument for a redirect that is none
     */
    public Session session(String service, SessionOptions options) throws KamupinException {
        return new Session(this, service, options);
    }

    /**
     * What may be asked of a service without a login; touches no network.
     *
     * @param service its address
     * @return closed by the caller
     * @throws KamupinException when there is no memory
     */
    public Inquiries inquiries(String service) throws KamupinException {
        return new Inquiries(this, service);
    }
}
