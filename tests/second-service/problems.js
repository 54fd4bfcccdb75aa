// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The refusals of this service: name to HTTP status and titles, copied from x-kamupin-problems of openapi.yaml.
'use strict';

const TABLE = {
    'request-invalid': [400, 'İstek anlaşılamadı.', 'The request is not understood.'],
    'code-malformed': [400, 'Doğrulama kodu yalnızca rakamlardan oluşur.', 'A verification code consists of digits only.'],
    'dpop-invalid': [401, 'İşlem anahtarının kanıtı geçersiz.', "The proof of the operation's key is not valid."],
    'dpop-nonce': [401, 'Kanıt yeni bir nonce ile yinelenmelidir.', 'The proof has to be repeated with a new nonce.'],
    'token-invalid': [401, 'İşlem anahtarı kabul edilmedi.', 'The operation token is not accepted.'],
    'ticket-invalid': [401, 'Bildirim bileti kabul edilmedi.', 'The report ticket is not accepted.'],
    'login-required': [401, 'Bu çağrı için oturum açmak gerekir.', 'This call needs a login.'],
    'session-expired': [401, 'Oturum anahtarının süresi doldu.', "The session token's time is over."],
    'login-not-offered': [403, 'Bu hizmette bu giriş yöntemi yok.', 'The service does not offer this way to log in.'],
    'captcha-wrong': [403, 'Resimdeki karakterler doğru değil.', 'The characters of the picture are not right.'],
    'security-word-wrong': [403, 'Kimlik numarası ya da güvenlik sözcüğü doğru değil.', 'Identity number or security word is not right.'],
    'role-refused': [403, 'Bu işlemi yalnızca kurumun yetkilisi yapabilir.', "Only the organisation's authorised person may do this."],
    'signature-refused': [403, 'İmza kabul edilmedi.', 'The signature is not accepted.'],
    'card-not-allowed': [403, 'Bu kart bu kod ile kullanılamaz.', 'This card may not be used with this code.'],
    'factor-wrong': [403, 'SMS doğrulama kodu doğru değil.', 'The SMS code is not right.'],
    'factor-exhausted': [403, 'SMS doğrulama kodu için deneme hakkı kalmadı.', 'No try is left for the SMS code.'],
    'authority-exhausted': [403, 'Bu kart için kilit çözme hakkı kalmadı.', 'No further unblocking attempt may be risked on this card.'],
    'authority-limit': [403, 'Bu işlemin kilit çözme denemeleri tükendi.', 'This operation has used its attempts.'],
    'code-unknown': [404, 'Böyle bir doğrulama kodu verilmedi.', 'This verification code was never issued.'],
    'operation-unknown': [404, 'Böyle bir işlem yok.', 'There is no such operation.'],
    'login-unknown': [404, 'Böyle bir giriş başlatılmadı.', 'No such login was begun.'],
    'certificate-unknown': [404, 'Böyle bir sertifikanız yok.', 'There is no such certificate of yours.'],
    'application-unknown': [404, 'Böyle bir başvurunuz yok.', 'There is no such application of yours.'],
    'list-unknown': [404, 'Böyle bir liste yok.', 'There is no such list.'],
    'not-found': [404, 'Böyle bir adres yok.', 'There is no such address.'],
    'method-not-allowed': [405, 'Bu adres bu yöntemi kabul etmez.', 'The address does not take this method.'],
    'code-used': [409, 'Doğrulama kodu daha önce kullanıldı.', 'The verification code was used before.'],
    'factor-mismatch': [409, 'Başka bir ikinci doğrulama başlatıldı.', 'Another second factor was begun.'],
    'product-mismatch': [409, 'Kart başka bir ürüne ait.', 'The card belongs to another product.'],
    'operation-phase': [409, 'İşlem bu adımda değil.', 'The operation is at another step.'],
    'challenge-used': [409, 'Bu kart sorgusu daha önce yanıtlandı.', 'This challenge was answered before.'],
    'outcome-conflict': [409, 'İşlemin sonucu daha önce başka bildirildi.', 'Another outcome was recorded before.'],
    'certificate-not-activated': [409, 'Sertifika henüz kullanıma açılmadı.', 'The certificate is not opened for use yet.'],
    'certificate-not-yet-valid': [409, 'Sertifikanın geçerliliği henüz başlamadı.', 'The certificate is not valid yet.'],
    'certificate-suspended': [409, 'Sertifika askıda.', 'The certificate is suspended.'],
    'certificate-suspended-by-others': [409, 'Sertifikayı siz askıya almadınız.', 'It was not you who suspended the certificate.'],
    'certificate-not-suspended': [409, 'Sertifika askıda değil.', 'The certificate is not suspended.'],
    'certificate-active': [409, 'Sertifika daha önce kullanıma açıldı.', 'The certificate was opened for use before.'],
    'consent-given': [409, 'E-onay daha önce verildi.', 'The consent was given before.'],
    'application-state': [409, 'Başvuru bu durumda gönderilemez.', 'The application cannot be submitted as it stands.'],
    'list-signed': [409, 'Liste daha önce imzalandı ya da geri çekildi.', 'The list was signed before or withdrawn.'],
    'list-changed': [409, 'Liste değişti.', 'The list has changed.'],
    'idempotency-conflict': [409, 'Aynı istek anahtarı başka bir istekle kullanıldı.',
        'The same Idempotency-Key came with another request.'],
    'session-ended': [410, 'Oturum kapatıldı.', 'The session was ended.'],
    'captcha-expired': [410, 'Resmin süresi doldu.', "The picture's time is over."],
    'certificate-revoked': [410, 'Sertifika iptal edildi.', 'The certificate is revoked.'],
    'certificate-expired': [410, 'Sertifikanın süresi doldu.', "The certificate's time is over."],
    'revocation-expired': [410, 'Hazırlanan iptal işlemi artık geçerli değil.', 'The prepared revocation is no longer there.'],
    'consent-expired': [410, 'E-onay metninin süresi doldu.', "The consent text's time is over."],
    'operation-expired': [410, 'İşlemin süresi doldu.', "The operation's time is over."],
    'operation-cancelled': [410, 'İşlem iptal edildi.', 'The operation was cancelled.'],
    'factor-expired': [410, 'SMS doğrulama kodunun süresi doldu.', "The SMS code's time is over."],
    'request-too-large': [413, 'İstek çok büyük.', 'The request is too large.'],
    'document-refused': [422, 'Başvuru formu doğru doldurulmamış.', "The application's form is not filled in rightly."],
    'client-too-old': [426, 'Programın daha yeni bir sürümü gerekli.', 'A newer version of the program is needed.'],
    'rate-limited': [429, 'Çok fazla deneme yapıldı; bekleyiniz.', 'Too many tries; please wait.'],
    'resend-too-soon': [429, 'Yeni SMS için henüz erken; bekleyiniz.', 'It is too soon for a new SMS; please wait.'],
    'internal': [500, 'Hizmette bir hata oluştu.', 'The service failed.'],
    'unavailable': [503, 'Hizmet şu anda kullanılamıyor.', 'The service is not available now.'],
};

