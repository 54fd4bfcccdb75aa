// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// AES-256-CMAC (NIST SP 800-38B; the algorithm of RFC 4493 with a longer key), which node:crypto does not offer: what the
// virtual card of the sandbox takes in EXTERNAL AUTHENTICATE.
'use strict';

const crypto = require('node:crypto');

const BLOCK = 16;

function encrypt(key, block) {
    const cipher = crypto.createCipheriv('aes-256-ecb', key, null);
    cipher.setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** Times x in GF(2^128): how the two subkeys are made. */
function double(block) {
    const out = Buffer.alloc(BLOCK);
    for (let i = 0; i < BLOCK; i++)
        out[i] = (block[i] << 1) | (i + 1 < BLOCK ? block[i + 1] >> 7 : 0);
    if (block[0] & 0x80)
        out[BLOCK - 1] ^= 0x87;
    return out;
}

const xor = (a, b) => Buffer.from(a.map((byte, i) => byte ^ b[i]));

function cmac(key, message) {
    const first = double(encrypt(key, Buffer.alloc(BLOCK)));
    const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
    const last = Buffer.alloc(BLOCK);
    const tail = message.subarray((blocks - 1) * BLOCK);
    tail.copy(last);
    if (tail.length < BLOCK)
        last[tail.length] = 0x80;
    let state = Buffer.alloc(BLOCK);
    for (let i = 0; i + 1 < blocks; i++)
        state = encrypt(key, xor(state, message.subarray(i * BLOCK, (i + 1) * BLOCK)));
    return encrypt(key, xor(xor(state, last), tail.length === BLOCK ? first : double(first)));
}

module.exports = { cmac };
