// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// One operation from the code to the report: the rules of docs/protocol. Everything is in memory.
'use strict';

const crypto = require('node:crypto');
const { Refusal } = require('./problems');
const { sha256 } = require('./proof');
const { cmac } = require('./cmac');
const { FEATURES } = require('./calls');
const { Certificates } = require('./certificates');
const { Logins } = require('./login');
const { Papers } = require('./papers');

const OPERATION_SECONDS = 300;
const SMS_SECONDS = 90;
const COOL_DOWN_SECONDS = 30; // unless the configuration has `cool_down`
const SMS_TRIES = 3;
const LEDGER_MAXIMUM = 3;
const AUTHORITIES = 3;
const WRONG_CODES = { address: 10, all: 100, seconds: 300 };
const PIN_POLICY = { min_length: 6, max_length: 12 };

const opaque = () => crypto.randomBytes(32).toString('base64url');
const same = (a, b) => crypto.timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
const down = (seconds) => Math.max(0, Math.floor(seconds));

class Desk {
    constructor(config, now) {
        Object.assign(this, { config, now });
        this.cards = new Map(config.cards.map((card) => [card.card_id, { ...card, left: LEDGER_MAXIMUM, era: 0 }]));
        this.product = config.cards[0].product;
        this.coolDown = config.cool_down ?? COOL_DOWN_SECONDS;
        this.taken = false; // whether the code was redeemed
        this.operations = new Map(); // by the token's hash
        this.tickets = new Map(); // by the ticket's hash
        this.wrong = []; // wrong codes of late: {address, at}
        if (config.person) {
            this.logins = new Logins(config, now);
            this.certificates = new Certificates(config, now);
            this.papers = new Papers(config, this.certificates, now);
        }
    }

    metadata(issuer) {
        const rows = [...new Set(this.config.cards.map((card) => card.row))];
        return {
            profile: 'kamupin-service-1', issuer, minimum_client_version: '0.1.0',
            name: { tr: 'İkinci hizmet', en: 'Second service' },
            products: [...new Set(this.config.cards.map((card) => card.product))],
            second_factors: ['sms'], pin_policy: PIN_POLICY, authorities: [this.config.form],
            vouched_rows: rows.map((row) => ({ row, operations: ['verify', 'change', `reset-by-${this.config.form}`] })),
            ...(this.config.person && { login: { methods: ['password'] }, features: FEATURES }),
        };
    }

    /** Of the cards that a client names those that the code is for; all of them are remembered as named. */
    allowed(operation, named) {
        for (const { card_id, row } of named)
            operation.named.set(card_id, row);
        const known = named.filter(({ card_id, row }) => this.cards.get(card_id)?.row === row);
        const mine = known.filter(({ card_id }) => this.cards.get(card_id).product === operation.product);
        return [...new Set(mine.map(({ card_id }) => card_id))]
            .map((card_id) => ({ card_id, label: this.cards.get(card_id).label ?? 'SECOND SERVICE', authority: this.config.form }));
    }

    /** Refuses a code that cannot be redeemed, and counts wrong ones. */
    judge({ code }, { address }) {
        this.guard(address);
        if (!same(code, this.config.code)) {
            this.wrong.push({ address, at: this.now() });
            throw new Refusal('code-unknown', {}, { effect: true });
        }
        if (this.taken)
            throw new Refusal('code-used');
    }

    redeem({ code, cards }, { address, thumbprint }) {
        this.judge({ code }, { address });
        this.taken = true;
        const token = opaque();
        const operation = {
            id: `op-${crypto.randomBytes(15).toString('base64url')}`, thumbprint, token: sha256(token), product: this.product,
            phase: 'code-redeemed', ends: this.now() + OPERATION_SECONDS, named: new Map(), tries: SMS_TRIES, authorities: [],
        };
        this.operations.set(operation.token, operation);
        return {
            operation_id: operation.id, operation_token: token, token_type: 'DPoP', kind: 'unblock', product: operation.product,
            cards: this.allowed(operation, cards), pin_policy: PIN_POLICY, second_factors: ['sms'], seconds_left: this.left(operation),
        };
    }

    /** Refuses whoever guesses. */
    guard(address) {
        const since = this.now() - WRONG_CODES.seconds;
        this.wrong = this.wrong.filter((one) => one.at > since);
        const here = this.wrong.filter((one) => one.address === address);
        const full = here.length >= WRONG_CODES.address ? here : this.wrong.length >= WRONG_CODES.all ? this.wrong : null;
        if (full)
            throw new Refusal('rate-limited', { retry_after: Math.ceil(full[0].at - since) });
    }

    /** The operation of a request: by its token, to whose key the proof must belong. */
    operation(id, token, thumbprint) {
        const operation = this.operations.get(sha256(token));
        if (!operation || operation.thumbprint !== thumbprint)
            throw new Refusal('token-invalid');
        if (operation.id !== id)
            throw new Refusal('operation-unknown');
        return operation;
    }

    left(operation) {
        return down(operation.ends - this.now());
    }

    over(operation) {
        return this.now() >= operation.ends;
    }

    /** Refuses a step for which the operation is not at the right place. */
    step(operation, ...phases) {
        if (operation.phase === 'cancelled')
            throw new Refusal('operation-cancelled');
        if (operation.phase !== 'reported' && this.over(operation))
            throw new Refusal('operation-expired');
        if (!phases.includes(operation.phase))
            throw new Refusal('operation-phase');
    }

