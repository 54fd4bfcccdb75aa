// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// Every sentence of the pages, Turkish and English; the words of the screen are those of seed 001, page 4.

/** The five ways, in the order of the screen: what the login proves, and how each is called. */
export const WAYS = ['password', 'mobile-signature', 'e-signature', 'identity-card', 'bank'];

export const TEXTS = {
  tr: {
    gateway: 'e-Devlet Kapısı',
    system: 'Kimlik Doğrulama Sistemi',
    test: 'DENEME: Bu sayfa e-Devlet Kapısı değildir, onun yerine geçer. Buraya gerçek şifrenizi yazmayınız.',
    application: 'Giriş Yapılacak Uygulama',
    address: 'Giriş Yapılacak Adres',
    ways: 'Giriş yöntemi',
    password: 'e-Devlet Şifresi',
    'mobile-signature': 'Mobil İmza',
    'e-signature': 'Elektronik İmza',
    'identity-card': 'T.C. Kimlik Kartı',
    bank: 'İnternet Bankacılığı',
    lead: 'T.C. Kimlik Numaranızı ve e-Devlet Şifrenizi kullanarak kimliğiniz doğrulandıktan sonra işleminize kaldığınız yerden devam edebilirsiniz.',
    other: 'Deneme ortamında bu yöntem de deneme kullanıcısının şifresiyle doğrulanır; girişin bu yöntemle yapıldığı yazılır.',
    identity: 'T.C. Kimlik No',
    secret: 'e-Devlet Şifresi',
    otherSecret: 'Deneme şifresi',
    forgot: 'Şifremi Unuttum',
    forgotHow: 'e-Devlet şifresi, e-Devlet Kapısı\'nda doğruladığınız cep telefonuyla yenilenir. Bu denemenin şifrelerini şu komut söyler:',
    required: 'Yıldızlı (*) alanlar doldurulmalıdır.',
    cancel: 'İptal',
    login: 'Giriş Yap',
    language: 'English',
    malformed: 'T.C. Kimlik No geçerli değil: 11 rakam olmalı ve denetim rakamları tutmalı. Denetleyip yeniden yazınız.',
    wrong: 'T.C. Kimlik No veya şifre hatalı. Denetleyip yeniden yazınız.',
    cancelled: 'Giriş, kullanıcı tarafından iptal edildi.',
    error: 'Giriş yapılamıyor',
    errorNext: 'Uygulamaya dönüp girişi yeniden başlatınız.',
    logout: 'Çıkış',
    logoutAsk: 'Oturumunuzu kapatmak istiyor musunuz?',
    stay: 'Oturumu açık bırak',
    goodbye: 'Oturumunuz kapatıldı. Bu pencereyi kapatabilirsiniz.',
  },
  en: {
    gateway: 'e-Devlet gateway',
    system: 'Identity verification',
    test: 'SANDBOX: This page is not the e-Devlet gateway, it stands in for it. Do not type your real password here.',
    application: 'Application to log in to',
    address: 'Its address',
    ways: 'Way to log in',
    password: 'e-Devlet password',
    'mobile-signature': 'Mobile signature',
    'e-signature': 'Electronic signature',
    'identity-card': 'T.C. identity card',
    bank: 'Internet banking',
    lead: 'Once your identity has been verified by your T.C. identity number and your e-Devlet password, you go on from where you were.',
    other: 'In the sandbox this way, too, is proved by the sandbox user\'s password; it is noted that the login came this way.',
    identity: 'T.C. identity number',
    secret: 'e-Devlet password',
    otherSecret: 'Sandbox password',
    forgot: 'I have forgotten my password',
    forgotHow: 'An e-Devlet password is renewed at the e-Devlet gateway with the mobile phone that was verified there. The sandbox\'s are told by:',
    required: 'Fields with a star (*) have to be filled in.',
    cancel: 'Cancel',
    login: 'Log in',
    language: 'Türkçe',
    malformed: 'This is no T.C. identity number: it has 11 digits, and its check digits have to be right. Check it and type it again.',
    wrong: 'The identity number or the password is wrong. Check them and type them again.',
    cancelled: 'The person cancelled the login.',
    error: 'Logging in is not possible',
    errorNext: 'Go back to the application and begin the login again.',
    logout: 'Log out',
    logoutAsk: 'Do you want to log out?',
    stay: 'Stay logged in',
    goodbye: 'You are logged out. You can close this window.',
  },
};

/** tr or en: what ?lang= says, else the client's ui_locales, else the browser; Turkish where nothing does. */
export function language(ctx, locales) {
  for (const wish of [ctx.query.lang, ...(locales ?? '').split(' '), ctx.acceptsLanguages('tr', 'en')]) {
    const tag = String(wish ?? '').toLowerCase().split('-')[0];
    if (tag in TEXTS) return tag;
  }
  return 'tr';
}
