// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The calls: who proves what, and what answers. `any`: taken from any version of the client; `judge`: what comes before a conflict;
// `ended`: taken in a session that was ended; `group`: the feature that a service need not have; `r.id`: what the path names.
'use strict';

const ID = '/([^/]+)'; // one of another form is unknown, like any that never was
const OPERATION = `/operations${ID}`;

/** A step of an operation, by POST. */
const step = (name, path, run) => ({ name, method: 'POST', path: `${OPERATION}/${path}`, by: 'token', run });
const asked = (name, path, group, run) => ({ name, method: 'GET', path, by: 'session', group, run });
const done = (name, path, group, run) => ({ name, method: 'POST', path, by: 'session', group, run });

const UNBLOCK = [
    { name: 'metadata', method: 'GET', path: '/metadata', any: true, run: (desk, r) => desk.metadata(r.base) },
    { name: 'redeem', method: 'POST', path: '/codes/redeem', by: 'proof', run: (desk, r) => desk.redeem(r.body, r),
        judge: (desk, r) => desk.judge(r.body, r) },
    { name: 'status', method: 'GET', path: OPERATION, by: 'token', run: (desk, r) => desk.status(r.operation) },
    step('cards', 'cards', (desk, r) => desk.addCards(r.body, r.operation)),
    step('cancel', 'cancel', (desk, r) => desk.cancel(r.operation)),
    step('factor', 'factor', (desk, r) => desk.factor(r.body, r.operation)),
    step('resend', 'factor/resend', (desk, r) => desk.resend(r.operation)),
    step('verify', 'factor/verify', (desk, r) => desk.verify(r.body, r.operation)),
    step('authority', 'authority', (desk, r) => desk.authority(r.body, r.operation)),
    { name: 'report', method: 'POST', path: '/reports', by: 'ticket', any: true, run: (desk, r) => desk.report(r.body, r.operation) },
];

const CERTIFICATE = `/certificates${ID}`;
const REVOCATION = `/revocations${ID}`;

const SESSION = [
    { name: 'captcha', method: 'POST', path: '/login/captcha', by: 'proof', run: (desk, r) => desk.logins.captcha(r.body, r) },
    { name: 'password-login', method: 'POST', path: '/login/password', by: 'proof', run: (desk, r) => desk.logins.begin(r.body, r) },
    { name: 'password-login-sms', method: 'POST', path: `/login/password${ID}/sms`, by: 'proof', run: (desk, r) => desk.logins.sms(r) },
    { name: 'password-login-confirm', method: 'POST', path: `/login/password${ID}/confirm`, by: 'proof',
        run: (desk, r) => desk.logins.confirm(r.body, r) },
    asked('session', '/session', undefined, (desk, r) => desk.logins.tell(r)),
    { ...done('end-session', '/session/end', undefined, (desk, r) => desk.logins.end(r)), ended: true },
    asked('certificates', '/certificates', 'certificates', (desk, r) => desk.certificates.list(r)),
    asked('certificate-details', CERTIFICATE, 'certificates', (desk, r) => desk.certificates.details(r)),
    done('suspend', `${CERTIFICATE}/suspend`, 'certificates', (desk, r) => desk.certificates.suspend(r.body, r)),
    done('unsuspend', `${CERTIFICATE}/unsuspend`, 'certificates', (desk, r) => desk.certificates.unsuspend(r)),
    done('activate', `${CERTIFICATE}/activate`, 'certificates', (desk, r) => desk.certificates.activate(r)),
    done('revoke', `${CERTIFICATE}/revocation`, 'certificates', (desk, r) => desk.certificates.revoke(r.body, r)),
    done('revocation-factor', `${REVOCATION}/factor`, 'certificates', (desk, r) => desk.certificates.factor(r.body, r)),
    done('revocation-resend', `${REVOCATION}/factor/resend`, 'certificates', (desk, r) => desk.certificates.resend(r)),
    done('confirm-revocation', `${REVOCATION}/confirm`, 'certificates', (desk, r) => desk.certificates.confirm(r.body, r)),
    done('cancel-revocation', `${REVOCATION}/cancel`, 'certificates', (desk, r) => desk.certificates.cancel(r)),
    asked('consent', '/consent', 'consent', (desk) => desk.papers.consent),
    done('consent-text', '/consent/text', 'consent', (desk, r) => desk.papers.text(r)),
    done('submit-consent', `/consents${ID}/submit`, 'consent', (desk, r) => desk.papers.submitConsent(r.body, r)),
    asked('applications', '/applications', 'applications', (desk) => desk.papers.listApplications()),
    asked('application', `/applications${ID}`, 'applications', (desk, r) => desk.papers.shown(desk.papers.application(r.id))),
    done('submit-application', `/applications${ID}/submit`, 'applications', (desk, r) => desk.papers.submitApplication(r.body, r)),
    asked('authorised-lists', '/authorised/lists', 'authorised', (desk) => desk.papers.authorisedLists()),
    asked('authorised-list', `/authorised/lists${ID}`, 'authorised', (desk, r) => desk.papers.authorisedList(r)),
    done('sign-list', `/authorised/lists${ID}/sign`, 'authorised', (desk, r) => desk.papers.signList(r.body, r)),
];

/** The calls that a service with this configuration has: without a person there is nobody to log in. */
const callsOf = (config, base) => [...UNBLOCK, ...(config.person ? SESSION : [])]
    .map((call) => ({ ...call, pattern: new RegExp(`^${base}${call.path}$`) }));

/** The groups of calls by the names that metadata has for them. */
const FEATURES = [...new Set(SESSION.map((call) => call.group).filter(Boolean))];

module.exports = { callsOf, FEATURES };
