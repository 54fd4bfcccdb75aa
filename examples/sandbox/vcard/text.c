// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// What the virtual card says to people, in English and Turkish. Reads the environment's language,
// writes nothing.
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct sentence {
    const char *en;
    const char *tr;
};

static const struct sentence sentences[VC_TEXT_COUNT] = {
    [VC_TEXT_NONE] = {"", ""},
    [VC_TEXT_HELP] =
        {"Usage: kamupin-vcard --port PORT --state FILE [options]\n"
         "A virtual smart card for a PC/SC daemon with the vpcd driver. No real card is like "
         "it.\n\n"
         "  --port PORT        the port on which vpcd listens\n"
         "  --state FILE       everything about the card; read now, rewritten when it changes\n"
         "  --host ADDRESS     IPv4 address of vpcd (default 127.0.0.1)\n"
         "  --log FILE         append each APDU; PINs, PUKs and cryptograms masked\n"
         "  --unmask           do not mask them (test values only)\n"
         "  --control SOCKET   Unix socket for eject, insert, faults and status\n"
         "  --help             this text\n",
         "Kullanım: kamupin-vcard --port PORT --state DOSYA [seçenekler]\n"
         "vpcd sürücülü bir PC/SC hizmeti için sanal akıllı kart. Gerçek bir kart değildir.\n\n"
         "  --port PORT        vpcd'nin dinlediği bağlantı noktası\n"
         "  --state DOSYA      kartın her şeyi; şimdi okunur, değişince yeniden yazılır\n"
         "  --host ADRES       vpcd'nin IPv4 adresi (varsayılan 127.0.0.1)\n"
         "  --log DOSYA        her APDU eklenir; PIN, PUK ve kriptogramlar gizlenir\n"
         "  --unmask           gizleme (yalnızca deneme değerleriyle)\n"
         "  --control SOKET    çıkarma, takma, arıza ve durum için Unix soketi\n"
         "  --help             bu metin\n"},
    [VC_TEXT_OPTION] = {"wrong or incomplete options; see --help",
                        "seçenekler yanlış ya da eksik; --help ile bakın"},
    [VC_TEXT_PORT] = {"the port must be a number from 1 to 65535; give vpcd's port",
                      "bağlantı noktası 1 ile 65535 arasında olmalı; vpcd'ninkini verin"},
    [VC_TEXT_HOST] = {"the host must be an IPv4 address such as 127.0.0.1",
                      "adres 127.0.0.1 gibi bir IPv4 adresi olmalı"},
    [VC_TEXT_STATE_OPEN] =
        {"the state file cannot be read or written; check its path and rights",
         "durum dosyası okunamıyor ya da yazılamıyor; yolunu ve iznini denetleyin"},
    [VC_TEXT_STATE_SIZE] = {"the state file is too large; keep it under 4 MiB, 128 files in it",
                            "durum dosyası çok büyük; 4 MiB ve 128 kart dosyasını aşmayın"},
    [VC_TEXT_STATE_FIRST_LINE] = {"the first line must be 'kamupin-vcard 1'",
                                  "ilk satır 'kamupin-vcard 1' olmalı"},
    [VC_TEXT_STATE_KEY] = {"no such key; the README lists them",
                           "böyle bir anahtar yok; README'de listesi var"},
    [VC_TEXT_STATE_TWICE] = {"given twice; remove one of the lines",
                             "iki kez verilmiş; satırlardan birini silin"},
    [VC_TEXT_STATE_VALUE] =
        {"the value is out of range or malformed; the README says what it may be",
         "değer sınır dışı ya da bozuk; README olabileceklerini söyler"},
    [VC_TEXT_STATE_FILE] =
        {"a file line is 'file 3D00/2F10 HEX', at most 4 identifiers and 32767 bytes",
         "dosya satırı 'file 3D00/2F10 HEX' biçimindedir, en çok 4 kimlik ve "
         "32767 bayt"},
    [VC_TEXT_STATE_MISSING] = {"this key is required; add it", "bu anahtar zorunlu; ekleyin"},
    [VC_TEXT_STATE_COUNTER] = {"more tries left than the maximum; lower one or raise the other",
                               "kalan hak en çok haktan fazla; birini düzeltin"},
    [VC_TEXT_MEMORY] = {"out of memory; free some and start again",
                        "bellek yetmedi; yer açıp yeniden başlatın"},
    [VC_TEXT_LOG_OPEN] = {"the log cannot be opened; check its path and rights",
                          "günlük açılamıyor; yolunu ve iznini denetleyin"},
    [VC_TEXT_CONTROL_OPEN] = {"the control socket cannot be made; check its path (at most 107 "
                              "characters) and that no other card uses it",
                              "denetim soketi kurulamıyor; yolunu (en çok 107 karakter) ve başka "
                              "kartın kullanmadığını denetleyin"},
    [VC_TEXT_START] = {"the card cannot start; free memory and file descriptors, then try again",
                       "kart başlayamıyor; bellek ve dosya tanımlayıcı açıp yeniden deneyin"},
};

const char *vc_text(enum vc_text text)
{
    const char *language = getenv("LC_ALL");
    if (!language || !*language)
        language = getenv("LC_MESSAGES");
    if (!language || !*language)
        language = getenv("LANG");
    int turkish = language && strncmp(language, "tr", 2) == 0;
    return turkish ? sentences[text].tr : sentences[text].en;
}
