/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   Profile files, line by line: what a good one becomes, and of each bad line its number and its
   reason. No card. */
#include "provoke.h"

#include <card/profile_rows.h>
#include <core/context.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD "kamupin-profile 1\n"
#define ROW                                                                                        \
    "row = mine\nproduct = Mine\nhistorical = 01 .. 03 *\nrecognition = application\n"             \
    "application = mf\ncertificates = none\nname-by = atr\n"
#define ROW_LINES 8              /* with HEAD */
#define BOM       "\xEF\xBB\xBF" /* U+FEFF, which Windows' Notepad begins UTF-8 with */

typedef struct heard {
    unsigned int count, line;
    kp_problem problem;
    char word[64];
} heard;

static void hear(void *user, unsigned int line, kp_problem problem, const char *word)
{
    heard *it = user;
    if (it->count++ == 0) {
        it->line = line;
        it->problem = problem;
        snprintf(it->word, sizeof it->word, "%s", word);
    }
}

static kp_profile_rows *parse(const char *text, heard *it)
{
    const kp_problem_sink sink = {.user = it, .problem = hear};
    *it = (heard){0};
    return kp_profile_parse(text, strlen(text), &sink);
}

static void test_a_row_says_everything(void **state)
{
    heard it;
    (void)state;
    kp_profile_rows *rows = parse(
        "# first\r\n\n  kamupin-profile 1\n" ROW
        "select-answer = none\nfile-p1 = 00\nserial = 00 CA 01 06 known\n"
        "serial-bytes = 77 55 12\nverify = 00200081 candidate\nchange = 00 24 00 81 known\n"
        "reset-after-authentication = 00 2C 02 81 candidate\nchange-coding = length-prefixed\n"
        "counters = get-data-object\npin-object = 01\npuk-object = 02\nnot-set-sw = 6A88\n"
        "tries-max = 5\nchallenge = 00 84 00 00 known\nchallenge-length = 16\n"
        "external-authenticate = 00 82 00 84 candidate\npin-length = 4 8\n"
        "pin-padding = FF 8\nsign-key-in = p2\nsign-pss = block candidate\n"
        "protected = reset verify\nsecure-messaging = 3des\nlogout = "
        "command\nlogout-command = 80 1A 00 00 candidate\n"
        "row = other\nlike = akis-2\nproduct = Öteki",
        &it);
    assert_non_null(rows);
    assert_int_equal(it.count, 0);
    assert_int_equal(rows->count, 2);
    const kp_profile *row = &rows->rows[0];
    assert_string_equal(row->name, "mine");
    assert_int_equal(row->line, 4);
    assert_int_equal(row->historical.length, 3);
    assert_true(row->historical.open_end);
    assert_int_equal(row->historical.mask[1], 0);
    assert_int_equal(row->select_p2, 0x0C);
    assert_int_equal(row->serial_offset, 55);
    assert_int_equal(row->verify.p2, 0x81);
    assert_int_equal(row->change.proof, KP_KNOWN);
    assert_int_equal(row->change_coding, KP_CHANGE_LENGTH_PREFIXED);
    assert_int_equal(row->not_set_sw, 0x6A88);
    assert_int_equal(row->tries_max, 5);
    assert_int_equal(row->challenge_length, 16);
    assert_int_equal(row->external_authenticate.p2, 0x84);
    assert_int_equal(row->pin_pad, 0xFF);
    assert_int_equal(row->secure_messaging, KP_SM_3DES);
    assert_int_equal(row->protected_commands, KP_PROTECTED_VERIFY | KP_PROTECTED_RESET);
    assert_int_equal(row->pin_block, 8);
    assert_int_equal(row->logout, KP_LOGOUT_COMMAND);
    assert_true(row->sign_key_in_p2);
    assert_int_equal(row->sign_pss.input, KP_INPUT_BLOCK);
    assert_int_equal(row->sign_pss.proof, KP_CANDIDATE);
    const kp_profile *other = &rows->rows[1], *two = kp_profile_by_name("akis-2");
    assert_string_equal(other->name, "other");
    assert_string_equal(other->product, "Öteki");
    assert_int_equal(other->recognition, KP_RECOGNISE_KAMU_SM);
    assert_memory_equal(&other->verify, &two->verify, sizeof two->verify);
    free(rows);
}

