/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   lists.c: the lists that authorised persons sign, as the profile has them. What a person is shown
   and what the card signs come in two forms: they are compared here, before anybody sees either. */
#include <service/consent.h>

#include <core/fail.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_MIN        8
#define CONTENT_MIN   3
#define SHA256_LENGTH 32

static const char *const STATES[] = {"waiting", "signed", "withdrawn", NULL};

static void read_info(kp_fields fields, kamupin_authorised_info *info)
{
    const kamupin_authorised_info empty = KAMUPIN_AUTHORISED_INFO_INIT;

    *info = empty;
    kp_json_id(fields, "list_id", info->list_id, ID_MIN, sizeof info->list_id);
    kp_call_organisation(kp_json_object(fields, "on_behalf_of"), &info->on_behalf_of);
    kp_call_title(fields, info->title_tr, info->title_en);
    info->entries = (unsigned int)kp_json_int(fields, "entries", 1, KP_ROWS_OF_LIST_MAX);
    info->state =
        (kamupin_list_state)(KAMUPIN_LIST_WAITING + kp_json_word(fields, "state", STATES));
    info->made_at = kp_call_moment(fields, "made_at");
    info->signed_at = kp_call_moment_or_none(fields, "signed_at");
}

/* ---- all of them ---- */

typedef struct all_lists {
    kamupin_authorised_info *infos;
    size_t count;
} all_lists;

static void read_all(kp_answer *answer, void *into)
{
    all_lists *all = into;

    all->count = kp_json_array(answer->fields, "lists", KP_LISTS_MAX);
    for (size_t i = 0; i < all->count; i++)
        read_info(kp_json_entry(answer->fields, "lists", i), &all->infos[i]);
}

kamupin_status kp_list_all(kamupin_session *session, kamupin_authorised_info *infos, size_t *count,
                           kamupin_error *error)
{
    all_lists all = {infos, 0};

    kamupin_status status =
        kp_session_call(session, "/authorised/lists", NULL, read_all, &all, error);
    *count = status == KAMUPIN_OK ? all.count : 0;
    return status;
}

/* ---- one ---- */

void kp_list_drop(kp_list *list)
{
    free(list->rows);
    list->rows = NULL;
    kp_buffer_wipe(&list->content);
}

/* What a row says is signed: hidden characters are not left out as they are elsewhere. */
static void read_row(kp_fields fields, kamupin_authorised_row *row)
{
    const kamupin_authorised_row empty = KAMUPIN_AUTHORISED_ROW_INIT;

    *row = empty;
    kp_json_id(fields, "application_id", row->application_id, ID_MIN, sizeof row->application_id);
    kp_json_text(fields, "name", row->name, sizeof row->name);
    kp_json_text(fields, "identity", row->identity, sizeof row->identity);
    row->product = kp_call_product(fields);
    row->reason = kp_call_application_reason(fields);
}

static void read_rows(kp_answer *answer, kp_list *list)
{
    const size_t count = kp_json_array(answer->fields, "rows", KP_ROWS_OF_LIST_MAX);

    if (count != list->info.entries) {
        kp_json_refuse(answer->fields, "rows");
        return;
    }
    list->rows = calloc(count, sizeof *list->rows);
    if (list->rows == NULL) {
        answer->status = kp_fail_local(answer->error, KAMUPIN_E_NO_MEMORY);
        return;
    }
    for (size_t i = 0; i < count; i++)
        read_row(kp_json_entry(answer->fields, "rows", i), &list->rows[i]);
}

/* Whether the content is what its SHA-256 says. */
static bool is_whole(kp_fields fields, const kp_buffer *content)
{
    unsigned char digest[SHA256_LENGTH];
    char told[2 * SHA256_LENGTH + 1], made[2 * SHA256_LENGTH + 1];

    kp_json_text(fields, "sha256", told, sizeof told);
    if (EVP_Digest(content->data, content->length, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    kp_hex(digest, sizeof digest, false, made);
    return strcmp(told, made) == 0;
}

/* Whether the content says what the rows say, and nothing else of the list than what is shown of it. What
 * more is in it is the service's own. */
static bool is_the_same(kp_fields fields, const kp_buffer *content)
{
    static const char *const shown[] = {"on_behalf_of", "title", "entries", "made_at"};
    json_t *root = NULL;

    if (kp_json_parse(content, &root, NULL) != KAMUPIN_OK)
        return false;
    const kp_fields inside = {root, fields.wrong};
    bool same = kp_json_same(fields, inside, "list_id") && kp_json_same(fields, inside, "rows");
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        same = same && (!kp_json_has(inside, shown[i]) || kp_json_same(fields, inside, shown[i]));
    kp_json_free(root);
    return same;
}

typedef struct one_list {
    const char *asked;
    kp_list *list;
} one_list;

static void read_details(kp_answer *answer, void *into)
{
    const one_list *one = into;
    kp_list *list = one->list;

    kp_list_drop(list);
    read_info(answer->fields, &list->info);
    if (strcmp(list->info.list_id, one->asked) != 0)
        kp_json_refuse(answer->fields, "list_id");
    read_rows(answer, list);
    if (answer->status == KAMUPIN_OK)
        answer->status = kp_json_blob(answer->fields, "content", CONTENT_MIN, KP_CONTENT_MAX,
                                      &list->content, answer->error);
    if (answer->status != KAMUPIN_OK)
        return;
    if (!is_whole(answer->fields, &list->content))
        kp_json_refuse(answer->fields, "sha256");
    if (!is_the_same(answer->fields, &list->content))
        kp_json_refuse(answer->fields, "content");
}

kamupin_status kp_list_look(kamupin_session *session, const char *list_id, kp_list *list,
                            kamupin_error *error)
{
    one_list one = {list_id, list};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/authorised/lists/%s", list_id);
    kamupin_status status = kp_session_call(session, path, NULL, read_details, &one, error);
    if (status != KAMUPIN_OK)
        kp_list_drop(list);
    return status;
}

typedef struct signing {
    const char *asked;
    kamupin_authorised_info *info;
} signing;

static void read_signed(kp_answer *answer, void *into)
{
    const signing *asked = into;

    read_info(answer->fields, asked->info);
    if (strcmp(asked->info->list_id, asked->asked) != 0)
        kp_json_refuse(answer->fields, "list_id");
    if (asked->info->state != KAMUPIN_LIST_SIGNED)
        kp_json_refuse(answer->fields, "state");
}

kamupin_status kp_list_submit(kamupin_session *session, const char *list_id,
                              const unsigned char *der, size_t length,
                              kamupin_authorised_info *info, kamupin_error *error)
{
    kp_buffer body = KP_BUFFER_INIT(KP_HTTP_BODY_MAX);
    signing asked = {list_id, info};
    char path[KP_PATH_MAX];

    snprintf(path, sizeof path, "/authorised/lists/%s/sign", list_id);
    kp_put_signature(&body, der, length);
    return kp_session_call(session, path, &body, read_signed, &asked, error);
}
