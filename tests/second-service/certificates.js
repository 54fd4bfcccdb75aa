// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The certificates of one person and of the organisations that they act for: their states, and revoking in two steps.
'use strict';

const crypto = require('node:crypto');
const { Refusal } = require('./problems');
const { sendTo, judge, short, opaque, same } = require('./login');

const REVOCATION_SECONDS = 300;
const TRIES = 3;
const PRICE = { kurus: 95000, currency: 'TRY' };
const LOST = {
    tr: ['Bu sertifikayla bir daha imza atılamaz.'], en: ['Nothing can be signed with this certificate again.'],
};

/** What each state says to each call, from the table of states; one that is not named moves the certificate. */
const REFUSED = {
    issued: { suspend: 'certificate-not-activated', unsuspend: 'certificate-not-activated' },
    'not-yet-valid': {
        suspend: 'certificate-not-yet-valid', unsuspend: 'certificate-not-yet-valid', activate: 'certificate-not-yet-valid',
    },
    active: { unsuspend: 'certificate-not-suspended', activate: 'certificate-active' },
    suspended: { activate: 'certificate-suspended' },
};
REFUSED['suspended by others'] = Object.fromEntries(['suspend', 'unsuspend', 'activate'].map((call) => [call, 'certificate-suspended-by-others']));
for (const state of ['revoked', 'expired'])
    REFUSED[state] = Object.fromEntries(['suspend', 'unsuspend', 'activate', 'revoke'].map((call) => [call, `certificate-${state}`]));

const moment = (milliseconds = Date.now()) => new Date(milliseconds).toISOString().replace(/\.\d+/, '');

/** The parts of one DER value. */
function parts(der) {
    const found = [];
    for (let at = header(der, 0).start; at < header(der, 0).end;) {
        const { start, end } = header(der, at);
        found.push({ tag: der[at], whole: der.subarray(at, end), content: der.subarray(start, end) });
        at = end;
    }
    return found;
}

function header(der, at) {
    const long = der[at + 1] & 0x80 ? der[at + 1] & 0x7f : 0;
    const start = at + 2 + long;
    return { start, end: start + (long ? der.readUIntBE(at + 2, long) : der[at + 1]) };
}

/** Issuer and serial number as a certificate has them. */
function namesOf(der) {
    const inside = parts(parts(der)[0].whole);
    const [serial, , issuer] = inside[0].tag === 0xa0 ? inside.slice(1) : inside; // [0] is the version
    return { issuer: issuer.whole.toString('base64url'), serial: serial.content.toString('hex').toUpperCase() };
}

class Certificates {
    constructor({ certificates = [], person, ...config }, now) {
        Object.assign(this, { now, coolDown: config.cool_down ?? 30, smsCode: config.sms_code });
        this.certificates = new Map(certificates.map((one) => this.onFile(one, person)).map((one) => [one.record.certificate_id, one]));
        this.preparations = new Map();
    }

    /** A certificate of the configuration: `der`, `product`, perhaps `on_behalf_of`, `card_id`, `issued` (made, not opened). */
    onFile({ der, product, on_behalf_of, card_id, issued, suspended_by }, { name, identity }) {
        const bytes = Buffer.from(der, 'base64url');
        const x509 = new crypto.X509Certificate(bytes);
        const from = Date.parse(x509.validFrom);
        const record = {
            certificate_id: short('crt'), ...namesOf(bytes), product, not_before: moment(from), not_after: moment(Date.parse(x509.validTo)),
            holder: on_behalf_of?.name ?? name, identity, ...(on_behalf_of && { on_behalf_of }), ...(card_id && { card_id }),
        };
        const made = { record, der, from, to: Date.parse(x509.validTo), open: false, history: [] };
        this.happened(made, 'issued', 'authority');
        if (!issued)
            this.open(made);
        if (suspended_by)
            this.suspended(made, suspended_by);
        return made;
    }

    happened(one, state, by, reason) {
        one.history = [...one.history, { state, at: moment(), by, ...(reason && { reason }) }].slice(-32);
    }

    open(one) {
        one.open = true;
        this.happened(one, 'active', 'holder');
    }

    suspended(one, by, reason) {
        one.suspension = { suspended_by: by, suspended_at: moment() };
        this.happened(one, 'suspended', by, reason);
    }

    state(one) {
        if (one.revocation)
            return 'revoked';
        if (Date.now() > one.to)
            return 'expired';
        if (one.suspension)
            return 'suspended';
        if (!one.open)
            return 'issued';
        return Date.now() < one.from ? 'not-yet-valid' : 'active';
    }

    refused(one) {
        const state = this.state(one);
        const others = state === 'suspended' && one.suspension.suspended_by !== 'holder';
        return REFUSED[others ? 'suspended by others' : state];
    }