    status(operation) {
        const ended = ['authority-issued', 'reported', 'cancelled'].includes(operation.phase);
        const answer = { phase: !ended && this.over(operation) ? 'expired' : operation.phase, seconds_left: this.left(operation) };
        if (operation.phase === 'cancelled' || operation.phase === 'reported')
            answer.seconds_left = 0;
        if (operation.outcome)
            answer.outcome = operation.outcome;
        return answer;
    }

    addCards({ cards }, operation) {
        this.step(operation, 'code-redeemed', 'card-chosen', 'factor-verified', 'authority-issued');
        return { cards: this.allowed(operation, cards), seconds_left: this.left(operation) };
    }

    cancel(operation) {
        if (operation.phase !== 'cancelled') {
            this.step(operation, 'code-redeemed', 'card-chosen', 'factor-verified');
            operation.phase = 'cancelled';
        }
        return { phase: 'cancelled' };
    }

    /** The steps of the factor keep saying why an operation without tries ended; the others say that it did. */
    factorStep(operation, ...phases) {
        if (operation.tries === 0)
            throw new Refusal('factor-exhausted');
        this.step(operation, ...phases);
    }

    factor({ card_id, type }, operation) {
        this.factorStep(operation, 'code-redeemed', 'card-chosen');
        const card = this.cards.get(card_id);
        if (!card || operation.named.get(card_id) !== card.row)
            throw new Refusal('card-not-allowed');
        if (card.product !== operation.product)
            throw new Refusal('product-mismatch');
        if (type !== 'sms')
            throw new Refusal('factor-mismatch');
        return this.send(operation, card_id);
    }

    resend(operation) {
        this.factorStep(operation, 'card-chosen');
        return this.send(operation, operation.card);
    }

    send(operation, card_id) {
        const wait = operation.sent === undefined ? 0 : operation.sent + this.coolDown - this.now();
        if (wait > 0)
            throw new Refusal('resend-too-soon', { resend_after: Math.ceil(wait) });
        Object.assign(operation, { phase: 'card-chosen', card: card_id, sent: this.now() });
        return {
            type: 'sms', destination: '*****2596', code_length: this.config.sms_code.length, seconds_left: SMS_SECONDS,
            resend_after: this.coolDown, tries_left: operation.tries,
        };
    }

    verify({ code }, operation) {
        this.factorStep(operation, 'card-chosen');
        if (code === undefined)
            throw new Refusal('factor-mismatch');
        if (this.now() >= operation.sent + SMS_SECONDS)
            throw new Refusal('factor-expired');
        if (!same(code, this.config.sms_code)) {
            operation.tries--;
            if (operation.tries === 0) {
                operation.phase = 'cancelled';
                throw new Refusal('factor-exhausted', {}, { effect: true });
            }
            throw new Refusal('factor-wrong', { tries_left: operation.tries }, { effect: true });
        }
        const ticket = opaque();
        this.tickets.set(sha256(ticket), operation);
        operation.phase = 'factor-verified';
        return { report_ticket: ticket, seconds_left: this.left(operation) };
    }

    authority({ card_id, form, challenge, previous }, operation) {
        this.step(operation, 'factor-verified', 'authority-issued');
        if (card_id !== operation.card)
            throw new Refusal('card-not-allowed');
        if (form !== this.config.form)
            throw new Refusal('request-invalid', {}, { detail: 'Not the form of this card.' });
        if (operation.authorities.some((one) => one.challenge === challenge))
            throw new Refusal('challenge-used');
        if (operation.authorities.length >= AUTHORITIES)
            throw new Refusal('authority-limit');
        const card = this.cards.get(card_id);
        const last = operation.authorities.at(-1);
        const back = previous === 'not-sent' && this.spent(card, last) ? 1 : 0;
        const left = card.left + back;
        if (left < 2)
            throw new Refusal('authority-exhausted');
        if (back)
            last.back = true;
        card.left = left - 1;
        operation.authorities.push({ challenge, era: card.era, back: false });
        operation.phase = 'authority-issued';
        const cryptogram = cmac(Buffer.from(card.key_hex, 'hex'), Buffer.from(challenge, 'base64url'));
        return { form, cryptogram: cryptogram.toString('base64url'), attempts_left: left, seconds_left: this.left(operation) };
    }

    /** Whether this authority still weighs on the card's ledger: not given back, and no `done` since. */
    spent(card, authority) {
        return authority !== undefined && !authority.back && authority.era === card.era;
    }

    report({ operation_id, card_id, outcome, evidence }, operation) {
        if (operation_id !== operation.id)
            throw new Refusal('ticket-invalid');
        if (card_id !== operation.card)
            throw new Refusal('card-not-allowed');
        if (operation.outcome === outcome)
            return { outcome, recorded_at: operation.recorded };
        if (operation.outcome && operation.outcome !== 'unknown')
            throw new Refusal('outcome-conflict');
        if (outcome === 'done' && !operation.authorities.length)
            throw new Refusal('operation-phase');
        const card = this.cards.get(card_id);
        const last = operation.authorities.at(-1);
        if (outcome === 'done')
            Object.assign(card, { left: LEDGER_MAXIMUM, era: card.era + 1 });
        else if (outcome === 'not-done' && this.spent(card, last) && ['not-sent', 'accepted'].includes(evidence.external_authenticate)) {
            last.back = true;
            card.left++;
        }
        Object.assign(operation, { phase: 'reported', outcome, recorded: new Date().toISOString().replace(/\.\d+/, '') });
        return { outcome, recorded_at: operation.recorded };
    }
}

module.exports = { Desk };
