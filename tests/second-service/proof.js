// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// DPoP proofs (RFC 9449) as openapi.yaml asks for them: ES256, the nonce always, each proof once, no clock.
'use strict';

const crypto = require('node:crypto');
const { Refusal } = require('./problems');

const NONCE_SECONDS = 60; // a nonce is given out for so long, and taken for as long again
const PROOFS_KEPT = 50000; // used jti of one nonce; more than that is a flood

const sha256 = (text) => crypto.createHash('sha256').update(text).digest('base64url');
const invalid = (detail) => new Refusal('dpop-invalid', {}, { detail });

/** Nonces, and the proofs that were made with each. A proof is forgotten with its nonce, since it is refused from then on anyway. */
class Nonces {
    constructor(now) {
        this.now = now;
        this.kept = [];
    }

    /** The nonce for the next proof. */
    current() {
        const time = this.now();
        if (!this.kept.length || time - this.kept[0].made >= NONCE_SECONDS)
            this.kept.unshift({ nonce: crypto.randomBytes(18).toString('base64url'), made: time, used: new Set() });
        this.kept = this.kept.filter((one) => time - one.made < 2 * NONCE_SECONDS);
        return this.kept[0].nonce;
    }

    /** Takes a proof's nonce and jti, once. */
    spend(nonce, jti, thumbprint) {
        this.current();
        const found = this.kept.find((one) => one.nonce === nonce);
        if (!found)
            throw new Refusal('dpop-nonce');
        const name = `${thumbprint} ${jti}`;
        if (found.used.has(name))
            throw invalid('The proof was used before.');
        if (found.used.size >= PROOFS_KEPT)
            throw new Refusal('unavailable', { retry_after: NONCE_SECONDS });
        found.used.add(name);
    }
}

function decode(part) {
    const bytes = Buffer.from(part, 'base64url');
    if (bytes.toString('base64url') !== part)
        throw invalid('Not base64url without padding.');
    try {
        const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
        if (value !== null && typeof value === 'object' && !Array.isArray(value))
            return value;
    } catch { /* told below */ }
    throw invalid('Not a JSON object.');
}

function publicKey(jwk) {
    if (jwk === null || typeof jwk !== 'object' || jwk.kty !== 'EC' || jwk.crv !== 'P-256' || 'd' in jwk)
        throw invalid('jwk is no public P-256 key.');
    try {
        return crypto.createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y }, format: 'jwk' });
    } catch {
        throw invalid('jwk is no public P-256 key.');
    }
}

/** Verifies a proof for this request; returns the key's thumbprint (RFC 7638). token: what `ath` has to be the hash of. */
function verify(nonces, proof, { method, url, token }) {
    if (typeof proof !== 'string' || proof.length < 100 || proof.length > 4096)
        throw invalid('No proof, or one of a wrong length.');
    const parts = proof.split('.');
    if (parts.length !== 3)
        throw invalid('Not a JWS in compact form.');
    const header = decode(parts[0]);
    if (header.typ !== 'dpop+jwt' || header.alg !== 'ES256' || 'crit' in header)
        throw invalid('Header.');
    const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
    const key = { key: publicKey(header.jwk), dsaEncoding: 'ieee-p1363' };
    if (!crypto.verify('sha256', signed, key, Buffer.from(parts[2], 'base64url')))
        throw invalid('Signature.');
    const claims = decode(parts[1]);
    if (typeof claims.jti !== 'string' || claims.jti.length < 8 || claims.jti.length > 64 || typeof claims.iat !== 'number')
        throw invalid('jti or iat.');
    if (claims.htm !== method || claims.htu !== url)
        throw invalid('htm or htu is of another request.');
    if (token !== undefined && claims.ath !== sha256(token))
        throw invalid('ath is of another token.');
    const { crv, kty, x, y } = header.jwk;
    const thumbprint = sha256(JSON.stringify({ crv, kty, x, y }));
    nonces.spend(claims.nonce, claims.jti, thumbprint);
    return thumbprint;
}

module.exports = { Nonces, verify, sha256 };
