// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Login with a card (RFC 7523): the card signs an assertion, its certificate comes in x5c. What counts is whose certificate it
// is; the signature is checked by npm jose, certificate and chain by Node's own X.509. A certificate that is not accepted is
// told from other refusals by the beginning of error_description (docs/protocol/README.md).
import { createHash, X509Certificate } from 'node:crypto';

import { issuedUnder, signs } from './certificate.js';
import { decodeProtectedHeader, errors, jwtVerify, validateProof } from './libraries.js';
import { firstTime } from './replay.js';

export const CARD_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ALGORITHMS = ['RS256', 'ES256', 'ES384'];
const LONGEST = 120; // seconds that an assertion may be good for
const MOST_CERTIFICATES = 4;
const TOLERANCE = 5; // seconds that the card's computer may be wrong
const PROOF_SECONDS = 300;
const epoch = () => Math.floor(Date.now() / 1000);

const refuse = (why) => new errors.CustomOIDCProviderError('invalid_grant', `assertion: ${why}`);
const refuseCard = (why) => new errors.CustomOIDCProviderError('invalid_grant', `card-refused: ${why}`);

/** The certificates of the header, leaf first. */
function certificates(assertion) {
  let chain;
  try {
    chain = decodeProtectedHeader(assertion).x5c;
    if (!Array.isArray(chain) || !chain.length || chain.length > MOST_CERTIFICATES) throw new Error();
    return chain.map((one) => new X509Certificate(Buffer.from(one, 'base64')));
  } catch {
    throw refuse('not a JWT with certificates in x5c');
  }
}

function inTime(certificate, now) {
  return new Date(certificate.validFrom) <= now && now < new Date(certificate.validTo);
}

function signedBy(certificate, issuer) {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** Whether a way leads from CERTIFICATE to a root that is trusted, every step of it in time. */
function leadsToRoot(certificate, known, now, steps = MOST_CERTIFICATES) {
  if (!inTime(certificate, now)) return false;
  if (known.roots.some((root) => root.fingerprint256 === certificate.fingerprint256)) return true;
  return steps > 0 && [...known.roots, ...known.between].some(
    (issuer) => signedBy(certificate, issuer) && leadsToRoot(issuer, known, now, steps - 1),
  );
}

/** The identity number in the subject's name. */
function identityOf(certificate) {
  return /^serialNumber=(.+)$/m.exec(certificate.subject)?.[1];
}

/** Whether a person may log in with that certificate: one for signing, of a class that persons have, and not taken back. */
function checkUse(config, leaf) {
  const { state, until } = config.now.certificates[leaf.fingerprint256.replaceAll(':', '').toLowerCase()] ?? {};
  if (!signs(leaf)) throw refuseCard('the certificate is not for signing');
  if (!issuedUnder(leaf, config.now.card_authorities.policies)) throw refuseCard('the certificate is of a class that logs nobody in');
  if (state && !(until && new Date(until) <= new Date())) {
    throw refuseCard(`the certificate is ${state === 'issued' ? 'not opened for use' : state}`);
  }
}

function holder(config, chain) {
  const [leaf, ...sent] = chain;
  const now = new Date();
  const { roots, between } = config.now.card_authorities;
  const read = (pem) => new X509Certificate(pem);
  if (!inTime(leaf, now)) throw refuseCard('the certificate is not in its time');
  if (leaf.ca || !leadsToRoot(leaf, { roots: roots.map(read), between: [...between.map(read), ...sent] }, now)) {
    throw refuseCard('the certificate is of no known issuer');
  }
  checkUse(config, leaf);
  const person = config.personByIdentity(identityOf(leaf));
  if (!person) throw refuseCard('the certificate is nobody\'s here');
  return person;
}

async function checkAssertion(ctx, config, assertion, leaf) {
  const audience = ctx.oidc.urlFor('token');
  const mark = createHash('sha256').update(leaf.raw).digest('base64url');
  let payload;
  try {
    ({ payload } = await jwtVerify(assertion, leaf.publicKey, {
      algorithms: ALGORITHMS, audience, issuer: mark, subject: mark, requiredClaims: ['iat', 'exp', 'jti'],
      clockTolerance: TOLERANCE,
    }));
  } catch (error) {
    throw refuse(error.code === 'ERR_JWT_EXPIRED' ? 'its time is over' : `does not hold (${error.code ?? 'key'})`);
  }
  if (payload.exp - payload.iat > LONGEST || payload.exp > epoch() + LONGEST + TOLERANCE || typeof payload.jti !== 'string' || payload.jti.length < 8) {
    throw refuse('exp is too far away, or jti too short');
  }
  if (!firstTime(config.path, mark, payload.jti, payload.exp + TOLERANCE)) throw refuse('was used before');
}

/** A refresh token and an access token, both bound to the proof's key. */
async function tokens(ctx, person, proof, server) {
  const { AccessToken, Grant, RefreshToken } = ctx.oidc.provider;
  const { client } = ctx.oidc;
  const grant = new Grant({ accountId: person.user_id, clientId: client.clientId });
  grant.addResourceScope(server.identifier(), server.scope);
  const common = {
    accountId: person.user_id, client, grantId: await grant.save(), gty: 'card', expiresWithSession: false, scope: server.scope,
  };
  const refresh = new RefreshToken({ ...common, acr: 'e-signature', resource: server.identifier(), rotations: 0, jkt: proof.thumbprint });
  ctx.oidc.entity('RefreshToken', refresh);
  const refreshToken = await refresh.save();
  const access = new AccessToken(common);
  access.resourceServer = server;
  access.setThumbprint('jkt', proof.thumbprint);
  ctx.oidc.entity('AccessToken', access);
  return {
    access_token: await access.save(), expires_in: access.expiration, refresh_token: refreshToken, scope: server.scope,
    token_type: access.tokenType,
  };
}

/** The handler of the grant. The assertion is used up only by a request whose proof is in order. */
export function cardGrant(config, serverOf) {
  return async (ctx, next) => {
    const { assertion } = ctx.oidc.params;
    if (!assertion) throw new errors.InvalidRequest('missing required parameter: assertion');
    const proof = await validateProof(ctx);
    if (!proof) throw refuse('needs a DPoP proof');
    if (!await ctx.oidc.provider.ReplayDetection.unique(ctx.oidc.client.clientId, proof.jti, epoch() + PROOF_SECONDS)) {
      throw new errors.InvalidDpopProof('the proof was used before');
    }
    const chain = certificates(assertion);
    await checkAssertion(ctx, config, assertion, chain[0]);
    ctx.body = await tokens(ctx, holder(config, chain), proof, serverOf(ctx));
    await next();
  };
}