/* One bad line behind a good row, and what is said of it. */
static const struct {
    const char *line;
    kp_problem problem;
    const char *word;
} bad_lines[] = {
    {"verify = known", KP_PROBLEM_PROOF_WITHOUT_FORM, "verify"},
    {"external-authenticate = candidate", KP_PROBLEM_PROOF_WITHOUT_FORM, "external-authenticate"},
    {"verify = 00 20 00 81 unknown", KP_PROBLEM_FORM_WITHOUT_PROOF, "verify"},
    {"verify = 00 20 00 81", KP_PROBLEM_BAD_FORM, "verify"},
    {"verify = 00 20 00 known", KP_PROBLEM_BAD_FORM, "verify"},
    {"verify = 00 20 00 81 00 known", KP_PROBLEM_BAD_FORM, "verify"},
    {"verify = 0x 20 00 81 known", KP_PROBLEM_BAD_FORM, "verify"},
    {"verify = 00 20 00 81 Known", KP_PROBLEM_BAD_FORM, "verify"},
    {"verify = 00 24 00 81 known", KP_PROBLEM_WRONG_INSTRUCTION, "verify"},
    {"verify = 00 20 00 82 known", KP_PROBLEM_NEVER_SENT, "verify"},
    {"verify = 00 20 00 00 known", KP_PROBLEM_NEVER_SENT, "verify"},
    {"change = 00 24 01 00 known", KP_PROBLEM_NEVER_SENT, "change"},
    {"reset-after-authentication = 00 2C 00 81 known", KP_PROBLEM_NEVER_SENT,
     "reset-after-authentication"},
    {"tries-question = 00 20 00 81 candidate", KP_PROBLEM_NOT_KNOWN, "tries-question"},
    {"tries-question = 00 20 00 82 known", KP_PROBLEM_NEVER_SENT, "tries-question"},
    {"logout-command = 80 10 00 00 known", KP_PROBLEM_WRONG_INSTRUCTION, "logout-command"},
    {"logout-command = 00 20 FF 80 candidate", KP_PROBLEM_NOT_KNOWN, "logout-command"},
    {"logout-command = 00 20 00 80 known", KP_PROBLEM_WRONG_INSTRUCTION, "logout-command"},
    {"logout-command = 00 20 FF 82 known", KP_PROBLEM_NEVER_SENT, "logout-command"},
    {"logout-command = 00 20 FF 00 known", KP_PROBLEM_NEVER_SENT, "logout-command"},
    {"serial = 00 20 00 80 known", KP_PROBLEM_WRONG_INSTRUCTION, "serial"},
    {"relay = candidate 00820084 free", KP_PROBLEM_MAY_COST, "relay"},
    {"relay = candidate 00840000 free 00C20000 free", KP_PROBLEM_NEVER_SENT, "relay"},
    {"relay = candidate 00840000", KP_PROBLEM_BAD_WORD, "relay"},
    {"product = Twice", KP_PROBLEM_TWICE, "product"},
    {"puk = 123456", KP_PROBLEM_UNKNOWN_KEY, "puk"},
    {"verify", KP_PROBLEM_NO_EQUALS, ""},
    {"verify =", KP_PROBLEM_NO_VALUE, "verify"},
    {"verify\t= unknown", KP_PROBLEM_NOT_TEXT, ""},
    {"change-coding = \xC3\x28", KP_PROBLEM_NOT_TEXT, ""},
    {"change-coding = \xED\xA0\x80", KP_PROBLEM_NOT_TEXT, ""},
    {"change-coding = pln", KP_PROBLEM_BAD_WORD, "change-coding"},
    {"select-answer = fcp", KP_PROBLEM_BAD_WORD, "select-answer"},
    {"secure-messaging = des", KP_PROBLEM_BAD_WORD, "secure-messaging"},
    {"protected = everything", KP_PROBLEM_BAD_WORD, "protected"},
    {"protected = verify verify", KP_PROBLEM_BAD_WORD, "protected"},
    {"protected = none verify", KP_PROBLEM_BAD_WORD, "protected"},
    {"file-p1 = 0201", KP_PROBLEM_BAD_BYTES, "file-p1"},
    {"file-p1 = 2", KP_PROBLEM_BAD_BYTES, "file-p1"},
    {"tries-max = 16", KP_PROBLEM_BAD_NUMBER, "tries-max"},
    {"tries-max = +3", KP_PROBLEM_BAD_NUMBER, "tries-max"},
    {"tries-max = 99999999999999999999", KP_PROBLEM_BAD_NUMBER, "tries-max"},
    {"challenge-length = 4", KP_PROBLEM_BAD_NUMBER, "challenge-length"},
    {"pin-length = 8 4", KP_PROBLEM_BAD_NUMBER, "pin-length"},
    {"pin-length = 4 17", KP_PROBLEM_BAD_NUMBER, "pin-length"},
    {"pin-length = 4 8 9", KP_PROBLEM_BAD_NUMBER, "pin-length"},
    {"pin-padding = FF", KP_PROBLEM_BAD_NUMBER, "pin-padding"},
    {"serial-bytes = 10 8 4", KP_PROBLEM_BAD_NUMBER, "serial-bytes"},
    {"not-set-sw = 6A", KP_PROBLEM_BAD_BYTES, "not-set-sw"},
    {"sign-pss = block", KP_PROBLEM_BAD_WORD, "sign-pss"},
    {"sign-pss = none known", KP_PROBLEM_BAD_WORD, "sign-pss"},
    {"sign-pss = block unknown", KP_PROBLEM_BAD_WORD, "sign-pss"},
    {"sign-ecdsa-answer = raw", KP_PROBLEM_BAD_WORD, "sign-ecdsa-answer"},
    {"sign = 00 20 9E 9A known", KP_PROBLEM_WRONG_INSTRUCTION, "sign"},
    {"like = akis-2", KP_PROBLEM_LIKE_LATE, "like"},
    {"row = akis-2", KP_PROBLEM_NAME_TAKEN, "akis-2"},
    {"row = mine", KP_PROBLEM_NAME_TAKEN, "mine"},
    {"row = Mine", KP_PROBLEM_BAD_NAME, ""},
    {"row = a123456789012345678901234567", KP_PROBLEM_BAD_NAME, ""},
    {"row = next", KP_PROBLEM_MISSING, "product"},
};

