// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What the bodies of requests may look like, by hand from the schemas of openapi.yaml. Unknown members are passed over.
'use strict';

const { Refusal } = require('./problems');

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const text = (pattern) => (value) => typeof value === 'string' && pattern.test(value);
const oneOf = (...values) => (value) => values.includes(value);
const integer = (least, most) => (value) => Number.isInteger(value) && value >= least && value <= most;
const list = (most, item) => (value) => Array.isArray(value) && value.length <= most && value.every(item);
const object = (required, optional = {}) => (value) => isObject(value) &&
    Object.entries(required).every(([name, check]) => Object.hasOwn(value, name) && check(value[name])) &&
    Object.entries(optional).every(([name, check]) => !Object.hasOwn(value, name) || check(value[name]));

const cardId = text(/^(serial:([0-9A-F]{2}){4,32}|certs:[0-9a-f]{64})$/);
const cards = list(64, object({ card_id: cardId, row: text(/^[a-z0-9][a-z0-9-]{0,22}$/) }));
const pinState = oneOf('not-set', 'usable', 'blocked', 'dead', 'unknown');
const tries = integer(0, 15);
const smsCode = text(/^[0-9]{4,12}$/);
const webPassword = (value) => typeof value === 'string' && value.length > 0 && [...value].length <= 128;

/** Base64url that stands for 8 to 32 bytes, in the one way that there is to write them. */
function challenge(value) {
    if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{11,43}$/.test(value))
        return false;
    return Buffer.from(value, 'base64url').toString('base64url') === value;
}

const evidence = object({ external_authenticate: oneOf('not-sent', 'accepted', 'refused', 'unknown') }, {
    status_word: text(/^[0-9A-F]{4}$/), pin_state_before: pinState, pin_state_after: pinState,
    tries_before: tries, tries_after: tries, puk_tries_before: tries, puk_tries_after: tries,
});

const shortId = text(/^[A-Za-z0-9_-]{8,63}$/);
const opaque = text(/^[A-Za-z0-9_-]{32,128}$/);
const characters = (most) => (value) => typeof value === 'string' && value.length > 0 && [...value].length <= most;
const identity = (value) => object({ type: oneOf('tckn', 'passport') })(value) &&
    text(value.type === 'tckn' ? /^[1-9][0-9]{10}$/ : /^[A-Z0-9]{5,20}$/)(value.number);
const signature = object({ signature: text(/^[A-Za-z0-9_-]{64,60000}$/) });
const form = (value) => isObject(value) && Object.keys(value).length <= 64 && Buffer.byteLength(JSON.stringify(value)) <= 32768;

/** A body with either a code of an SMS or a web password, and what the call asks for besides. */
const eitherFactor = (required) => (value) => isObject(value) && Object.hasOwn(value, 'code') !== Object.hasOwn(value, 'web_password') &&
    object(required, { code: smsCode, web_password: webPassword })(value);

const SHAPES = {
    redeem: object({ code: (value) => typeof value === 'string', cards }), // a code of another form has a name of its own
    cards: object({ cards }),
    cancel: isObject,
    factor: object({ card_id: cardId, type: oneOf('sms', 'web-password') }),
    resend: isObject,
    verify: eitherFactor({}),
    authority: (value) => object({ card_id: cardId, form: oneOf('cryptogram', 'sealed-puk', 'relay') },
        { challenge, previous: oneOf('not-sent', 'unknown') })(value) && (value.form !== 'cryptogram' || Object.hasOwn(value, 'challenge')),
    report: object({
        operation_id: text(/^[A-Za-z0-9_-]{8,63}$/), card_id: cardId, outcome: oneOf('done', 'not-done', 'unknown'), evidence,
    }),
    captcha: object({}, { replaces: shortId }),
    'password-login': object({ captcha_id: shortId, captcha_answer: characters(16), identity, security_word: characters(64) }),
    'password-login-confirm': object({ code: smsCode }),
    suspend: object({}, { reason: oneOf('lost', 'stolen', 'left-behind', 'other') }),
    revoke: object({
        reason: oneOf('unspecified', 'keyCompromise', 'affiliationChanged', 'superseded', 'cessationOfOperation', 'privilegeWithdrawn'),
    }),
    'revocation-factor': object({ type: oneOf('sms', 'web-password') }),
    'confirm-revocation': eitherFactor({ confirmation_token: opaque }),
    'submit-consent': signature,
    'submit-application': object({ schema_id: text(/^[a-z0-9][a-z0-9.-]{0,62}$/), document: form }),
    'sign-list': signature,
};
const NOTHING = ['password-login-sms', 'end-session', 'unsuspend', 'activate', 'revocation-resend', 'cancel-revocation', 'consent-text'];
for (const call of NOTHING)
    SHAPES[call] = isObject;

/** Whether an object of this JSON, which is known to be right, names a member twice; JSON.parse would take the last. */
function namesTwice(json) {
    const open = []; // the names of each open object; null for an array
    for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:)?|[{}[\]]/gs)) {
        if (token === '{' || token === '[')
            open.push(token === '{' ? new Set() : null);
        else if (token === '}' || token === ']')
            open.pop();
        else if (token.endsWith(':')) {
            const name = JSON.parse(token.slice(0, -1));
            if (open.at(-1).has(name))
                return true;
            open.at(-1).add(name);
        }
    }
    return false;
}

/** The body of a call as an object that has the shape of the document, or a refusal. */
function read(call, bytes) {
    let value;
    try {
        const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
        value = JSON.parse(json);
        if (namesTwice(json))
            value = undefined;
    } catch { /* told below */ }
    if (value === undefined)
        throw new Refusal('request-invalid', {}, { detail: 'The body is not JSON in UTF-8 with each member once.' });
    if (!SHAPES[call](value))
        throw new Refusal('request-invalid', {}, { detail: `The body is not what ${call} takes.` });
    if (call === 'redeem' && !/^[0-9]{6,32}$/.test(value.code))
        throw new Refusal('code-malformed');
    return value;
}

/** The parameters of a query that a call names; the others are passed over. */
function readQuery(call, query = '') {
    const roles = call === 'certificates' ? new URLSearchParams(query).getAll('role') : [];
    if (roles.length > 1 || !roles.every(oneOf('individual', 'authorised')))
        throw new Refusal('request-invalid', {}, { detail: 'role.' });
    return roles.length ? { role: roles[0] } : {};
}

module.exports = { read, readQuery };
