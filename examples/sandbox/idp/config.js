// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The configuration file that kamupin_sandbox/idp.py writes: addresses, keys, clients' secrets, people, lifetimes. Looked at
// again whenever it has changed, so that a test can shorten a lifetime; keys and addresses are those of the start.
import { readFileSync, statSync } from 'node:fs';

export class Config {
  path;

  #seen = '';

  #values;

  constructor(path) {
    this.path = path;
  }

  /** The file's values as they are now. */
  get now() {
    const { mtimeNs, ino } = statSync(this.path, { bigint: true });
    const seen = `${ino} ${mtimeNs}`;
    if (seen !== this.#seen) {
      this.#values = JSON.parse(readFileSync(this.path, 'utf8'));
      this.#seen = seen;
    }
    return this.#values;
  }

  /** Seconds that something lives: access_token, refresh_token, session, code, interaction. */
  seconds(name) {
    return this.now.lifetimes[name];
  }

  /** The person with that user id, or undefined. */
  person(userId) {
    return this.now.people.find((one) => one.user_id === userId);
  }

  /** The person with that identity number, or undefined. */
  personByIdentity(identity) {
    return this.now.people.find((one) => one.identity === identity);
  }
}