static void test_bad_lines_are_told_with_their_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_lines / sizeof bad_lines[0]; i++) {
        char text[1000];
        heard it;
        snprintf(text, sizeof text, HEAD ROW "%s\n# the end\n", bad_lines[i].line);
        assert_null(parse(text, &it));
        if (it.problem != bad_lines[i].problem || it.line != ROW_LINES + 1)
            fail_msg("%s: problem %d in line %u", bad_lines[i].line, (int)it.problem, it.line);
        assert_string_equal(it.word, bad_lines[i].word);
    }
}

/* Problems of a whole row have the line where it begins; those of a file its first or its last. */
static void test_bad_rows_and_files(void **state)
{
    static const struct {
        const char *text;
        kp_problem problem;
        unsigned int line;
        const char *word;
    } files[] = {
        {"", KP_PROBLEM_NO_VERSION, 1, ""},
        {"# nothing\n", KP_PROBLEM_NO_VERSION, 1, ""},
        {"row = mine\n", KP_PROBLEM_NO_VERSION, 1, ""},
        {"\nkamupin-profile 2\n" ROW, KP_PROBLEM_NO_VERSION, 2, ""},
        {"\n" BOM HEAD ROW, KP_PROBLEM_NO_VERSION, 2, ""}, /* at the very beginning alone */
        {BOM BOM HEAD ROW, KP_PROBLEM_NO_VERSION, 1, ""},
        {HEAD, KP_PROBLEM_NO_ROW, 1, ""},
        {HEAD "product = x\n" ROW, KP_PROBLEM_OUTSIDE_ROW, 2, "product"},
        {HEAD "row = mine\nlike = akis-9\n", KP_PROBLEM_NO_SUCH_ROW, 3, "akis-9"},
        {HEAD ROW "counters = get-data-object\n", KP_PROBLEM_DOES_NOT_FIT, 2, "counters"},
        {HEAD ROW "counters = verify-question\n", KP_PROBLEM_DOES_NOT_FIT, 2, "counters"},
        {HEAD ROW "logout = command\n", KP_PROBLEM_DOES_NOT_FIT, 2, "logout"},
        {HEAD ROW "protected = reset\n", KP_PROBLEM_DOES_NOT_FIT, 2, "protected"},
        {HEAD ROW "pin-length = 4 10\npin-padding = FF 8\n", KP_PROBLEM_DOES_NOT_FIT, 2,
         "pin-length"},
        {HEAD "row = mine\nlike = akis-2\npin-length = 4 8\n", KP_PROBLEM_DOES_NOT_FIT, 2,
         "pin-length"},
        {HEAD "row = mine\nlike = akis-2\nname-by = atr\n", KP_PROBLEM_DOES_NOT_FIT, 2, "name-by"},
        {HEAD "row = mine\nlike = akis-2\nrecognition = application\n", KP_PROBLEM_TOO_LAX, 2,
         "akis-2"},
        {HEAD "row = mine\nlike = akis-1.1\nrecognition = certificate\n", KP_PROBLEM_TOO_LAX, 2,
         "akis-1.1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        heard it;
        assert_null(parse(files[i].text, &it));
        if (it.problem != files[i].problem || it.line != files[i].line)
            fail_msg("file %zu: problem %d in line %u", i, (int)it.problem, it.line);
        assert_string_equal(it.word, files[i].word);
    }
}

static void test_a_mark_before_the_first_line_says_nothing(void **state)
{
    heard it;
    (void)state;
    kp_profile_rows *rows = parse(BOM HEAD ROW, &it);
    assert_non_null(rows);
    assert_int_equal(it.count, 0);
    assert_int_equal(rows->rows[0].line, 2);
    free(rows);
}

static void test_each_problem_has_its_sentences(void **state)
{
    char turkish[700], english[700];
    (void)state;
    for (int i = 1; i < KP_PROBLEM_COUNT; i++) {
        kp_problem_text((kp_problem)i, KAMUPIN_TURKISH, "a-key", turkish, sizeof turkish);
        kp_problem_text((kp_problem)i, KAMUPIN_ENGLISH, "a-key", english, sizeof english);
        assert_true(strlen(turkish) > 10 && strlen(english) > 10);
        assert_string_not_equal(turkish, english);
        assert_null(strstr(turkish, "{}"));
        assert_int_equal(strstr(turkish, "a-key") != NULL, strstr(english, "a-key") != NULL);
    }
}

static void test_bounds(void **state)
{
    static char text[70 * 1000];
    heard it;
    (void)state;
    snprintf(text, sizeof text, HEAD ROW "# %0401d\n", 0);
    assert_null(parse(text, &it));
    assert_int_equal(it.problem, KP_PROBLEM_LINE_TOO_LONG);
    assert_int_equal(it.line, ROW_LINES + 1);
    size_t length = (size_t)snprintf(text, sizeof text, HEAD);
    for (int i = 0; i < 33; i++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "row = r%d\nlike = akis-2\n", i);
    assert_null(parse(text, &it));
    assert_int_equal(it.problem, KP_PROBLEM_TOO_MANY_ROWS);
    assert_int_equal(it.line, 66);
    assert_int_equal(it.count, 1);
    /* a NUL in the middle ends no text */
    static const char with_nul[] = HEAD ROW "verify = unknown\0 known\n";
    const kp_problem_sink sink = {.user = &it, .problem = hear};
    it = (heard){0};
    assert_null(kp_profile_parse(with_nul, sizeof with_nul - 1, &sink));
    assert_int_equal(it.problem, KP_PROBLEM_NOT_TEXT);
}

/* ---- files on disk, by the public calls ---- */

static char path[] = "/tmp/kamupin-profile-XXXXXX";

static void write_file(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

typedef struct tally {
    unsigned int problems, rows, last_line;
    char text[640], session[8], guarded[32];
} tally;

static void count(void *user, const kamupin_profile_finding *finding)
{
    tally *it = user;
    it->problems += finding->problem;
    it->rows += !finding->problem;
    it->last_line = finding->line;
    snprintf(it->text, sizeof it->text, "%s", finding->text);
    snprintf(it->session, sizeof it->session, "%s", finding->secure_messaging);
    snprintf(it->guarded, sizeof it->guarded, "%s", finding->protected_commands);
}

static void test_files_that_cannot_be_read(void **state)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_PROFILE_FILE,
                    kamupin_profile_load(context, "/nowhere/at/all", &error));
    assert_int_equal(error.status, KAMUPIN_E_PROFILE_FILE);
    assert_int_equal(kamupin_profile_load(context, "/tmp", &error), KAMUPIN_E_PROFILE_FILE);
    write_file(HEAD ROW);
    assert_int_equal(chmod(path, 0606), 0);
    assert_int_equal(kamupin_profile_load(context, path, &error), KAMUPIN_E_PROFILE_FILE);
    assert_non_null(strstr(error.detail, "write"));
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(kamupin_profile_load(context, path, &error), KAMUPIN_OK);
    assert_int_equal(truncate(path, KP_PROFILE_FILE_MAX + 1), 0);
    assert_int_equal(kamupin_profile_check(path, KAMUPIN_ENGLISH, NULL, NULL, &error),
                     KAMUPIN_E_PROFILE_FILE);
    assert_int_equal(kamupin_profile_load(context, NULL, &error), KAMUPIN_E_INVALID_ARGUMENT);
    assert_int_equal(kamupin_profile_load(NULL, path, &error), KAMUPIN_E_INVALID_ARGUMENT);
    kamupin_context_free(&context);
}

