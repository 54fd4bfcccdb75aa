/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   certread.c: reading certificates block by block, bounded by the DER header and by the EF's size.
   Read-only on the card. */
#include <card/certread.h>

#include <card/certclass.h>
#include <card/select.h>
#include <core/buffer.h>
#include <core/fail.h>

#include <openssl/evp.h>

#include <stdlib.h>
#include <string.h>

#define FIRST_FILE     0x2F10 /* where the row names none */
#define MISSES_MAX     3      /* in a row, answered 6A82 */
#define FILES_MAX      32     /* however they are answered */
#define SW_NOT_FOUND   0x6A82
#define SW_END_REACHED 0x6282 /* fewer bytes than asked for: all there are */

static bool gave_bytes(const kp_response *response)
{
    return (response->sw == KP_SW_OK || response->sw == SW_END_REACHED) && response->length > 0;
}

/* The whole length that a DER SEQUENCE's header states; 0 when it is none, or beyond the bound. */
static size_t der_length(const uint8_t *bytes, size_t length)
{
    size_t stated = 0, header = 2;
    if (length < 4 || bytes[0] != 0x30)
        return 0;
    stated = bytes[1];
    if (stated == 0x81 || stated == 0x82) {
        header = stated == 0x81 ? 3 : 4;
        stated = stated == 0x81 ? bytes[2] : (size_t)bytes[2] << 8 | bytes[3];
    } else if (stated >= 0x80) {
        return 0;
    }
    return header + stated <= KP_CERTIFICATE_SIZE_MAX ? header + stated : 0;
}

/* Reads the selected EF into `der`; leaves it empty when what is there is no certificate. `size` is
   what the FCP says, or KP_CERTIFICATE_SIZE_MAX when it says nothing. */
static kamupin_status read_der(kp_channel *channel, size_t size, kp_der *der, kamupin_error *error)
{
    kp_response response;
    kamupin_status status = kp_read_block(channel, 0, size, &response, error);
    if (status != KAMUPIN_OK || !gave_bytes(&response))
        return status;
    size_t length = der_length(response.data, response.length);
    if (length == 0 || length > size)
        return KAMUPIN_OK;
    uint8_t *data = malloc(length);
    if (data == NULL)
        return kp_fail_local(error, KAMUPIN_E_NO_MEMORY);
    size_t done = 0;
    for (;;) {
        size_t block = response.length < length - done ? response.length : length - done;
        memcpy(data + done, response.data, block);
        done += block;
        if (done == length)
            break;
        status = kp_read_block(channel, done, length - done, &response, error);
        if (status != KAMUPIN_OK || !gave_bytes(&response))
            break;
    }
    if (done == length && kp_certificate_classify(data, length) != KP_CERTIFICATE_BROKEN) {
        der->data = data;
        der->length = length;
    } else {
        free(data);
    }
    return status;
}

kamupin_status kp_certificates_read(kp_channel *channel, kp_identity *identity,
                                    kamupin_error *error)
{
    kamupin_status status = KAMUPIN_OK;
    const uint16_t first = identity->profile->first_certificate;
    int misses = 0;
    for (uint16_t i = 0; i < FILES_MAX && misses < MISSES_MAX; i++) {
        kp_response response;
        uint16_t file = (uint16_t)((first != 0 ? first : FIRST_FILE) + i);
        if (identity->certificate_count == KP_CERTIFICATES_MAX)
            break;
        status = kp_select_file(channel, identity->profile, file, &response, error);
        if (status != KAMUPIN_OK)
            break;
        misses = response.sw == SW_NOT_FOUND ? misses + 1 : 0;
        if (response.sw == SW_NOT_FOUND)
            continue;
        kp_der *der = &identity->certificates[identity->certificate_count];
        uint32_t size = KP_CERTIFICATE_SIZE_MAX;
        kp_fcp_number(&response, 0x80, &size);
        if (response.sw == KP_SW_OK && size > 0)
            status = read_der(channel, size, der, error);
        if (status != KAMUPIN_OK)
            break;
        if (der->data != NULL) {
            der->file = file;
            identity->certificate_count++;
        } else {
            kp_log(channel->context, KAMUPIN_LOG_WARNING, "card",
                   "%s: file %04X holds no certificate that can be read (SW %04X)", channel->reader,
                   file, response.sw);
        }
    }
    identity->info.certificates = identity->certificate_count;
    return status;
}

/* Whether the selected EF has the same bytes from `offset` on, as far as one block goes. */
static kamupin_status same_block(kp_channel *channel, const kp_der *der, size_t offset, bool *same,
                                 kamupin_error *error)
{
    kp_response response;
    const size_t block = kp_channel_block(channel);
    size_t length = der->length - offset < block ? der->length - offset : block;
    kamupin_status status = kp_read_block(channel, offset, length, &response, error);
    *same = status == KAMUPIN_OK && response.sw == KP_SW_OK && response.length == length &&
            memcmp(response.data, der->data + offset, length) == 0;
    return status;
}

kamupin_status kp_certificates_confirm(kp_channel *channel, const kp_identity *identity, bool *same,
                                       kamupin_error *error)
{
    const kp_der *der = &identity->certificates[0];
    kp_response response;
    *same = false;
    if (identity->certificate_count == 0)
        return KAMUPIN_OK;
    kamupin_status status =
        kp_select_file(channel, identity->profile, (uint16_t)der->file, &response, error);
    if (status == KAMUPIN_OK && response.sw == KP_SW_OK)
        status = same_block(channel, der, 0, same, error);
    const size_t block = kp_channel_block(channel);
    if (status == KAMUPIN_OK && *same && der->length > block)
        status = same_block(channel, der, der->length - block, same, error);
    return status;
}

kamupin_status kp_certificates_name(const kp_identity *identity, char *name, kamupin_error *error)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool done = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
    for (size_t i = 0; done && i < identity->certificate_count; i++)
        done = EVP_DigestUpdate(hash, identity->certificates[i].data,
                                identity->certificates[i].length) == 1;
    done = done && EVP_DigestFinal_ex(hash, digest, &length) == 1;
    EVP_MD_CTX_free(hash);
    if (!done)
        return kp_fail(error, KAMUPIN_E_CRYPTO, KAMUPIN_FROM_LOCAL, "SHA-256");
    memcpy(name, "certs:", 6);
    kp_hex(digest, length, false, name + 6);
    return KAMUPIN_OK;
}

void kp_certificates_get_ready(void)
{
    EVP_MD_free(EVP_MD_fetch(NULL, "SHA256", NULL));
}
