// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What a person signs or hands in: the e-consent, applications, and an authorised person's lists.
'use strict';

const crypto = require('node:crypto');
const { Refusal } = require('./problems');
const { short, down } = require('./login');
const { moment } = require('./certificates');
const { judgeSignature } = require('./signature');

const CONSENT_SECONDS = 600;
const TEXTS = {
    tr: (name) => `E-ONAY\n\n${name}, sertifika başvurum için kişisel verilerimin işlenmesini onaylıyorum.\n`,
    en: (name) => `E-CONSENT\n\nI, ${name}, agree that my data are used for my applications for certificates.\n`,
};

/** The forms that this service knows: for each member, whether a value will do. */
const FORMS = {
    'nes-renewal-2': { delivery: (value) => ['post', 'office'].includes(value), years: (value) => [1, 2, 3].includes(value) },
};

class Papers {
    constructor(config, certificates, now) {
        Object.assign(this, { config, certificates, now, person: config.person });
        this.consent = { state: 'none' };
        const { applications = [], lists = [] } = config;
        this.applications = applications.map((one) => ({ ...one, application_id: short('app'), ends: now() + one.seconds_left }));
        this.lists = lists.map((one) => ({ ...one, list_id: short('lst'), state: 'waiting', made_at: moment(), given: [] }));
    }

    // ---- consent ----

    text({ turkish }) {
        if (this.consent.state === 'accepted')
            throw new Refusal('consent-given');
        const language = turkish ? 'tr' : 'en';
        const content = Buffer.from(TEXTS[language](this.person.name));
        this.given = { id: short('con'), content, ends: this.now() + CONSENT_SECONDS };
        this.consent = { state: 'pending', consent_id: this.given.id };
        return {
            consent_id: this.given.id, media_type: 'text/plain; charset=utf-8', language, content: content.toString('base64url'),
            seconds_left: CONSENT_SECONDS, signature_format: 'cades-b-b',
        };
    }

    submitConsent({ signature }, { id }) {
        if (this.given?.id !== id)
            throw new Refusal('consent-expired');
        if (this.consent.state === 'accepted')
            throw new Refusal('consent-given');
        if (this.now() >= this.given.ends)
            throw new Refusal('consent-expired');
        if (!this.signed(signature).equals(this.given.content))
            throw new Refusal('signature-refused');
        this.consent = { state: 'accepted', at: moment(), consent_id: id };
        return this.consent;
    }

    /** What a signature of this person signs. */
    signed(signature) {
        const active = [...this.certificates.certificates.values()]
            .filter((one) => one.record.product === 'nes' && !one.record.on_behalf_of && this.certificates.state(one) === 'active');
        return judgeSignature(Buffer.from(signature, 'base64url'), active.map((one) => one.der), this.config.roots);
    }

    // ---- applications ----

    /** One as a client is told of it; `document` in the details alone. */
    shown({ application_id, product, state, reason, schema_id, title, price, document, needs_consent, ends }, details = true) {
        const open = ['pending-pre-application', 'draft'].includes(state);
        const over = open && this.now() >= ends;
        return {
            application_id, product, state: over ? 'expired' : state, reason, schema_id, title, ...(price && { price }),
            ...(open && !over && { seconds_left: down(ends - this.now()) }), ...(details && { document, needs_consent }),
        };
    }

    listApplications() {
        return { applications: this.applications.slice(0, 32).map((one) => this.shown(one, false)) };
    }

    application(id) {
        const one = this.applications.find(({ application_id }) => application_id === id);
        if (!one)
            throw new Refusal('application-unknown');
        return one;
    }

    submitApplication({ schema_id, document }, { id }) {
        const one = this.application(id);
        const open = ['pending-pre-application', 'draft'].includes(this.shown(one).state);
        if (!open || (one.needs_consent && this.consent.state !== 'accepted'))
            throw new Refusal('application-state');
        if (schema_id !== one.schema_id)
            throw new Refusal('document-refused', { fields: ['schema_id'] });
        const fields = this.wrong(FORMS[schema_id], document);
        if (fields.length)
            throw new Refusal('document-refused', { fields });
        Object.assign(one, { state: 'submitted', document });
        return this.shown(one);
    }

    /** The form's own names of the members that are missing or wrong; what the form does not have is passed over. */
    wrong(form, document) {
        return Object.keys(form).filter((name) => !Object.hasOwn(document, name) || !form[name](document[name]));
    }

    // ---- lists ----

    role() {
        if (!this.lists.length)
            throw new Refusal('role-refused');
    }

    /** One as a client is told of it, without what it holds. */
    head({ list_id, on_behalf_of, title, rows, state, made_at, signed_at }) {
        return { list_id, on_behalf_of, title, entries: rows.length, state, made_at, ...(signed_at && { signed_at }) };
    }

    authorisedLists() {
        this.role();
        return { lists: this.lists.slice(0, 32).map((one) => this.head(one)) };
    }

    list(id) {
        this.role();
        const one = this.lists.find(({ list_id }) => list_id === id);
        if (!one)
            throw new Refusal('list-unknown');
        return one;
    }

    /** The bytes that are signed: the answer's own members, as JSON. */
    content(one) {
        const { list_id, on_behalf_of, title, entries, made_at } = this.head(one);
        return Buffer.from(JSON.stringify({ list_id, on_behalf_of, title, entries, made_at, rows: one.rows }));
    }

    authorisedList({ id }) {
        const one = this.list(id);
        const content = this.content(one);
        one.given.push(content);
        const sha256 = crypto.createHash('sha256').update(content).digest('hex');
        return { ...this.head(one), rows: one.rows, content: content.toString('base64url'), sha256 };
    }

    signList({ signature }, { id }) {
        const one = this.list(id);
        if (one.state !== 'waiting')
            throw new Refusal('list-signed');
        const content = this.signed(signature);
        if (!content.equals(this.content(one)))
            throw new Refusal(one.given.some((old) => old.equals(content)) ? 'list-changed' : 'signature-refused');
        Object.assign(one, { state: 'signed', signed_at: moment() });
        return this.head(one);
    }
}

module.exports = { Papers };