static void test_check_tells_all_and_load_the_first(void **state)
{
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    tally it = {0};
    (void)state;
    write_file(HEAD ROW "verify = known\nnonsense\n");
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_provokes(KAMUPIN_E_PROFILE_MALFORMED, kamupin_profile_load(context, path, &error));
    assert_non_null(strstr(error.detail, "line 9"));
    assert_null(kp_profile_find(context, "mine"));
    assert_int_equal(kamupin_profile_check(path, KAMUPIN_TURKISH, count, &it, &error),
                     KAMUPIN_E_PROFILE_MALFORMED);
    assert_int_equal(it.problems, 2);
    assert_int_equal(it.last_line, 10);
    write_file(HEAD ROW "verify = 00 20 00 81 known\n");
    it = (tally){0};
    assert_int_equal(kamupin_profile_check(path, KAMUPIN_TURKISH, count, &it, &error), KAMUPIN_OK);
    assert_int_equal(it.rows, 1);
    assert_non_null(strstr(it.text, "verify known, change unknown"));
    assert_string_equal(it.session, "none");
    assert_string_equal(it.guarded, "none");
    write_file(HEAD ROW "secure-messaging = 3des\nprotected = reset verify\n");
    assert_int_equal(kamupin_profile_check(path, KAMUPIN_TURKISH, count, &it, &error), KAMUPIN_OK);
    assert_string_equal(it.session, "3des");
    assert_string_equal(it.guarded, "verify reset");
    write_file(HEAD ROW "secure-messaging = aes\nprotected = verify change reset\n");
    assert_int_equal(kamupin_profile_check(path, KAMUPIN_TURKISH, count, &it, &error), KAMUPIN_OK);
    assert_string_equal(it.session, "aes");
    assert_string_equal(it.guarded, "verify change reset");
    kamupin_context_free(&context);
}

