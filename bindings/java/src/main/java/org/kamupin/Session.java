// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
package org.kamupin;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.kamupin.internal.Native;
import org.kamupin.internal.application_info;
import org.kamupin.internal.authorised_info;
import org.kamupin.internal.captcha;
import org.kamupin.internal.certificate_event;
import org.kamupin.internal.certificate_record;
import org.kamupin.internal.consent_info;
import org.kamupin.internal.contact;
import org.kamupin.internal.factor;
import org.kamupin.internal.identity;
import org.kamupin.internal.issued_pin_info;
import org.kamupin.internal.login;
import org.kamupin.internal.order_info;
import org.kamupin.internal.order_options;
import org.kamupin.internal.session_info;
import org.kamupin.internal.session_options;

/**
 * A login at the service, and all that needs one. Nothing of it is ever written to disk by the library. Calls of
 * several threads on a session and on all that was made from it go one after another, but for {@link #cancel}.
 *
 * <pre>{@code
 * try (LoginListener listener = new LoginListener(Language.TURKISH);
 *         Session session = context.session(service, new SessionOptions().redirect(listener.redirect()))) {
 *     session.login(listener, login -> open(login.url()), executor).get();
 *     System.out.println(session.info().name());
 *     session.end();
 * }
 * }</pre>
 */
public final class Session extends Telling {
    /** What is made before the handle. */
    private static final class Parts {
        private final Cancel cancel;
        private final Watched watched = new Watched(null);
        private final Sinks.Bytes keep;
        private final Making making;

        Parts(Context context, String service, SessionOptions options) throws KamupinException {
            cancel = new Cancel(context);
            keep = options.keep() == null ? null : new Sinks.Bytes(options.keep(), watched);
            making = (slot, error) -> context.call(owner -> cancel.call(by -> {
                session_options raw = new session_options();
                try {
                    raw.setService(service);
                    raw.setRedirect(options.redirect());
                    raw.set_keep(keep);
                    raw.setCancel(by);
                    return Native.session_new(owner, raw, slot, error);
                } finally {
                    raw.delete();
                }
            }));
        }
    }

    private final Context context;
    private final Parts parts;

    Session(Context context, String service, SessionOptions options) throws KamupinException {
        this(context, new Parts(context, service, options));
    }

    private Session(Context context, Parts parts) throws KamupinException {
        super(parts.making, Native::session_free, Native::session_error, parts.watched, context, parts.cancel, parts.keep);
        this.context = context;
        this.parts = parts;
    }

    Context context() {
        return context;
    }

    /** Throws when it was cancelled or closed. */
    void goesOn() throws KamupinException {
        check(atOnce(session -> (parts.cancel.pulled() ? Status.CANCELLED : Status.OK).value()));
    }

    Watched watched() {
        return parts.watched;
    }

    // ---- logging in ----

    /**
     * The ways to log in that the service offers. Asks it once.
     *
     * @return a set
     * @throws KamupinException network-*, tls-*, service-*, client-too-old
     */
    public Set<LoginMethod> methods() throws KamupinException {
        long[] slot = new long[1];
        doing(session -> Native.session_methods(session, slot));
        return LoginMethod.of(slot[0]);
    }

    /**
     * Begins a login in the person's own browser: show what one logs in to, then open its address there. Called
     * again it begins anew.
     *
     * @param carry the application's own word, no secret, for {@link #carried}; 127 bytes at most; null for none
     * @return the address
     * @throws KamupinException login-not-offered, wrong-state without a redirect, network-*, service-*
     */
    public Login begin(String carry) throws KamupinException {
        return Filled.of(this, new login(), login::delete, Login::new, (session, raw) -> Native.session_begin(session, carry, raw));
    }

    /**
     * Completes it.
     *
     * @param callback the address that the browser came back to, or that the person pasted
     * @throws KamupinException callback-malformed, login-redirect-mismatch, login-state-mismatch, login-issuer-
     *     mismatch: the login still waits; wrong-state, login-cancelled, login-refused, login-grant-refused,
     *     network-*, service-*
     */
    public void complete(String callback) throws KamupinException {
        doing(session -> Native.session_complete(session, callback));
    }

    /**
     * What {@link #begin} was given to carry.
     *
     * @return "" for nothing
     * @throws KamupinException when this is closed
     */
    public String carried() throws KamupinException {
        return get(Native::session_carried);
    }

