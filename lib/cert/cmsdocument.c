/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cmsdocument.c: SignedData with one signer (RFC 5652, 5) of the form CAdES-B-B (ETSI EN 319 122-1,
   6.3). OpenSSL makes and encodes all of it; only the private key's part is left out, because the
   key is on a card. What OpenSSL has to say about a failure is not left behind in its queue. */
#include <card/sign.h>
#include <cert/cmsdocument.h>

#include <openssl/asn1t.h>
#include <openssl/err.h>

typedef STACK_OF(X509_ATTRIBUTE) attribute_set;

/* As it is hashed: SET OF with its own tag, in the order of DER (RFC 5652, 5.4). */
ASN1_ITEM_TEMPLATE(ATTRIBUTES) = ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_ORDER, 0, attributes,
                                                       X509_ATTRIBUTE)
    static_ASN1_ITEM_TEMPLATE_END(ATTRIBUTES)

    /* One after another; each certificate once. */
    static bool add_beside(const kp_cms_wish *wish, CMS_ContentInfo *document)
{
    bool good = true;
    for (int i = 0; good && i < sk_X509_num(wish->beside); i++) {
        X509 *one = sk_X509_value(wish->beside, i);
        bool there = X509_cmp(one, wish->signer) == 0;
        for (int k = 0; k < i && !there; k++)
            there = X509_cmp(one, sk_X509_value(wish->beside, k)) == 0;
        good = there || CMS_add1_cert(document, one) == 1;
    }
    return good;
}

/* The content goes in whole: CMS_final would sign with a key that is not here. */
static bool add_content(const kp_cms_wish *wish, CMS_ContentInfo *document)
{
    if (CMS_set_detached(document, wish->detached ? 1 : 0) != 1)
        return false;
    if (wish->detached)
        return true;
    ASN1_OCTET_STRING **place = CMS_get0_content(document);
    if (place == NULL || *place == NULL)
        return false;
    (*place)->flags &= ~ASN1_STRING_FLAG_CONT; /* it has its bytes, nothing will be streamed */
    return ASN1_OCTET_STRING_set(*place, wish->content, (int)wish->length) == 1;
}

static bool add_time(const kp_cms_wish *wish, CMS_SignerInfo *signer)
{
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)wish->now);
    bool good = time != NULL && CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_signingTime,
                                                            time->type, time, -1) == 1;
    ASN1_TIME_free(time);
    return good;
}

/* content-type, signing-time and message-digest; signing-certificate-v2 came with the signer. */
static bool add_attributes(const kp_cms_wish *wish, CMS_SignerInfo *signer)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    return EVP_Digest(wish->content, wish->length, digest, &length, kp_hash_of(wish->hash), NULL) ==
               1 &&
           CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                       OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
           add_time(wish, signer) &&
           CMS_signed_add1_attr_by_NID(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest,
                                       (int)length) == 1;
}

/* What is to be signed: the hash of all signed attributes. */
static bool hash_attributes(const kp_cms_wish *wish, const CMS_SignerInfo *signer,
                            unsigned char *digest, size_t *digest_length)
{
    attribute_set *all = sk_X509_ATTRIBUTE_new_null();
    unsigned char *der = NULL;
    unsigned int hashed = 0;
    bool good = all != NULL;
    for (int i = 0; good && i < CMS_signed_get_attr_count(signer); i++)
        good = sk_X509_ATTRIBUTE_push(all, CMS_signed_get_attr(signer, i)) > 0;
    int length =
        good ? ASN1_item_i2d((const ASN1_VALUE *)all, &der, ASN1_ITEM_rptr(ATTRIBUTES)) : 0;
    good = length > 0 &&
           EVP_Digest(der, (size_t)length, digest, &hashed, kp_hash_of(wish->hash), NULL) == 1;
    *digest_length = hashed;
    OPENSSL_free(der);
    sk_X509_ATTRIBUTE_free(all);
    return good;
}

kamupin_status kp_cms_begin(const kp_cms_wish *wish, CMS_ContentInfo **document,
                            unsigned char *digest, size_t *digest_length)
{
    ERR_set_mark();
    CMS_ContentInfo *made = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
    CMS_SignerInfo *signer = NULL;
    if (made != NULL) /* the public key names the algorithm; OpenSSL asks for no more of it here */
        signer = CMS_add1_signer(made, wish->signer, X509_get0_pubkey(wish->signer),
                                 kp_hash_of(wish->hash), CMS_PARTIAL | CMS_CADES | CMS_NOSMIMECAP);
    bool good = signer != NULL && add_beside(wish, made) && add_content(wish, made) &&
                add_attributes(wish, signer) &&
                hash_attributes(wish, signer, digest, digest_length);
    if (!good) {
        CMS_ContentInfo_free(made);
        made = NULL;
    }
    ERR_pop_to_mark();
    *document = made;
    return good ? KAMUPIN_OK : KAMUPIN_E_CRYPTO;
}

/* Whether what stands in the bytes is a signature of the content by the certificate beside it. The
   certificate's own chain is another question. */
static bool verifies(const kp_cms_wish *wish, const unsigned char *der, size_t length)
{
    const unsigned char *next = der;
    CMS_ContentInfo *read = d2i_CMS_ContentInfo(NULL, &next, (long)length);
    BIO *content = NULL;
    if (wish->detached)
        content = BIO_new_mem_buf(wish->length == 0 ? "" : (const void *)wish->content,
                                  (int)wish->length);
    bool good =
        read != NULL && next == der + length && (content != NULL) == wish->detached &&
        CMS_verify(read, NULL, NULL, content, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY) == 1;
    BIO_free(content);
    CMS_ContentInfo_free(read);
    return good;
}

kamupin_status kp_cms_finish(const kp_cms_wish *wish, CMS_ContentInfo *document,
                             const unsigned char *signature, size_t signature_length,
                             unsigned char **der, size_t *length)
{
    unsigned char *made = NULL;
    ERR_set_mark();
    CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(document), 0);
    bool good = signer != NULL && ASN1_STRING_set(CMS_SignerInfo_get0_signature(signer), signature,
                                                  (int)signature_length) == 1;
    int encoded = good ? i2d_CMS_ContentInfo(document, &made) : 0;
    good = encoded > 0 && verifies(wish, made, (size_t)encoded);
    ERR_pop_to_mark();
    if (!good) {
        OPENSSL_free(made);
        return KAMUPIN_E_CRYPTO;
    }
    *der = made;
    *length = (size_t)encoded;
    return KAMUPIN_OK;
}
