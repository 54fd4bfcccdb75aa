// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What a certificate may be used for: the two extensions that Node does not show, read from its DER.
const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const EXTENSIONS = 0xa3;
const KEY_USAGE = '551d0f'; // 2.5.29.15
const POLICIES = '551d20'; // 2.5.29.32
const SIGNS = 0xc0; // digitalSignature, contentCommitment

/** The elements that DER holds one after the other. */
function elements(der) {
  const found = [];
  for (let at = 0; at < der.length;) {
    const tag = der[at];
    let size = der[at + 1];
    let start = at + 2;
    if (size > 0x80) {
      const count = size - 0x80;
      size = der.readUIntBE(start, count);
      start += count;
    }
    if (!(start + size <= der.length)) throw new Error('not DER');
    found.push({ tag, value: der.subarray(start, start + size) });
    at = start + size;
  }
  return found;
}

/** The content of an extension by its object identifier (hex), or undefined. */
function extension(certificate, wanted) {
  const [whole] = elements(certificate.raw);
  const [signed] = elements(whole.value);
  const holder = elements(signed.value).find((one) => one.tag === EXTENSIONS);
  const all = holder ? elements(elements(holder.value)[0].value).map((one) => elements(one.value)) : [];
  return all.find(([name]) => name.value.toString('hex') === wanted)?.at(-1).value;
}

/** Whether its key is for signatures; one that does not say is not. */
export function signs(certificate) {
  const usage = extension(certificate, KEY_USAGE);
  return usage !== undefined && (elements(usage)[0].value[1] & SIGNS) !== 0;
}

/** The object identifier's DER as text, from 1.2.3. */
function encoded(dotted) {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 + (left % 128));
    return digits;
  });
  return Buffer.from(bytes).toString('hex');
}

/** Whether it was issued under one of these policies. */
export function issuedUnder(certificate, policies) {
  const held = extension(certificate, POLICIES);
  if (held === undefined) return false;
  const named = elements(elements(held)[0].value).filter((one) => one.tag === SEQUENCE)
    .map((one) => elements(one.value)[0]).filter((one) => one.tag === OBJECT_IDENTIFIER).map((one) => one.value.toString('hex'));
  return policies.some((policy) => named.includes(encoded(policy)));
}