    /**
     * A whole login in the browser: begins it, hands its address out, waits until the browser has come back, and
     * completes it. A callback that is not this login's is answered as such, and the login goes on waiting.
     *
     * @param listener whose address this session was made with
     * @param open shows what one logs in to and opens its address; called on the executor
     * @param executor runs it; a thread of it is taken until the browser has come back
     * @return who is logged in; cancelling it ends the login, this session with it, and the listener
     */
    public CompletableFuture<SessionInfo> login(LoginListener listener, Consumer<Login> open, Executor executor) {
        Runnable cancel = () -> {
            parts.cancel.pullIfOpen();
            listener.close();
        };
        return Async.run(executor, cancel, () -> {
            open.accept(begin(null));
            listener.complete(this);
            return info();
        }, () -> { });
    }

    /**
     * Logs in with the card's key.
     *
     * @param card whose signing certificate it is
     * @param pin of kind PIN; stays the caller's
     * @param risk what may be risked; UNPROVEN is not needed where the service vouches for how such cards sign
     * @throws KamupinException login-not-offered, login-card-refused, those of a signature, network-*, service-*
     */
    public void loginCard(Card card, Secret pin, PinRisk... risk) throws KamupinException {
        doing(session -> card.call(by -> pin.call(given -> Native.session_login_card(session, by, given, Slots.risks(risk)))));
    }

    /**
     * Throws why a login with this card would be refused before its PIN is used: to be called before a person is
     * asked for it.
     *
     * @param card that is meant
     * @param risk as it will be given to {@link #loginCard}
     * @throws KamupinException login-not-offered, and what keeps the card from signing
     */
    public void checkLoginCard(Card card, PinRisk... risk) throws KamupinException {
        doing(session -> card.call(by -> Native.session_login_card_ready(session, by, Slots.risks(risk))));
    }

    // ---- older portals: number, picture, security word, SMS ----

    /**
     * Asks for a picture; called again, for another one in its place.
     *
     * @return the picture, for a person to read
     * @throws KamupinException login-not-offered, rate-limited, network-*, service-*
     */
    public Captcha captcha() throws KamupinException {
        byte[][] image = new byte[1][];
        return Filled.of(this, new captcha(), captcha::delete, raw -> new Captcha(image[0], raw.getMediaType(), raw.getSecondsLeft()),
                (session, raw) -> Native.password_captcha_image(session, raw, image));
    }

    /**
     * Says who wants to log in. A picture works once. No SMS is sent yet.
     *
     * @param who a T.C. or passport number
     * @param read what the person read in the picture
     * @param word of kind SECURITY_WORD; stays the caller's
     * @return where the SMS would go
     * @throws KamupinException identity-malformed, captcha-wrong, captcha-expired, security-word-wrong with the
     *     tries that are left, rate-limited, wrong-state without a picture, login-not-offered, network-*, service-*
     */
    public Contact beginPassword(Identity who, String read, Secret word) throws KamupinException {
        return Filled.of(this, new contact(), contact::delete, Contact::new,
                (session, raw) -> word.call(given -> Native.password_begin(session, who.raw(), read, given, raw)));
    }

    /**
     * Has the SMS sent, once the person said so; called again, a new one.
     *
     * @return what a person is shown of it
     * @throws KamupinException wrong-state, sms-resend-too-soon, phone-out-of-date, sms-code-exhausted, session-
     *     expired, network-*, service-*
     */
    public Factor passwordSms() throws KamupinException {
        return Filled.of(this, new factor(), factor::delete, Factor::new, Native::password_sms);
    }

    /**
     * Gives the code of the SMS; then the person is logged in. Such a session cannot be renewed.
     *
     * @param code of kind SMS_CODE; stays the caller's
     * @throws KamupinException sms-code-malformed, sms-code-expired, sms-code-wrong with the tries that are left,
     *     sms-code-exhausted, session-expired, network-*, service-*
     */
    public void confirmPassword(Secret code) throws KamupinException {
        doing(session -> code.call(given -> Native.password_confirm(session, given)));
    }

    /**
     * Asks for a mail for a forgotten security word. Uses the picture up; an unknown person gets the same answer.
     *
     * @param who a T.C. or passport number
     * @param read what the person read in the picture
     * @return where the mail goes
     * @throws KamupinException those of {@link #beginPassword}, but for the word's
     */
    public Contact resetPassword(Identity who, String read) throws KamupinException {
        return Filled.of(this, new contact(), contact::delete, Contact::new,
                (session, raw) -> Native.password_reset(session, who.raw(), read, raw));
    }

