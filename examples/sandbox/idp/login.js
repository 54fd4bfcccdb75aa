// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The step of a login that a person sees: shows the page, takes what was typed, tells the provider who it is and in which way it was
// proved, or that the person cancelled.
import { createHash, timingSafeEqual } from 'node:crypto';

import { errors } from './libraries.js';
import { wellFormed } from './identity.js';
import { Memory } from './memory.js';
import { errorPage, loginPage, STYLE } from './page.js';
import { language, TEXTS, WAYS } from './texts.js';

const MOST_BYTES = 4096;
const MOST_TRIES = 5; // wrong passwords that end a login
const MOST_OF_PERSON = 30; // wrong passwords for one number, in whatever logins, for as long as a login may take
const tries = new Memory('Tries');

async function form(ctx) {
  const parts = [];
  let size = 0;
  for await (const part of ctx.req) {
    size += part.length;
    if (size > MOST_BYTES) throw new errors.InvalidRequest('the form is too large', 413);
    parts.push(part);
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'));
}

function same(given, known) {
  const digest = (text) => createHash('sha256').update(text.normalize('NFC')).digest();
  return timingSafeEqual(digest(given), digest(known));
}

const wrongOf = async (id) => (await tries.find(id))?.wrong ?? 0;

/** Whether there were too many wrong passwords, in this login or for this number: then a right one does not count, either. */
async function tooMany(uid, identity) {
  return await wrongOf(uid) >= MOST_TRIES || await wrongOf(`of ${identity}`) >= MOST_OF_PERSON;
}

async function noteWrong(uid, identity, seconds) {
  for (const id of [uid, `of ${identity}`]) await tries.upsert(id, { wrong: await wrongOf(id) + 1 }, seconds);
}

/** Who that is, or the name of the text that says what is wrong. */
function judge(config, identity, password) {
  if (!wellFormed(identity)) return { wrong: 'malformed' };
  const person = config.personByIdentity(identity);
  return same(password, person?.password ?? '') && person?.password ? { person } : { wrong: 'wrong' };
}

async function take(ctx, config, uid, view) {
  if ((ctx.get('Origin') || config.now.issuer) !== config.now.issuer) throw new errors.InvalidRequest('a form of another site', 403);
  const typed = await form(ctx);
  if (typed.has('cancel')) {
    return { error: 'access_denied', error_description: TEXTS.en.cancelled };
  }
  const identity = (typed.get('identity') ?? '').trim();
  const { person, wrong } = judge(config, identity, typed.get('password') ?? '');
  const late = await tooMany(uid, identity);
  if (wrong === 'wrong' && !late) await noteWrong(uid, identity, config.seconds('interaction'));
  if (late || await tooMany(uid, identity)) {
    return { error: 'login_required', error_description: 'too many wrong passwords' };
  }
  if (wrong) {
    loginPage(ctx, { ...view, wrong, identity });
    return undefined;
  }
  return { login: { accountId: person.user_id, acr: view.way, remember: false } };
}

async function interact(ctx, provider, config, uid) {
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  if (details.uid !== uid || details.prompt.name !== 'login') throw new errors.SessionNotFound('another login was begun in this browser');
  const { params } = details;
  const view = {
    way: WAYS.includes(ctx.query.way) ? ctx.query.way : WAYS[0],
    lang: language(ctx, params.ui_locales),
    application: config.now.application,
    address: params.redirect_uri,
  };
  if (ctx.method !== 'POST') {
    loginPage(ctx, view);
    return;
  }
  const result = await take(ctx, config, uid, view);
  if (result) {
    ctx.status = 303;
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
    ctx.body = '';
  }
}

/** The pages as middleware in front of the provider's own addresses. */
export function pages(provider, config) {
  return async (ctx, next) => {
    const [, uid] = /^\/interaction\/([A-Za-z0-9_-]+)$/.exec(ctx.path) ?? [];
    if (uid && ['GET', 'POST'].includes(ctx.method)) {
      try {
        await interact(ctx, provider, config, uid);
      } catch (error) {
        if (!error.expose) throw error;
        ctx.status = error.statusCode;
        errorPage(ctx, error);
      }
    } else if (ctx.path === '/style.css' && ctx.method === 'GET') {
      ctx.type = 'css';
      ctx.body = STYLE;
    } else {
      await next();
    }
  };
}