    /** What a client is told of a certificate. */
    shown(one) {
        const state = this.state(one);
        const refused = this.refused(one);
        const may = ['suspend', 'unsuspend', 'activate', 'revoke'].filter((call) => !refused[call] && this.moves(state, call));
        return { ...one.record, state, ...(state === 'suspended' && one.suspension), ...one.revocation, may };
    }

    /** Of the calls that a state takes, which change it. */
    moves(state, call) {
        return { suspend: state === 'active', unsuspend: state === 'suspended', activate: state === 'issued', revoke: true }[call];
    }

    list({ role = 'individual' }) {
        const mine = [...this.certificates.values()].filter((one) => Boolean(one.record.on_behalf_of) === (role === 'authorised'));
        const over = (one) => ['revoked', 'expired'].includes(this.state(one));
        const kept = new Set(mine.reverse().sort((a, b) => over(a) - over(b)).slice(0, 64));
        return { certificates: [...this.certificates.values()].reverse().filter((one) => kept.has(one)).map((one) => this.shown(one)) };
    }

    find(id) {
        const one = this.certificates.get(id);
        if (!one)
            throw new Refusal('certificate-unknown');
        return one;
    }

    details({ id }) {
        const one = this.find(id);
        return { ...this.shown(one), certificate: one.der, history: one.history };
    }

    /** The certificate that a call is for, unless its state refuses that call. */
    movable(id, call) {
        const one = this.find(id);
        const refusal = this.refused(one)[call];
        if (refusal)
            throw new Refusal(refusal);
        return one;
    }

    suspend({ reason }, { id }) {
        const one = this.movable(id, 'suspend');
        if (!one.suspension)
            this.suspended(one, 'holder', reason);
        return this.shown(one);
    }

    unsuspend({ id }) {
        const one = this.movable(id, 'unsuspend');
        delete one.suspension;
        this.happened(one, 'active', 'holder');
        return this.shown(one);
    }

    activate({ id }) {
        const one = this.movable(id, 'activate');
        this.open(one);
        return this.shown(one);
    }

    /** Prepares a revocation; the one before of this certificate is over. */
    revoke({ reason }, { id, session }) {
        const one = this.movable(id, 'revoke');
        for (const old of this.preparations.values())
            old.replaced ||= old.one === one && !old.confirmed;
        const token = opaque();
        const made = { id: short('rev'), one, reason, session, token, ends: this.now() + REVOCATION_SECONDS, tries: TRIES };
        this.preparations.set(made.id, made);
        return {
            revocation_id: made.id, confirmation_token: token, certificate: this.shown(one), reason, seconds_left: REVOCATION_SECONDS,
            second_factors: ['sms'], lost: LOST, price: PRICE,
        };
    }

    /** A preparation that lives, of this session. */
    living(id, session) {
        const found = this.preparations.get(id);
        const over = !found || found.replaced || found.cancelled || found.confirmed || found.tries === 0 || this.now() >= found.ends;
        if (over || found.session !== session)
            throw new Refusal('revocation-expired');
        return found;
    }

    /** The same, for the steps of its factor: without tries they go on saying so. */
    factorStep(id, session) {
        const found = this.preparations.get(id);
        if (found?.session === session && found.tries === 0)
            throw new Refusal('factor-exhausted');
        return this.living(id, session);
    }

    factor({ type }, { id, session }) {
        const found = this.factorStep(id, session);
        if (type !== 'sms')
            throw new Refusal('factor-mismatch');
        return sendTo(found, this);
    }

    resend({ id, session }) {
        const found = this.factorStep(id, session);
        if (found.sent === undefined)
            throw new Refusal('factor-mismatch');
        return sendTo(found, this);
    }

    confirm({ confirmation_token, code }, { id, session }) {
        const old = this.preparations.get(id);
        if (!old || !same(confirmation_token, old.token))
            throw new Refusal('revocation-expired');
        if (old.confirmed)
            return this.shown(old.one);
        const found = this.factorStep(id, session);
        this.movable(found.one.record.certificate_id, 'revoke');
        if (code === undefined || found.sent === undefined)
            throw new Refusal('factor-mismatch');
        judge(found, code, this);
        found.confirmed = true;
        found.one.revocation = { revoked_at: moment(), reason: found.reason };
        this.happened(found.one, 'revoked', 'holder', found.reason);
        return this.shown(found.one);
    }

    cancel({ id, session }) {
        const old = this.preparations.get(id);
        if (old?.session === session && old.confirmed)
            throw new Refusal('certificate-revoked');
        if (!(old?.session === session && old.cancelled))
            this.living(id, session).cancelled = true;
        return { cancelled: true };
    }
}

module.exports = { Certificates, moment };
