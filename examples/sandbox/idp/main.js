// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The program: reads its configuration (--config FILE), listens with TLS on 127.0.0.1, says so in the ready file
// (--ready-file FILE), ends on SIGTERM or SIGINT. kamupin_sandbox/idp.py starts it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { parseArgs } from 'node:util';

import { Config } from './config.js';
import { farewell } from './farewell.js';
import { pages } from './login.js';
import { makeProvider } from './provider.js';

const { values: options } = parseArgs({ options: { config: { type: 'string' }, 'ready-file': { type: 'string' } } });
const config = new Config(options.config);
const { issuer, tls } = config.now;
const { host, port } = new URL(issuer);
const provider = makeProvider(config);

/** In front of everything: one name, no browser session taken up again, headers on every answer. */
async function gate(ctx, next) {
  ctx.set({ 'X-Content-Type-Options': 'nosniff', 'X-Frame-Options': 'DENY' });
  if (ctx.host !== host) {
    ctx.status = 421;
    ctx.body = { error: 'invalid_request', error_description: 'the server has another name' };
    return;
  }
  if (ctx.path === '/auth') { // each login asks anew: what an earlier one left in the browser does not count
    ctx.req.headers.cookie = (ctx.get('Cookie') || '').split('; ').filter((one) => !one.startsWith('_session')).join('; ');
  }
  await next();
}

provider.use(gate);
provider.use(farewell(provider, config));
provider.use(pages(provider, config));
provider.on('server_error', (ctx, error) => console.error(`${ctx.method} ${ctx.path}: ${error.stack}`));

const pem = readFileSync(tls.server);
const server = createServer({ key: pem, cert: pem, minVersion: 'TLSv1.2' }, provider.callback());

for (const name of ['SIGTERM', 'SIGINT']) {
  process.on(name, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
server.keepAliveTimeout = 75000; // longer than its clients keep a connection
server.on('error', (error) => {
  console.error(`idp: ${error.message}`);
  process.exit(69);
});
server.listen(Number(port), '127.0.0.1', () => {
  const ready = options['ready-file'];
  if (!ready) return;
  writeFileSync(`${ready}.new`, JSON.stringify({ issuer, pid: process.pid }), { mode: 0o600 });
  renameSync(`${ready}.new`, ready);
});
