/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   What stands in a document beside its signature, and that nothing is given out that does not
   verify. The signature is OpenSSL's with the private key, where a card has its own. */
#include "test_certificate.h"

#include <cert/cmsdocument.h>

#include <openssl/err.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char text[] = "onaylıyorum";

typedef struct fixture {
    EVP_PKEY *key;
    X509 *signer, *sub, *root;
    kp_cms_wish wish;
} fixture;

static X509 *certificate_of(const char *name, EVP_PKEY *key)
{
    unsigned char der[KP_TEST_CERTIFICATE_MAX];
    const unsigned char *next = der;
    size_t length = 0;
    kp_test_certificate wanted = kp_test_signature;
    wanted.name = name;
    wanted.key = key;
    kp_test_certificate_make(&wanted, der, &length);
    X509 *made = d2i_X509(NULL, &next, (long)length);
    assert_non_null(made);
    return made;
}

static int setup(void **state)
{
    static fixture f;
    f.key = EVP_EC_gen("P-256");
    f.signer = certificate_of("Deneme Kişi", f.key);
    f.sub = certificate_of("Alt", f.key);
    f.root = certificate_of("Kök", f.key);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    X509_free(f->signer);
    X509_free(f->sub);
    X509_free(f->root);
    EVP_PKEY_free(f->key);
    return 0;
}

static kp_cms_wish wish_of(const fixture *f)
{
    return (kp_cms_wish){.content = text,
                         .length = sizeof text - 1,
                         .hash = KAMUPIN_SHA256,
                         .signer = f->signer,
                         .now = 1780000000};
}

/* Signs the hash with the key; the document as it was given out, NULL when it was not. */
static CMS_ContentInfo *make(const fixture *f, const kp_cms_wish *wish, bool spoil)
{
    unsigned char digest[KAMUPIN_DIGEST_MAX], signature[100], *der = NULL;
    size_t digest_length = 0, length = sizeof signature, made = 0;
    CMS_ContentInfo *document = NULL, *read = NULL;
    assert_int_equal(kp_cms_begin(wish, &document, digest, &digest_length), KAMUPIN_OK);
    assert_int_equal(digest_length, 32);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(f->key, NULL);
    assert_int_equal(EVP_PKEY_sign_init(context), 1);
    digest[0] ^= spoil ? 1 : 0;
    assert_int_equal(EVP_PKEY_sign(context, signature, &length, digest, digest_length), 1);
    EVP_PKEY_CTX_free(context);
    kamupin_status status = kp_cms_finish(wish, document, signature, length, &der, &made);
    assert_int_equal(status, spoil ? KAMUPIN_E_CRYPTO : KAMUPIN_OK);
    assert_int_equal(der != NULL, !spoil);
    const unsigned char *next = der;
    if (der != NULL) {
        read = d2i_CMS_ContentInfo(NULL, &next, (long)made);
        assert_ptr_equal(next, der + made);
    }
    OPENSSL_free(der);
    CMS_ContentInfo_free(document);
    return read;
}

static void test_nothing_is_given_out_that_does_not_verify(void **state)
{
    kp_cms_wish wish = wish_of(*state);
    for (int detached = 0; detached < 2; detached++) {
        wish.detached = detached == 1;
        CMS_ContentInfo *made = make(*state, &wish, false);
        assert_non_null(made);
        CMS_ContentInfo_free(made);
        assert_null(make(*state, &wish, true));
    }
}

static void test_each_certificate_is_inside_once(void **state)
{
    const fixture *f = *state;
    X509 *given[] = {f->sub, f->signer, f->root, f->sub};
    kp_cms_wish wish = wish_of(f);
    wish.beside = sk_X509_new_null();
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        assert_true(sk_X509_push(wish.beside, given[i]) > 0);
    CMS_ContentInfo *made = make(f, &wish, false);
    STACK_OF(X509) *inside = CMS_get1_certs(made);
    assert_int_equal(sk_X509_num(inside), 3);
    for (size_t i = 0; i < 3; i++) {
        int found = 0;
        for (int k = 0; k < 3; k++)
            found += X509_cmp(sk_X509_value(inside, k), given[i]) == 0;
        assert_int_equal(found, 1);
    }
    sk_X509_pop_free(inside, X509_free);
    sk_X509_free(wish.beside);
    CMS_ContentInfo_free(made);
}

/* An application's own words in OpenSSL's queue stay, and none are added. */
static void test_the_queue_of_errors_is_as_it_was(void **state)
{
    kp_cms_wish wish = wish_of(*state);
    ERR_clear_error();
    assert_null(make(*state, &wish, true));
    assert_int_equal(ERR_peek_error(), 0);
    ERR_raise(ERR_LIB_USER, 77);
    assert_null(make(*state, &wish, true));
    assert_int_equal(ERR_GET_REASON(ERR_get_error()), 77);
    assert_int_equal(ERR_peek_error(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_given_out_that_does_not_verify),
        cmocka_unit_test(test_each_certificate_is_inside_once),
        cmocka_unit_test(test_the_queue_of_errors_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
