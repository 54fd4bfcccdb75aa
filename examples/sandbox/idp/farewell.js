// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// A login that ends here ends at the service as well (OpenID Connect Back-Channel Logout 1.0): whoever holds one of its codes
// shows no token, so the service cannot find out by asking. Told before the answer to who ended it goes out; told again, once
// a second, while the service does not answer.
import { createPrivateKey, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

import { SignJWT } from './libraries.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const PATIENCE = 3000; // ms for one telling, and so for who waits
const AGAIN = 1000; // ms between two
const REVOCATION = '/token/revocation';

const ended = new WeakMap(); // request → the grants that ended in it

async function logoutToken({ issuer, keys }, grantId) {
  return new SignJWT({ sid: grantId, events: { [EVENT]: {} } })
    .setProtectedHeader({ alg: 'ES256', kid: keys.jwk.kid, typ: 'logout+jwt' })
    .setIssuer(issuer).setAudience('service').setIssuedAt().setExpirationTime('2m').setJti(randomUUID())
    .sign(createPrivateKey({ key: keys.jwk, format: 'jwk' }));
}

/** Whether the service took it. */
function post(values, token) {
  return new Promise((resolve) => {
    const asked = request(`${values.service.origin}/backchannel-logout`, {
      method: 'POST',
      agent: false,
      ca: readFileSync(values.tls.ca_file),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      timeout: PATIENCE,
    }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.end(new URLSearchParams({ logout_token: token }).toString());
  });
}

async function tell(config, grantId, until = Date.now() + config.seconds('session') * 1000) {
  if (await post(config.now, await logoutToken(config.now, grantId)) || Date.now() > until) return;
  setTimeout(() => tell(config, grantId, until), AGAIN).unref();
}

/** Whoever gives one token of a login back gives the login back (RFC 7009, 2.1, lets a server do so for an access token too). */
async function endLogin(provider, grantId) {
  const models = [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode];
  await Promise.all(models.map((model) => model.revokeByGrantId(grantId)));
  await (await provider.Grant.find(grantId))?.destroy();
}

/** In front of the provider's own answers. */
export function farewell(provider, config) {
  provider.on('grant.revoked', (ctx, grantId) => ended.set(ctx.req, [...ended.get(ctx.req) ?? [], grantId]));
  return async (ctx, next) => {
    await next();
    const token = ctx.path === REVOCATION && ctx.status === 200 && ctx.oidc?.entities.AccessToken;
    if (token?.grantId) {
      await endLogin(provider, token.grantId);
      ended.set(ctx.req, [token.grantId]);
    }
    await Promise.all((ended.get(ctx.req) ?? []).map((grantId) => tell(config, grantId)));
  };
}
