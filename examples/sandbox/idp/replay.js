// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Which assertions of cards were used: an empty file each, beside the configuration, that is made or is there already. So two
// requests at once cannot both be the first, and a restart forgets nothing. Its time of change is when it may go.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, futimesSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

function sweep(folder) {
  for (const name of readdirSync(folder)) {
    if (statSync(join(folder, name)).mtimeMs <= Date.now()) unlinkSync(join(folder, name));
  }
}

function sync(path) {
  const directory = openSync(path, 'r');
  fsyncSync(directory);
  closeSync(directory);
}

/** Whether this is the first time; remembered until that time (seconds). */
export function firstTime(configFile, mark, jti, until) {
  const folder = join(dirname(configFile), 'used-assertions');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  sweep(folder);
  let file;
  try {
    file = openSync(join(folder, createHash('sha256').update(`${mark} ${jti}`).digest('hex')), 'wx', 0o600);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  futimesSync(file, until, until);
  fsyncSync(file);
  closeSync(file);
  sync(folder);
  return true;
}
