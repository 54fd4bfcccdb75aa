// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Where the server keeps codes, tokens and sessions: in memory, each until its time. A restart logs everybody out.
const entries = new Map(); // "Model:id" → { payload, until }
const byUid = new Map(); // session uid → id
const byGrant = new Map(); // grant → the keys of what grew from it
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);
const MOST = 20000;

function sweep() {
  const now = Date.now();
  for (const [key, { until }] of entries) {
    if (until <= now) entries.delete(key);
  }
  for (const [grant, keys] of byGrant) {
    for (const key of keys) if (!entries.has(key)) keys.delete(key);
    if (!keys.size) byGrant.delete(grant);
  }
  for (const [uid, id] of byUid) if (!entries.has(`Session:${id}`)) byUid.delete(uid);
}

/** oidc-provider's adapter interface; one object a model. */
export class Memory {
  constructor(model) {
    this.model = model;
  }

  #key(id) {
    return `${this.model}:${id}`;
  }

  async upsert(id, payload, seconds) {
    if (entries.size >= MOST) sweep();
    if (entries.size >= MOST) throw new Error('too much to remember');
    const key = this.#key(id);
    entries.set(key, { payload, until: Date.now() + seconds * 1000 });
    if (this.model === 'Session') byUid.set(payload.uid, id);
    if (payload.grantId && GRANTABLE.has(this.model)) {
      byGrant.set(payload.grantId, (byGrant.get(payload.grantId) ?? new Set()).add(key));
    }
  }

  async find(id) {
    const entry = entries.get(this.#key(id));
    return entry && entry.until > Date.now() ? entry.payload : undefined;
  }

  async findByUid(uid) {
    return this.find(byUid.get(uid));
  }

  async findByUserCode() {
    return undefined; // there is no device flow
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    entries.delete(this.#key(id));
  }

  async revokeByGrantId(grantId) {
    for (const key of byGrant.get(grantId) ?? []) entries.delete(key);
    byGrant.delete(grantId);
  }
}
