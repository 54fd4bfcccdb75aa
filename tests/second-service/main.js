// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// A second service for KamuPIN service profile 1, written from docs/protocol alone (README.md beside this file). `node main.js
// CONFIG`: HTTPS on loopback; says `listening PORT` when it does, ends on SIGTERM. Here are bounds, proofs and repetitions.
'use strict';

const fs = require('node:fs');
const https = require('node:https');
const { Refusal } = require('./problems');
const { Nonces, verify, sha256 } = require('./proof');
const { read, readQuery } = require('./shapes');
const { Desk } = require('./rules');
const { callsOf } = require('./calls');

const BASE = '/kamupin/v1';
const BODY_BYTES = 65536;
const CLIENT = /^[A-Za-z0-9._-]{1,40}\/([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})$/;
const UUID = /^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/;
const LOGGED = ['cards', 'card_id', 'type', 'form', 'previous', 'operation_id', 'outcome', 'evidence']; // nothing secret

class Service {
    constructor(config) {
        const now = () => Number(process.hrtime.bigint()) / 1e9;
        Object.assign(this, { config, now, desk: new Desk(config, now), nonces: new Nonces(now), kept: new Map() });
        this.calls = callsOf(config, BASE);
        this.base = config.url; // what clients call it by, when something stands before it
        this.log = config.log ? fs.openSync(config.log, 'a', 0o600) : undefined;
    }

    /** Which call a path and method mean. */
    find(path, method, entry) {
        const there = this.calls.filter((call) => call.pattern.test(path));
        const call = there.find((one) => one.method === method);
        if (!there.length)
            throw new Refusal('not-found');
        if (!call) {
            entry.allow = there.map((one) => one.method).join(', ');
            throw new Refusal('method-not-allowed');
        }
        return call;
    }

    /** Headers of the right form, then a version of the client that is not too old. */
    headers(call, { 'kamupin-client': client, 'idempotency-key': key }) {
        const version = CLIENT.exec(client ?? '');
        if (!version || (call.method === 'POST' && !UUID.test(key ?? '')))
            throw new Refusal('request-invalid', {}, { detail: version ? 'Idempotency-Key.' : 'KamuPIN-Client.' });
        const [major, minor] = version.slice(1).map(Number);
        if (!call.any && major === 0 && minor < 1)
            throw new Refusal('client-too-old');
    }

    /** Who speaks: the key, the operation and what an Idempotency-Key is bound to. */
    prove(call, request, path) {
        const { authorization = '', dpop } = request.headers;
        const [scheme, secret = ''] = authorization.split(' ', 2);
        const who = { base: this.base, address: request.socket.remoteAddress, id: call.pattern.exec(path)[1] };
        if (call.by === 'ticket') {
            who.operation = scheme.toLowerCase() === 'kamupin-ticket' ? this.desk.tickets.get(sha256(secret)) : undefined;
            if (!who.operation)
                throw new Refusal('ticket-invalid');
            who.owner = `ticket ${who.operation.id}`;
        } else if (call.by) {
            const token = call.by === 'proof' ? undefined : secret;
            if (token !== undefined && (scheme.toLowerCase() !== 'dpop' || !token))
                throw new Refusal(call.by === 'token' ? 'token-invalid' : 'login-required');
            const url = this.base.slice(0, -BASE.length) + path;
            who.thumbprint = verify(this.nonces, dpop, { method: request.method, url, token });
            who.owner = `key ${who.thumbprint}`;
            if (call.by === 'token')
                who.operation = this.desk.operation(who.id, token, who.thumbprint);
            else if (call.by === 'session')
                who.session = this.desk.logins.session(token, who.thumbprint, call.ended);
        }
        return who;
    }

