// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What the certified provider (npm oidc-provider) is told: its three clients, lifetimes, which features are on, how people are
// found. Each login is one grant: whatever is renewed keeps it, and the next login is another, also in the same browser.
import { Provider, errors, interactionPolicy } from './libraries.js';
import { cardGrant, CARD_GRANT } from './card.js';
import { Memory } from './memory.js';
import { errorPage, goodbyePage, logoutPage } from './page.js';

const SCOPE = 'kamupin';

function clients(values) {
  const { service, clients: secrets } = values;
  return [
    {
      client_id: 'kamupin',
      client_name: 'KamuPIN',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', CARD_GRANT],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/kamupin', 'http://[::1]/kamupin', 'example.kamupin:/callback'],
      dpop_bound_access_tokens: true,
    },
    {
      client_id: 'portal',
      client_name: values.application.name.tr,
      client_secret: secrets.portal,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: [`${service.origin}/login/callback`],
      post_logout_redirect_uris: [`${service.origin}/`],
    },
    {
      client_id: 'service',
      client_secret: secrets.service,
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: [],
      response_types: [],
      redirect_uris: [],
    },
  ];
}

/** Nobody is remembered in the browser: each login asks who one is, and only that answer counts. */
function policy() {
  const prompts = interactionPolicy.base();
  prompts.remove('consent');
  return prompts;
}

function account(config) {
  return async (ctx, userId, token) => {
    const person = config.person(userId);
    return person && {
      accountId: userId,
      claims: async () => ({ sub: userId, name: person.name, assurance: token?.acr }),
    };
  };
}

/** The grant of a login that has just happened; there is no other way to one. */
async function freshGrant(ctx) {
  if (!ctx.oidc.result?.login) return undefined;
  const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.account.accountId, clientId: ctx.oidc.client.clientId });
  if (ctx.oidc.requestParamOIDCScopes.size) grant.addOIDCScope([...ctx.oidc.requestParamOIDCScopes].join(' '));
  for (const resource of Object.keys(ctx.oidc.resourceServers)) grant.addResourceScope(resource, SCOPE);
  await grant.save();
  return grant;
}

function lifetimes(config) {
  const session = () => config.seconds('session');
  return {
    AccessToken: () => config.seconds('access_token'),
    AuthorizationCode: () => config.seconds('code'),
    IdToken: () => config.seconds('access_token'),
    Interaction: () => config.seconds('interaction'),
    RefreshToken: (ctx) => ctx?.oidc.entities.RotatedRefreshToken?.remainingTTL ?? config.seconds('refresh_token'),
    Grant: session,
    Session: session,
  };
}

function serviceAsResource(config) {
  return { scope: SCOPE, audience: config.now.service.base, accessTokenFormat: 'opaque', accessTokenTTL: config.seconds('access_token') };
}

function features(config) {
  const { service, keys } = config.now;
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    introspection: { enabled: true, allowedPolicy: (ctx, client) => client.clientId === 'service' },
    pushedAuthorizationRequests: { enabled: false },
    revocation: { enabled: true },
    dPoP: { enabled: true, nonceSecret: Buffer.from(keys.nonce, 'hex'), requireNonce: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (ctx, client, oneOf) => oneOf ?? (client.clientId === 'kamupin' ? service.base : undefined),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => {
        if (resource !== service.base) throw new errors.InvalidTarget();
        return serviceAsResource(config);
      },
    },
    rpInitiatedLogout: { enabled: true, logoutSource: logoutPage(config), postLogoutSuccessSource: goodbyePage },
  };
}

/** The provider of that configuration, without its server. */
export function makeProvider(config) {
  const values = config.now;
  const port = new URL(values.issuer).port;
  const provider = new Provider(values.issuer, {
    adapter: Memory,
    clients: clients(values),
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: [values.keys.jwk] },
    cookies: {
      keys: [values.keys.cookies],
      names: { session: `_session_${port}`, interaction: `_interaction_${port}`, resume: `_resume_${port}` },
    },
    claims: { openid: ['sub', 'name', 'assurance'] },
    scopes: ['openid'],
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'], dPoPSigningAlgValues: ['ES256'] },
    pkce: { methods: ['S256'], required: () => true },
    clientAuthMethods: ['client_secret_basic', 'none'],
    findAccount: account(config),
    loadExistingGrant: freshGrant,
    expiresWithSession: () => false,
    issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    extraTokenClaims: ({ oidc }, token) => ({
      assurance: (oidc.entities.RefreshToken ?? oidc.entities.AuthorizationCode)?.acr, login: token.grantId,
    }),
    interactions: { policy: policy(), url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: errorPage,
    ttl: lifetimes(config),
    features: features(config),
  });
  const serverOf = (ctx) => new ctx.oidc.provider.ResourceServer(values.service.base, serviceAsResource(config));
  provider.registerGrantType(CARD_GRANT, cardGrant(config, serverOf), ['assertion', 'scope']);
  return provider;
}
