// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The password login of one person, from the picture to the session that its calls belong to. Everything is in memory.
'use strict';

const crypto = require('node:crypto');
const zlib = require('node:zlib');
const { Refusal } = require('./problems');
const { sha256 } = require('./proof');

const CAPTCHA_SECONDS = 120;
const LOGIN_SECONDS = 300;
const SESSION_SECONDS = 1800;
const SMS_SECONDS = 90;
const SMS_TRIES = 3;
const WRONG_WORDS = { tries: 5, seconds: 300 };

const opaque = () => crypto.randomBytes(32).toString('base64url');
const short = (kind) => `${kind}-${crypto.randomBytes(12).toString('base64url')}`;
const same = (a, b) => crypto.timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
const down = (seconds) => Math.max(0, Math.floor(seconds));

/** A PNG of one grey pixel: who is to log in here was told the characters beforehand. */
function picture() {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]);
        let crc = 0xffffffff;
        for (const byte of body) {
            crc ^= byte;
            for (let i = 0; i < 8; i++)
                crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
        }
        const ends = [Buffer.alloc(4), Buffer.alloc(4)];
        ends[0].writeUInt32BE(data.length);
        ends[1].writeUInt32BE(~crc >>> 0);
        return Buffer.concat([ends[0], body, ends[1]]);
    };
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
        chunk('IDAT', zlib.deflateSync(Buffer.from([0, 128]))), chunk('IEND', Buffer.alloc(0))]);
}

/** Whether the last two digits of an identity number are those that the others ask for. */
function checks({ type, number }) {
    if (type !== 'tckn')
        return true;
    const digits = [...number].map(Number);
    const sum = (from, step, end) => digits.slice(0, end).filter((_, i) => i >= from && (i - from) % step === 0).reduce((a, b) => a + b, 0);
    return ((sum(0, 2, 9) * 7 - sum(1, 2, 8)) % 10 + 10) % 10 === digits[9] && sum(0, 1, 10) % 10 === digits[10];
}

class Logins {
    constructor({ person, sms_code, cool_down = 30 }, now) {
        Object.assign(this, { person, smsCode: sms_code, coolDown: cool_down, now });
        this.captchas = new Map();
        this.logins = new Map();
        this.sessions = new Map(); // by the token's hash
        this.wrong = []; // wrong words of late: {address, at}
    }

    captcha({ replaces }, { thumbprint }) {
        if (this.captchas.get(replaces)?.thumbprint === thumbprint)
            this.captchas.delete(replaces);
        const id = short('cap');
        this.captchas.set(id, { thumbprint, ends: this.now() + CAPTCHA_SECONDS });
        return { captcha_id: id, media_type: 'image/png', image: picture().toString('base64url'), seconds_left: CAPTCHA_SECONDS };
    }

    begin({ captcha_id, captcha_answer, identity, security_word }, { thumbprint, address }) {
        if (!checks(identity))
            throw new Refusal('request-invalid', {}, { detail: 'The check digits of the identity number.' });
        const since = this.now() - WRONG_WORDS.seconds;
        this.wrong = this.wrong.filter((one) => one.at > since);
        const here = this.wrong.filter((one) => one.address === address);
        if (here.length >= WRONG_WORDS.tries)
            throw new Refusal('rate-limited', { retry_after: Math.ceil(here[0].at - since) });
        const captcha = this.captchas.get(captcha_id);
        if (captcha?.thumbprint !== thumbprint || this.now() >= captcha.ends)
            throw new Refusal('captcha-expired');
        this.captchas.delete(captcha_id);
        if (captcha_answer.trim().toLowerCase() !== this.person.captcha.toLowerCase())
            throw new Refusal('captcha-wrong', {}, { effect: true });
        const mine = identity.type === 'tckn' && identity.number === this.person.number;
        if (!same(security_word, this.person.word) || !mine) {
            this.wrong.push({ address, at: this.now() });
            throw new Refusal('security-word-wrong', { tries_left: WRONG_WORDS.tries - here.length - 1 }, { effect: true });
        }
        const login = { id: short('login'), thumbprint, ends: this.now() + LOGIN_SECONDS, tries: SMS_TRIES };
        this.logins.set(login.id, login);
        return { login_id: login.id, destination: '5*******6', seconds_left: LOGIN_SECONDS };
    }

    /** A login that this key began and that is not over. */
    login(id, thumbprint) {
        const login = this.logins.get(id);
        if (login?.thumbprint !== thumbprint || this.now() >= login.ends)
            throw new Refusal('login-unknown');
        if (login.tries === 0)
            throw new Refusal('factor-exhausted');
        return login;
    }

    sms({ id, thumbprint }) {
        return sendTo(this.login(id, thumbprint), this);
    }

    confirm({ code }, { id, thumbprint }) {
        const login = this.login(id, thumbprint);
        judge(login, code, this);
        this.logins.delete(id);
        const token = opaque();
        this.sessions.set(sha256(token), { id: short('ses'), thumbprint, ends: this.now() + SESSION_SECONDS });
        return { access_token: token, token_type: 'DPoP', seconds_left: SESSION_SECONDS };
    }

    /** The session of a request, by its token, to whose key the proof must belong. ended: whether one that was ended will do. */
    session(token, thumbprint, ended) {
        const session = this.sessions.get(sha256(token));
        if (!session)
            throw new Refusal('session-expired');
        if (session.thumbprint !== thumbprint)
            throw new Refusal('login-required');
        if (session.ended && !ended)
            throw new Refusal('session-ended');
        if (this.now() >= session.ends)
            throw new Refusal('session-expired');
        return session;
    }

    tell({ session }) {
        const { name, identity, organisations = [] } = this.person;
        return { person: { name, identity }, assurance: 'password', organisations, seconds_left: down(session.ends - this.now()) };
    }

    end({ session }) {
        session.ended = true;
        return { ended: true };
    }
}

/** Has an SMS sent for whatever asks for its code: a login, a preparation. */
function sendTo(asker, { now, coolDown, smsCode }) {
    const wait = asker.sent === undefined ? 0 : asker.sent + coolDown - now();
    if (wait > 0)
        throw new Refusal('resend-too-soon', { resend_after: Math.ceil(wait) });
    asker.sent = now();
    return {
        type: 'sms', destination: '*****2596', code_length: smsCode.length, seconds_left: SMS_SECONDS, resend_after: coolDown,
        tries_left: asker.tries,
    };
}

/** Refuses a code that is late or wrong; a wrong one costs a try. */
function judge(asker, code, { now, smsCode }) {
    if (asker.sent === undefined || now() >= asker.sent + SMS_SECONDS)
        throw new Refusal('factor-expired');
    if (same(code, smsCode))
        return;
    asker.tries--;
    if (asker.tries === 0)
        throw new Refusal('factor-exhausted', {}, { effect: true });
    throw new Refusal('factor-wrong', { tries_left: asker.tries }, { effect: true });
}

module.exports = { Logins, sendTo, judge, short, opaque, same, down };