    // ---- being logged in ----

    /**
     * Who is logged in. Asks the service.
     *
     * @return a copy
     * @throws KamupinException login-required, session-*, network-*, service-*
     */
    public SessionInfo info() throws KamupinException {
        return Filled.of(this, new session_info(), session_info::delete, SessionInfo::new, Native::session_info_get);
    }

    /**
     * The organisations of the last {@link #info}.
     *
     * @return for whom the person may act; unmodifiable
     * @throws KamupinException when this is closed
     */
    public List<Organisation> organisations() throws KamupinException {
        identity raw = new identity();
        String[] name = new String[1];
        try {
            return Filled.each(this, raw, filled -> new Organisation(new Identity(filled), name[0]),
                    (session, index, filled) -> Native.session_organisation(session, index, filled, name));
        } finally {
            raw.delete();
        }
    }

    /**
     * Renews the session now; every other call does so by itself.
     *
     * @throws KamupinException login-required, session-expired, network-*, service-*
     */
    public void renew() throws KamupinException {
        doing(Native::session_renew);
    }

    /**
     * Goes on with what was kept ({@link SessionOptions#keep}) or lent.
     *
     * @param kept those bytes; stay the caller's to wipe
     * @throws KamupinException invalid-argument for others, session-expired
     */
    public void restore(byte[] kept) throws KamupinException {
        doing(session -> Native.session_restore(session, kept));
    }

    /**
     * Lends the session to another process of the same person, which goes on with {@link #restore} until the access
     * token runs out.
     *
     * @param take called once with the bytes, during this call; they are wiped when it returns
     * @param seconds the access token is renewed first when it has fewer left
     * @throws KamupinException login-required, session-expired, network-*, service-*
     */
    public void lend(Consumer<byte[]> take, int seconds) throws KamupinException {
        Sinks.Bytes sink = new Sinks.Bytes(take, parts.watched);
        try {
            doing(session -> Native.session_lend(session, seconds, sink));
        } finally {
            sink.delete();
        }
    }

    /**
     * Logs out. The session is over here in any case.
     *
     * @throws KamupinException network-*, service-* when the service could not be told
     */
    public void end() throws KamupinException {
        doing(Native::session_end);
    }

    /** Ends the call that runs and every later one. From any thread. */
    public void cancel() {
        parts.cancel.pullIfOpen();
    }

    // ---- orders ----

    /**
     * Orders a new PIN for oneself.
     *
     * @param product which card's
     * @param kind UNBLOCK or CREATE
     * @return the order
     * @throws KamupinException product-not-offered, login-required, session-*, network-*, service-*
     */
    public Order order(Product product, OperationKind kind) throws KamupinException {
        return order(product, kind, null);
    }

    /**
     * Orders a new PIN for an organisation.
     *
     * @param product which card's
     * @param kind UNBLOCK or CREATE
     * @param onBehalfOf a VKN or DETSİS number; null: for oneself
     * @return the order
     * @throws KamupinException identity-malformed, not-represented, product-not-offered, login-required, session-*,
     *     network-*, service-*
     */
    public Order order(Product product, OperationKind kind, Identity onBehalfOf) throws KamupinException {
        order_options options = new order_options();
        try {
            options.setProduct(product.value());
            options.setKind(kind.value());
            if (onBehalfOf != null) {
                options.setOnBehalfOf(onBehalfOf.raw());
            }
            return new Order(this, (slot, error) -> call(session -> Native.order_new(session, options, slot, error)));
        } finally {
            options.delete();
        }
    }

    /**
     * Opens an order that there is, after a lost connection or a new login.
     *
     * @param orderId of {@link OrderInfo#orderId}
     * @return the order
     * @throws KamupinException order-unknown, and those of {@link #order(Product, OperationKind)}
     */
    public Order openOrder(String orderId) throws KamupinException {
        return new Order(this, (slot, error) -> call(session -> Native.order_open(session, orderId, slot, error)));
    }

    /**
     * The person's orders that have not ended, also those of an earlier session.
     *
     * @return newest first; unmodifiable
     * @throws KamupinException login-required, session-*, network-*, service-*
     */
    public List<OrderInfo> orders() throws KamupinException {
        return Filled.all(this, new order_info(), order_info::delete, OrderInfo::new, Native::order_list, Native::order_listed);
    }