const dpop = (error) => ({ 'WWW-Authenticate': `DPoP error="${error}", algs="ES256"` });

/** Headers that RFC 9110 wants beside a status. */
const DEMANDED = {
    'dpop-invalid': dpop('invalid_dpop_proof'),
    'dpop-nonce': dpop('use_dpop_nonce'),
    'token-invalid': dpop('invalid_token'),
    'login-required': dpop('invalid_token'),
    'session-expired': dpop('invalid_token'),
    'ticket-invalid': { 'WWW-Authenticate': 'KamuPIN-Ticket' },
    'client-too-old': { Upgrade: 'libkamupin/0.1.0', Connection: 'Upgrade' },
};

/** A refusal on its way to the client. `more`: members beside the ones that every problem has. `effect`: kept for repetitions. */
class Refusal extends Error {
    constructor(name, more = {}, { effect = false, detail } = {}) {
        super(name);
        Object.assign(this, { name, more, effect, detail });
    }

    /** What goes on the wire, in the language that the client asked for. */
    answer(turkish) {
        const [status, tr, en] = TABLE[this.name];
        const body = { type: `urn:kamupin:problem:${this.name}`, title: turkish ? tr : en, status, ...this.more };
        const headers = { 'Content-Type': 'application/problem+json', ...DEMANDED[this.name] };
        if (this.detail)
            body.detail = this.detail;
        const wait = this.more.retry_after ?? this.more.resend_after;
        if (wait !== undefined)
            headers['Retry-After'] = String(wait);
        return { status, headers, text: JSON.stringify(body) };
    }
}

module.exports = { Refusal };
