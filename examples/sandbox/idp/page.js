// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The pages as HTML: login, log out, good-bye, error. No script, nothing from elsewhere, and headers that say so to the browser.
import { language, TEXTS, WAYS } from './texts.js';

export const STYLE = `body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem;margin:.5rem 0}h1 small{display:block;font-size:.9rem;font-weight:400}.test{background:#fde68a;padding:.5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;border:1px solid #767676;padding:.6rem}dt{font-weight:700}dd{margin:0}
nav ul{display:flex;flex-wrap:wrap;gap:.4rem;list-style:none;padding:0}nav a{display:block;padding:.4rem .7rem;border:1px solid #767676;color:#1a1a1a}
nav a[aria-current]{background:#1e40af;color:#fff;border-color:#1e40af}label{display:block;margin-top:.8rem;font-weight:700}
input{font:inherit;padding:.4rem;width:100%;box-sizing:border-box;border:1px solid #767676}input[aria-invalid]{border:2px solid #b91c1c}
.wrong{border-left:.3rem solid #b91c1c;padding-left:.8rem}details{margin-top:1rem}.buttons{display:flex;justify-content:flex-end;gap:.8rem;margin-top:1.2rem}
button{font:inherit;padding:.5rem 1.2rem;border:1px solid #767676;background:#f3f4f6;color:#1a1a1a}button.main{background:#1e40af;color:#fff}
@media(max-width:30rem){dl{grid-template-columns:1fr}}dd{overflow-wrap:anywhere}
:focus-visible{outline:3px solid #d97706;outline-offset:2px}.lang{float:right}`;

const escape = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** What a browser has to be allowed for a form that ends at ADDRESS: it looks at redirections, too. */
function formTarget(address) {
  if (!address) return '';
  const { origin, protocol } = new URL(address);
  return origin === 'null' ? ` ${protocol}` : ` ${origin}`;
}

/** Sends a page. address: where its form may lead in the end. */
function send(ctx, lang, title, body, { status = 200, address } = {}) {
  const words = TEXTS[lang];
  ctx.status = status;
  ctx.type = 'html';
  ctx.set({
    'Content-Security-Policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
      + `form-action 'self'${formTarget(address)}`,
    'Content-Language': lang,
    'Referrer-Policy': 'same-origin',
    'Cache-Control': 'no-store',
    Vary: 'Accept-Language',
  });
  ctx.body = `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><title>${escape(title)} - ${escape(words.gateway)}</title>`
    + '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"></head>'
    + `<body><header class="test">${escape(words.test)}</header><main>${body}</main></body></html>`;
}

const link = (ctx, way, lang) => escape(`${ctx.path}?${new URLSearchParams({ way, lang })}`);

function tabs(ctx, way, lang) {
  const words = TEXTS[lang];
  const items = WAYS.map((one) => `<li><a href="${link(ctx, one, lang)}"${one === way ? ' aria-current="page"' : ''}>${escape(words[one])}</a></li>`);
  return `<nav aria-label="${escape(words.ways)}"><ul>${items.join('')}</ul></nav>`;
}

function field(name, label, options, wrong) {
  const mark = wrong ? ' aria-invalid="true" aria-describedby="wrong"' : '';
  return `<label for="${name}">* ${escape(label)}</label><input id="${name}" name="${name}" required ${options}${mark}>`;
}

/** What the screen offers for a password that was forgotten: the library and this page can only say where it is renewed. */
function forgotten(words) {
  return `<details><summary>${escape(words.forgot)}</summary><p>${escape(words.forgotHow)} <code>kamupin-sandbox people --show password</code></p></details>`;
}

/** The login page. view: { way, lang, wrong (a name in TEXTS, or undefined), identity, application, address }. */
export function loginPage(ctx, view) {
  const { way, lang, wrong } = view;
  const words = TEXTS[lang];
  const password = way === 'password';
  const other = lang === 'tr' ? 'en' : 'tr';
  const action = link(ctx, way, lang);
  const body = `<a class="lang" lang="${other}" href="${link(ctx, way, other)}">${words.language}</a>`
    + `<h1>${escape(words.gateway)} <small>${escape(words.system)}</small></h1>`
    + `<dl><dt>${escape(words.application)}</dt><dd>${escape(view.application.name[lang])}</dd>`
    + `<dt>${escape(words.address)}</dt><dd>${escape(view.application.url)}</dd></dl>${tabs(ctx, way, lang)}`
    + `<p>${escape(password ? words.lead : words.other)}</p>`
    + `${wrong ? `<p id="wrong" class="wrong" role="alert">${escape(words[wrong])}</p>` : ''}<p>${escape(words.required)}</p>`
    + `<form id="login" method="post" action="${action}">`
    + field('identity', words.identity, `inputmode="numeric" autocomplete="off" maxlength="20" value="${escape(view.identity ?? '')}"`, wrong)
    + field('password', password ? words.secret : words.otherSecret, 'type="password" autocomplete="off" maxlength="128"', wrong === 'wrong')
    + `</form>${password ? forgotten(words) : ''}<div class="buttons"><form method="post" action="${action}"><button name="cancel" value="1">${escape(words.cancel)}</button></form>`
    + `<button class="main" form="login">${escape(words.login)}</button></div>`;
  send(ctx, lang, words.system, body, { status: wrong ? 400 : 200, address: view.address });
}

/** For logoutSource: FORM is the provider's own, the buttons are ours. */
export function logoutPage(config) {
  return (ctx, form) => {
    const lang = language(ctx, ctx.oidc.params?.ui_locales);
    const words = TEXTS[lang];
    send(ctx, lang, words.logout, `<h1>${escape(words.logoutAsk)}</h1>${form}<div class="buttons">`
      + `<button form="op.logoutForm">${escape(words.stay)}</button>`
      + `<button class="main" form="op.logoutForm" name="logout" value="yes">${escape(words.logout)}</button></div>`,
    { address: config.now.service.origin });
  };
}

/** For postLogoutSuccessSource: where nothing else was asked for. */
export function goodbyePage(ctx) {
  const lang = language(ctx);
  send(ctx, lang, TEXTS[lang].logout, `<h1>${escape(TEXTS[lang].goodbye)}</h1>`);
}

/** For renderError: what went wrong in the protocol's words, for whoever wrote the client, and what a person does now. */
export function errorPage(ctx, out) {
  const lang = language(ctx);
  const words = TEXTS[lang];
  send(ctx, lang, words.error, `<h1>${escape(words.error)}</h1><p role="alert">${escape(words.errorNext)}</p>`
    + `<p><code>${escape(out.error)}: ${escape(out.error_description ?? '')}</code></p>`, { status: ctx.status });
}