    // ---- the PIN that a card was issued with ----

    /**
     * Cards whose first PIN is on record.
     *
     * @return unmodifiable
     * @throws KamupinException login-required, session-*, network-*, service-*
     */
    public List<IssuedPinInfo> issuedPins() throws KamupinException {
        return Filled.all(this, new issued_pin_info(), issued_pin_info::delete, IssuedPinInfo::new, Native::issued_pin_list,
                Native::issued_pin_listed);
    }

    /**
     * Shows a recorded PIN, once in its life.
     *
     * @param recordId of {@link IssuedPinInfo#recordId}
     * @param show called once with the digits, before this returns. It must not call this session
     * @throws KamupinException issued-pin-unknown, issued-pin-shown, login-required, session-*, network-*, service-*
     */
    public void showIssuedPin(String recordId, DigitsListener show) throws KamupinException {
        Sinks.Digits sink = new Sinks.Digits(show, parts.watched);
        try {
            doing(session -> Native.issued_pin_show(session, recordId, sink));
        } finally {
            sink.delete();
        }
    }

    /**
     * Deletes a record for good, at the issuer as well. Whoever calls this has told the person that it cannot be
     * brought back.
     *
     * @param recordId of {@link IssuedPinInfo#recordId}
     * @throws KamupinException issued-pin-unknown, login-required, session-*, network-*, service-*
     */
    public void deleteIssuedPin(String recordId) throws KamupinException {
        doing(session -> Native.issued_pin_delete(session, recordId, 1)); // KAMUPIN_DELETE_FOR_GOOD
    }

    // ---- certificates ----

    /**
     * The certificates that the authority has.
     *
     * @param role for the person's own, or those of their organisations
     * @return unmodifiable
     * @throws KamupinException role-refused, login-required, session-*, network-*, service-*
     */
    public List<CertificateRecord> certificates(Role role) throws KamupinException {
        return Filled.all(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                (session, count) -> Native.certificate_record_list(session, role.value(), count), Native::certificate_record_listed);
    }

    /**
     * All that the authority says of one.
     *
     * @param which its certificate id, or a serial number in hex, or in decimal after "decimal:"
     * @return record, certificate and events
     * @throws KamupinException certificate-unknown, choice-needed, login-required, session-*, network-*, service-*
     */
    public CertificateDetails certificate(String which) throws KamupinException {
        return get(all -> detailed(which)); // no other's events between
    }

    private CertificateDetails detailed(String which) throws KamupinException {
        CertificateRecord[] record = new CertificateRecord[1];
        Certificate certificate = new Certificate(context, (slot, error) -> {
            record[0] = Filled.of(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                    (session, raw) -> Native.certificate_details(session, which, raw, slot));
            return Status.OK.value();
        });
        certificate_event event = new certificate_event();
        try {
            return new CertificateDetails(record[0], certificate,
                    Filled.each(this, event, CertificateEvent::new, Native::certificate_event_listed));
        } finally {
            event.delete();
        }
    }

    /**
     * Suspends a certificate, at once. Needs no card, and may be repeated.
     *
     * @param which as for {@link #certificate}; null: the only one of the person's own that can be meant
     * @param reason which the authority notes
     * @return what it is now
     * @throws KamupinException certificate-unknown, choice-needed when there are several, certificate-not-activated,
     *     certificate-not-yet-valid, certificate-suspended-by-others, certificate-revoked, certificate-expired,
     *     login-required, session-*, network-*, service-*
     */
    public CertificateRecord suspend(String which, SuspendReason reason) throws KamupinException {
        return Filled.of(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                (session, raw) -> Native.certificate_suspend(session, which, reason.value(), raw));
    }

    /**
     * Reopens what the holder has suspended.
     *
     * @param which as for {@link #certificate}
     * @return what it is now
     * @throws KamupinException certificate-not-suspended, and those of {@link #suspend}
     */
    public CertificateRecord unsuspend(String which) throws KamupinException {
        return Filled.of(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                (session, raw) -> Native.certificate_unsuspend(session, which, raw));
    }

