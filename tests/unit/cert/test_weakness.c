/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Which signature algorithms are weak by their hash, where no certificate says it. */
#include <cert/certificate.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* AlgorithmIdentifiers as they stand in signatures. */
static void test_a_weak_hash_is_known_by_its_algorithm(void **state)
{
    static const struct {
        const char *der;
        size_t length;
        bool weak;
    } rows[] = {
        {"\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B\x05\x00", 15,
         false}, /* SHA-256, RSA */
        {"\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x05\x05\x00", 15, true}, /* SHA-1, RSA */
        {"\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x04\x05\x00", 15, true}, /* MD5, RSA */
        {"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02", 12, false}, /* SHA-256, ECDSA */
        {"\x30\x09\x06\x07\x2A\x86\x48\xCE\x3D\x04\x01", 11, true},      /* SHA-1, ECDSA */
        {"\x30\x05\x06\x03\x2B\x65\x70", 7, false},                      /* Ed25519 */
        {"\x30\x0D\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A\x30\x00", 15,
         true}, /* PSS, nothing said */
        {"\x30\x1E\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0A\x30\x11\xA0\x0F\x30\x0D\x06\x09\x60"
         "\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00",
         32, false},                    /* PSS over SHA-256 */
        {"\x30\x03\x06\x01", 4, false}, /* none */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(kp_weak_algorithm_der((const unsigned char *)rows[i].der, rows[i].length),
                         rows[i].weak);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_weak_hash_is_known_by_its_algorithm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