static size_t bytes_of(const char *hex, uint8_t *out)
{
    size_t length = 0;
    unsigned int byte = 0;
    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        out[length++] = (uint8_t)byte;
    return length;
}

static const char *row_for(const kamupin_context *context, const char *atr)
{
    uint8_t bytes[40];
    const kp_profile *row = kp_profile_for_atr(context, bytes, bytes_of(atr, bytes));
    return row == NULL ? "none" : row->name;
}

/* A row that takes every card gets none of those that a built-in row knows, unless it recognises as
   strictly; of two files the last one is asked first. */
static void test_which_row_a_card_gets(void **state)
{
    static const char akis2[] = "3B9F978131FE4580655443D3228231C073F621808105D3";
    static const char atr[] = "3B951381018073FF01000B";
    kamupin_context *context = NULL;
    (void)state;
    assert_int_equal(kamupin_context_new(NULL, &context, NULL), KAMUPIN_OK);
    assert_string_equal(row_for(context, atr), "none");
    write_file(HEAD "row = all\nproduct = All\nhistorical = *\nrecognition = application\n"
                    "application = mf\ncertificates = none\nname-by = atr\n");
    assert_int_equal(kamupin_profile_load(context, path, NULL), KAMUPIN_OK);
    assert_string_equal(row_for(context, atr), "all");
    assert_string_equal(row_for(context, akis2), "akis-2");
    write_file(HEAD "row = desk\nlike = akis-2\nverify = 00 20 00 81 known\n");
    assert_int_equal(kamupin_profile_load(context, path, NULL), KAMUPIN_OK);
    assert_string_equal(row_for(context, akis2), "desk");
    assert_string_equal(row_for(NULL, akis2), "akis-2");
    assert_string_equal(row_for(context, atr), "all");
    assert_non_null(kp_profile_find(context, "all"));
    assert_non_null(kp_profile_find(context, "akis-1"));
    assert_null(kp_profile_find(context, "nobody"));
    kamupin_context_free(&context);
}

static int make_path(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_says_everything),
        cmocka_unit_test(test_bad_lines_are_told_with_their_number),
        cmocka_unit_test(test_bad_rows_and_files),
        cmocka_unit_test(test_a_mark_before_the_first_line_says_nothing),
        cmocka_unit_test(test_each_problem_has_its_sentences),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_files_that_cannot_be_read),
        cmocka_unit_test(test_check_tells_all_and_load_the_first),
        cmocka_unit_test(test_which_row_a_card_gets),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