    /**
     * Opens a certificate that was issued for use.
     *
     * @param which as for {@link #certificate}
     * @return what it is now
     * @throws KamupinException certificate-active, certificate-suspended, and those of {@link #suspend}
     */
    public CertificateRecord activate(String which) throws KamupinException {
        return Filled.of(this, new certificate_record(), certificate_record::delete, CertificateRecord::new,
                (session, raw) -> Native.certificate_activate(session, which, raw));
    }

    /**
     * Prepares a revocation: nothing is revoked before {@link Revocation#confirm}.
     *
     * @param which as for {@link #certificate}
     * @param reason one that a holder may give
     * @return the revocation
     * @throws KamupinException certificate-unknown, certificate-revoked, certificate-expired, invalid-argument for a
     *     reason that is the authority's, choice-needed, login-required, session-*, network-*, service-*
     */
    public Revocation revoke(String which, RevocationReason reason) throws KamupinException {
        return new Revocation(this, (slot, error) ->
                call(session -> Native.revocation_new(session, which, reason.value(), slot, error)));
    }

    // ---- consent, applications, lists ----

    /**
     * Whether the e-consent was given.
     *
     * @return where it stands
     * @throws KamupinException login-required, session-*, network-*, service-*
     */
    public ConsentInfo consentStatus() throws KamupinException {
        return Filled.of(this, new consent_info(), consent_info::delete, ConsentInfo::new, Native::consent_status);
    }

    /**
     * The text of the e-consent, to be signed.
     *
     * @param language of it, where the service has it; else the service's own
     * @return the consent
     * @throws KamupinException consent-given, login-required, session-*, network-*, service-*
     */
    public Consent consent(Language language) throws KamupinException {
        return new Consent(this, (slot, error) -> call(session -> Native.consent_new(session, language.value(), slot, error)));
    }

    /**
     * The person's applications.
     *
     * @return unmodifiable
     * @throws KamupinException login-required, session-*, network-*, service-*
     */
    public List<ApplicationInfo> applications() throws KamupinException {
        return Filled.all(this, new application_info(), application_info::delete, ApplicationInfo::new, Native::application_list,
                Native::application_listed);
    }

    /**
     * One of them, with its form.
     *
     * @param applicationId of {@link ApplicationInfo#applicationId}
     * @return the application
     * @throws KamupinException application-unknown, login-required, session-*, network-*, service-*
     */
    public Application application(String applicationId) throws KamupinException {
        String[] form = {""};
        Sinks.Bytes sink = new Sinks.Bytes(bytes -> form[0] = new String(bytes, StandardCharsets.UTF_8), parts.watched);
        try {
            ApplicationInfo info = Filled.of(this, new application_info(), application_info::delete, ApplicationInfo::new,
                    (session, raw) -> Native.application_get(session, applicationId, raw, sink));
            return new Application(info, form[0]);
        } finally {
            sink.delete();
        }
    }

    /**
     * Submits a form.
     *
     * @param applicationId of {@link ApplicationInfo#applicationId}
     * @param schemaId of the form that was filled in
     * @param form a JSON object, 32 KiB at most
     * @return where it stands now
     * @throws KamupinException application-unknown, application-state, document-refused with the fields in its
     *     detail, invalid-argument, login-required, session-*, network-*, service-*
     */
    public ApplicationInfo submitApplication(String applicationId, String schemaId, String form) throws KamupinException {
        byte[] json = form.getBytes(StandardCharsets.UTF_8);
        return Filled.of(this, new application_info(), application_info::delete, ApplicationInfo::new,
                (session, raw) -> Native.application_submit(session, applicationId, schemaId, json, raw));
    }

    /**
     * The lists that wait for an authorised person, or were signed.
     *
     * @return unmodifiable
     * @throws KamupinException role-refused, login-required, session-*, network-*, service-*
     */
    public List<AuthorisedInfo> authorisedLists() throws KamupinException {
        return Filled.all(this, new authorised_info(), authorised_info::delete, AuthorisedInfo::new, Native::authorised_lists,
                Native::authorised_listed);
    }

    /**
     * One of them, to be read and signed.
     *
     * @param listId of {@link AuthorisedInfo#listId}
     * @return the list
     * @throws KamupinException list-unknown, role-refused, service-reply-malformed, login-required, session-*,
     *     network-*, service-*
     */
    public AuthorisedList authorisedList(String listId) throws KamupinException {
        return new AuthorisedList(this, (slot, error) -> call(session -> Native.authorised_list_new(session, listId, slot, error)));
    }
}