    /** Runs a call once for each intent; a repetition gets the answer that was kept. */
    once(call, request, path, bytes, who, turkish) {
        const name = `${who.owner} ${request.headers['idempotency-key'].toLowerCase()}`;
        const digest = sha256(Buffer.concat([Buffer.from(`${path}\n`), bytes]));
        const old = this.kept.get(name);
        const asked = { ...who, turkish, body: read(call.name, bytes) };
        if (old && old.digest !== digest) {
            call.judge?.(this.desk, asked);
            throw new Refusal('idempotency-conflict');
        }
        if (old) {
            const headers = { ...old.answer.headers, 'Idempotency-Replayed': 'true', Age: String(Math.floor(this.now() - old.at)) };
            return { ...old.answer, headers };
        }
        let answer;
        try {
            answer = this.succeed(call.run(this.desk, asked));
        } catch (error) {
            if (!(error instanceof Refusal && error.effect))
                throw error;
            answer = error.answer(turkish);
        }
        this.kept.set(name, { digest, answer, at: this.now() });
        return answer;
    }

    succeed(value) {
        return { status: 200, headers: { 'Content-Type': 'application/json' }, text: JSON.stringify(value) };
    }

    answer(request, path, query, bytes, entry) {
        const turkish = /^\s*tr\b/i.test(request.headers['accept-language'] ?? '');
        try {
            const call = this.find(path, request.method, entry);
            entry.call = call.name;
            if (bytes === null)
                throw new Refusal('request-too-large');
            this.headers(call, request.headers);
            const who = this.prove(call, request, path);
            if (call.method === 'GET')
                return this.succeed(call.run(this.desk, { ...who, ...readQuery(call.name, query) }));
            if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
                throw new Refusal('request-invalid', {}, { detail: 'Content-Type.' });
            const answer = this.once(call, request, path, bytes, who, turkish);
            entry.received = this.harmless(bytes);
            return answer;
        } catch (error) {
            if (!(error instanceof Refusal))
                process.stderr.write(`${error.stack}\n`);
            return (error instanceof Refusal ? error : new Refusal('internal')).answer(turkish);
        }
    }

    /** What of a body may stand in the log. */
    harmless(bytes) {
        const body = JSON.parse(bytes.toString());
        return Object.fromEntries(LOGGED.filter((name) => name in body).map((name) => [name, body[name]]));
    }

    serve(request, response) {
        const parts = [];
        let size = 0;
        request.on('data', (part) => {
            size += part.length;
            if (size <= BODY_BYTES)
                parts.push(part);
            else if (size > 16 * BODY_BYTES)
                request.destroy(); // whoever sends on and on is not answered
        });
        request.on('end', () => {
            const [path, query] = request.url.split('?', 2);
            const entry = { call: null, method: request.method, path: query === undefined ? path : `${path}?` };
            const bytes = size <= BODY_BYTES ? Buffer.concat(parts) : null;
            const { status, headers, text } = this.answer(request, path, query, bytes, entry);
            const problem = status === 200 ? undefined : JSON.parse(text).type.split(':').pop();
            const { allow, ...line } = { ...entry, status, problem };
            if (this.log !== undefined)
                fs.writeSync(this.log, `${JSON.stringify(line)}\n`);
            const more = { 'DPoP-Nonce': this.nonces.current(), 'Cache-Control': 'no-store', ...(allow && { Allow: allow }) };
            response.writeHead(status, { ...headers, ...more, 'Content-Length': Buffer.byteLength(text) });
            response.end(text);
        });
    }
}

function main(file) {
    const config = JSON.parse(fs.readFileSync(file, 'utf8'));
    if (config.form !== 'cryptogram')
        throw new Error('This service knows the form cryptogram alone.');
    const service = new Service(config);
    const server = https.createServer({
        cert: fs.readFileSync(config.cert), key: fs.readFileSync(config.key), minVersion: 'TLSv1.2', maxHeaderSize: 16384,
    }, (request, response) => service.serve(request, response));
    Object.assign(server, { headersTimeout: 10000, requestTimeout: 20000, keepAliveTimeout: 330000 });
    server.listen(config.port, '127.0.0.1', () => {
        const { port } = server.address();
        service.base ??= `https://localhost:${port}${BASE}`;
        process.stdout.write(`listening ${port}\n`);
    });
    process.on('SIGTERM', () => process.exit(0));
}

main(process.argv[2]);
