/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cms.c: a signed document by the card: whose key it will be, the document without its signature,
   the signature of the card, and the whole, verified. */
#include <card/card.h>
#include <card/sign.h>
#include <cert/certificate.h>
#include <cert/cmsdocument.h>
#include <core/context.h>
#include <core/fail.h>
#include <kamupin/cms.h>

#include <stdlib.h>

#define CONTENT_MAX ((size_t)16 << 20)

struct kamupin_cms {
    unsigned char *der;
    size_t length;
};

static kamupin_status wrong_argument(kamupin_card *card, const char *what)
{
    return kp_fail(&card->error, KAMUPIN_E_INVALID_ARGUMENT, KAMUPIN_FROM_LOCAL, "%s", what);
}

static kamupin_status check_options(kamupin_card *card, const kamupin_cms_options *options)
{
    if (options == NULL || options->size != sizeof *options)
        return wrong_argument(card, "options");
    if ((options->content == NULL && options->length > 0) || options->length > CONTENT_MAX)
        return wrong_argument(card, "content");
    if (kp_hash_length(options->hash) == 0)
        return wrong_argument(card, "hash");
    return KAMUPIN_OK;
}

/* Whose key it will be: the signed attributes name the certificate. What else stands in the way of
   a signature, kamupin_card_sign says. */
static kamupin_status choose(kamupin_card *card, kamupin_sign_request *request, X509 **signer)
{
    kp_sign_plan plan = {.key = NULL};
    if (card->identity.info.usable != KAMUPIN_OK)
        return kp_fail_local(&card->error, card->identity.info.usable);
    kamupin_status status = kp_sign_choose(&card->identity, request, kp_calendar_now(card->context),
                                           &plan, &card->error);
    if (status != KAMUPIN_OK)
        return status;
    const kp_der *der = &card->identity.certificates[plan.certificate];
    const unsigned char *next = der->data;
    request->certificate = plan.certificate;
    request->form = plan.form;
    *signer = d2i_X509(NULL, &next, (long)der->length);
    kp_sign_plan_free(&plan);
    return *signer != NULL ? KAMUPIN_OK : kp_fail_local(&card->error, KAMUPIN_E_NO_MEMORY);
}

/* Those of the list that are known as bytes; NULL without memory. */
static STACK_OF(X509) * beside_of(const kamupin_certificate_list *list)
{
    STACK_OF(X509) *all = sk_X509_new_null();
    bool good = all != NULL;
    for (size_t i = 0; good && i < kamupin_certificate_list_count(list); i++) {
        kamupin_certificate_entry entry = KAMUPIN_CERTIFICATE_ENTRY_INIT;
        if (kamupin_certificate_list_get(list, i, &entry) == KAMUPIN_OK &&
            entry.certificate != NULL)
            good = sk_X509_push(all, kp_certificate_x509(entry.certificate)) > 0;
    }
    if (good)
        return all;
    sk_X509_free(all);
    return NULL;
}

/* Around the card's signature; kamupin_card_sign has its own words for what fails in between. */
static kamupin_status sign(kamupin_card *card, const kp_cms_wish *wish,
                           kamupin_sign_request *request, const kamupin_secret *pin,
                           kamupin_cms *made)
{
    kamupin_signature signature = KAMUPIN_SIGNATURE_INIT;
    CMS_ContentInfo *document = NULL;
    kamupin_status status = kp_cms_begin(wish, &document, request->digest, &request->digest_length);
    if (status != KAMUPIN_OK)
        return kp_fail_local(&card->error, status);
    status = kamupin_card_sign(card, request, pin, &signature);
    if (status == KAMUPIN_OK) {
        status = kp_cms_finish(wish, document, signature.bytes, signature.length, &made->der,
                               &made->length);
        if (status != KAMUPIN_OK)
            kp_fail(&card->error, status, KAMUPIN_FROM_LOCAL, "the document does not verify");
    }
    CMS_ContentInfo_free(document);
    return status;
}

/* The document and all that it takes, once the options are found right. */
static kamupin_status make(kamupin_card *card, const kamupin_cms_options *options,
                           const kamupin_secret *pin, kamupin_cms *made)
{
    kamupin_sign_request request = KAMUPIN_SIGN_REQUEST_INIT;
    kp_cms_wish wish = {.content = options->content,
                        .length = options->length,
                        .detached = options->detached,
                        .hash = options->hash,
                        .now = kp_calendar_now(card->context)};
    request.certificate = options->certificate;
    request.hash = options->hash;
    request.risk = options->risk;
    kamupin_status status = choose(card, &request, &wish.signer);
    if (status == KAMUPIN_OK) {
        wish.beside = beside_of(options->between);
        status = wish.beside != NULL ? sign(card, &wish, &request, pin, made)
                                     : kp_fail_local(&card->error, KAMUPIN_E_NO_MEMORY);
    }
    sk_X509_free(wish.beside);
    X509_free(wish.signer);
    return status;
}

kamupin_status kamupin_card_cms(kamupin_card *card, const kamupin_cms_options *options,
                                const kamupin_secret *pin, kamupin_cms **cms)
{
    kamupin_cms *made = NULL;

    if (cms != NULL)
        *cms = NULL;
    if (card == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    kamupin_status status = kp_card_enter(card);
    if (status == KAMUPIN_OK)
        status = cms == NULL ? wrong_argument(card, "cms") : check_options(card, options);
    if (status == KAMUPIN_OK) {
        made = calloc(1, sizeof *made);
        status = made != NULL ? make(card, options, pin, made)
                              : kp_fail_local(&card->error, KAMUPIN_E_NO_MEMORY);
    }
    if (status == KAMUPIN_OK)
        *cms = made;
    else
        kamupin_cms_free(&made);
    return status;
}

kamupin_status kamupin_cms_der(const kamupin_cms *cms, const unsigned char **der, size_t *length)
{
    if (cms == NULL || der == NULL || length == NULL)
        return KAMUPIN_E_INVALID_ARGUMENT;
    *der = cms->der;
    *length = cms->length;
    return KAMUPIN_OK;
}

void kamupin_cms_free(kamupin_cms **cms)
{
    if (cms == NULL || *cms == NULL)
        return;
    OPENSSL_free((*cms)->der);
    free(*cms);
    *cms = NULL;
}
