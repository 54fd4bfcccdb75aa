// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The file tree: finding, entering, describing, reading. Touches the session, never the state file.
#include "card.h"

#include <string.h>

bool vc_path_parse(const uint8_t *bytes, size_t len, struct vc_path *path)
{
    if (len >= 2 && bytes[0] == 0x3F && bytes[1] == 0x00) {
        bytes += 2;
        len -= 2;
    }
    if (len % 2 != 0 || len / 2 > VC_DEPTH)
        return false;
    path->depth = len / 2;
    for (size_t i = 0; i < path->depth; i++)
        path->id[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    return true;
}

bool vc_path_child(const struct vc_path *parent, uint16_t id, struct vc_path *child)
{
    if (parent->depth == VC_DEPTH)
        return false;
    *child = *parent;
    child->id[child->depth++] = id;
    return true;
}

static bool starts_with(const struct vc_path *path, const struct vc_path *prefix)
{
    return path->depth >= prefix->depth &&
           memcmp(path->id, prefix->id, prefix->depth * sizeof path->id[0]) == 0;
}

static bool same(const struct vc_path *a, const struct vc_path *b)
{
    return a->depth == b->depth && starts_with(a, b);
}

const struct vc_file *vc_file_find(const struct vc_card *card, const struct vc_path *path)
{
    for (size_t i = 0; i < card->state.file_count; i++)
        if (same(&card->state.files[i].path, path))
            return &card->state.files[i];
    return NULL;
}

bool vc_folder_exists(const struct vc_card *card, const struct vc_path *path)
{
    if (path->depth == 0)
        return true;
    if (path->depth == 1)
        for (const uint16_t *id = vc_personality(card)->folders; *id; id++)
            if (*id == path->id[0])
                return true;
    for (size_t i = 0; i < card->state.file_count; i++) {
        const struct vc_path *file = &card->state.files[i].path;
        if (file->depth > path->depth && starts_with(file, path))
            return true;
    }
    return false;
}

static size_t add_once(uint16_t *ids, bool *folders, size_t count, size_t room, uint16_t id,
                       bool folder)
{
    for (size_t i = 0; i < count; i++)
        if (ids[i] == id)
            return count;
    if (count == room)
        return count;
    ids[count] = id;
    folders[count] = folder;
    return count + 1;
}

// What lies directly in the current DF: IDS and whether each is a DF, at most ROOM of them.
size_t vc_folder_list(const struct vc_card *card, uint16_t *ids, bool *folders, size_t room)
{
    const struct vc_path *here = &card->session.folder;
    size_t count = 0;
    if (here->depth == 0)
        for (const uint16_t *id = vc_personality(card)->folders; *id; id++)
            count = add_once(ids, folders, count, room, *id, true);
    for (size_t i = 0; i < card->state.file_count; i++) {
        const struct vc_path *file = &card->state.files[i].path;
        if (file->depth > here->depth && starts_with(file, here))
            count = add_once(ids, folders, count, room, file->id[here->depth],
                             file->depth > here->depth + 1);
    }
    return count;
}

bool vc_in_application(const struct vc_card *card)
{
    return card->session.folder.depth > 0 && card->session.folder.id[0] == VC_APPLICATION;
}

// Entering a DF, be it the same one again, ends every right that was won in the one before.
void vc_enter_folder(struct vc_card *card, const struct vc_path *path)
{
    card->session.folder = *path;
    card->session.ef = NULL;
    card->session.pin_verified = false;
    card->session.puk_verified = false;
    card->session.authenticated = false;
    card->session.key = NULL;
}

void vc_enter_file(struct vc_card *card, const struct vc_file *file)
{
    struct vc_path folder = file->path;
    folder.depth--;
    if (!same(&folder, &card->session.folder))
        vc_enter_folder(card, &folder);
    card->session.ef = file;
}

void vc_put_tlv(struct vc_reply *reply, uint8_t tag, const void *value, size_t len)
{
    reply->data[reply->len++] = tag;
    reply->data[reply->len++] = (uint8_t)len;
    if (len > 0)
        memcpy(reply->data + reply->len, value, len);
    reply->len += len;
}

// Describes what is selected. SECURITY is the byte of tag 90 or -1 for a card without that tag.
void vc_fcp(const struct vc_card *card, uint8_t template_tag, bool with_name, int security,
            struct vc_reply *reply)
{
    const struct vc_path *folder = &card->session.folder;
    const struct vc_file *ef = card->session.ef;
    const struct vc_path *path = ef ? &ef->path : folder;
    uint16_t id = path->depth ? path->id[path->depth - 1] : UINT16_C(0x3F00);
    size_t size = ef ? ef->size : 0x0100;
    uint8_t size_bytes[] = {(uint8_t)(size >> 8), (uint8_t)size};
    uint8_t id_bytes[] = {(uint8_t)(id >> 8), (uint8_t)id};
    uint8_t descriptor = ef ? 0x01 : 0x38;
    uint8_t life = card->state.creation ? 0x01 : 0x05;
    uint8_t security_byte = (uint8_t)security;

    reply->len = 0;
    vc_put_tlv(reply, template_tag, NULL, 0);
    if (card->state.fcp_size && (ef || security >= 0))
        vc_put_tlv(reply, 0x80, size_bytes, sizeof size_bytes);
    vc_put_tlv(reply, 0x82, &descriptor, 1);
    vc_put_tlv(reply, 0x83, id_bytes, sizeof id_bytes);
    if (with_name && !ef && folder->depth == 1 && id == VC_APPLICATION)
        vc_put_tlv(reply, 0x84, "PKCS-15", 7);
    vc_put_tlv(reply, 0x8A, &life, 1);
    if (security >= 0)
        vc_put_tlv(reply, 0x90, &security_byte, 1);
    reply->data[1] = (uint8_t)(reply->len - 2);
}

uint16_t vc_read_binary(struct vc_card *card, const struct vc_apdu *apdu, struct vc_reply *reply)
{
    const struct vc_file *ef = card->session.ef;
    size_t offset = (size_t)apdu->p1 << 8 | apdu->p2;
    if (apdu->p1 & 0x80)
        return 0x6A81;
    if (apdu->lc > 0 || apdu->le == 0 || (apdu->le > card->state.limit && apdu->le != 256))
        return 0x6700;
    if (!ef)
        return 0x6986;
    if (offset > ef->size || (offset == ef->size && offset > 0))
        return 0x6B00;
    size_t left = ef->size - offset;
    size_t want = apdu->le == 256 ? card->state.limit : apdu->le;
    reply->len = left < want ? left : want;
    memcpy(reply->data, ef->data + offset, reply->len);
    return apdu->le != 256 && left < apdu->le ? 0x6282 : 0x9000;
}
