// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Whether a CMS SignedData is a CAdES-B-B signature by one of these certificates: by `openssl cms`, which node:crypto has no part of.
'use strict';

const { execFileSync } = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Refusal } = require('./problems');

const DEPTH = 16;
const DIGESTS = ['sha256', 'sha384', 'sha512'];

/** Where one value in DER or BER ends. */
function endOf(ber, at, depth = 0) {
    const first = ber[at + 1];
    if (first === undefined || depth > DEPTH)
        throw new Refusal('signature-refused');
    if (first < 0x80)
        return at + 2 + first;
    let inside = at + 2;
    if (first > 0x80) {
        inside += first & 0x7f;
        return first > 0x84 || inside > ber.length ? Infinity : inside + ber.readUIntBE(at + 2, first & 0x7f);
    }
    while (ber[inside] !== 0 || ber[inside + 1] !== 0)
        inside = endOf(ber, inside, depth + 1);
    return inside + 2;
}

const openssl = (input, ...words) => execFileSync('openssl', ['cms', ...words, '-inform', 'DER'],
    { input, stdio: ['pipe', 'pipe', 'ignore'], maxBuffer: 1 << 22 });

/** The certificates in a file of PEM, as base64url of their DER. */
const inPem = (file) => (fs.readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
    .map((pem) => new crypto.X509Certificate(pem).raw.toString('base64url'));

/** What was signed. allowed: the signers' certificates that will do; roots: a file of PEM. */
function judgeSignature(cms, allowed, roots) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'second-service-'));
    try {
        if (endOf(cms, 0) !== cms.length)
            throw new Refusal('signature-refused');
        const signers = path.join(folder, 'signers.pem');
        const content = openssl(cms, '-verify', '-cades', '-binary', '-purpose', 'any', '-CAfile', roots, '-signer', signers);
        const found = inPem(signers);
        const told = openssl(cms, '-cmsout', '-print', '-noout').toString();
        const [, digest] = /signerInfos:[\s\S]*?digestAlgorithm:\s*algorithm: (\w+)/.exec(told) ?? [];
        if (found.length !== 1 || !allowed.includes(found[0]) || !DIGESTS.includes(digest) || !told.includes('signingCertificateV2'))
            throw new Refusal('signature-refused');
        return content;
    } catch (error) {
        throw error instanceof Refusal ? error : new Refusal('signature-refused');
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

module.exports = { judgeSignature };
