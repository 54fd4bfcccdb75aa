// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The state file of the virtual card: what it accepts, what it complains of and where, and that
// writing it loses nothing and leaves a complete file at any time.
#include "vcard_fixture.h"

#include <sys/stat.h>

#define HEAD "kamupin-vcard 1\n"
#define BASE HEAD "personality akis2\natr 3B00\n"

static bool parse(const char *text, size_t len, struct vc_state *state, struct vc_problem *problem)
{
    char copy[1024];
    assert_true(len < sizeof copy);
    memcpy(copy, text, len);
    FILE *stream = len > 0 ? fmemopen(copy, len, "r") : fopen("/dev/null", "r");
    assert_non_null(stream);
    memset(problem, 0, sizeof *problem);
    bool good = vc_state_parse(state, stream, problem);
    fclose(stream);
    return good;
}

static void complains_with_the_line(void **unused)
{
    static const struct {
        const char *text;
        enum vc_text complaint;
        unsigned line;
        const char *key;
    } cases[] = {
        {"", VC_TEXT_STATE_FIRST_LINE, 0, ""},
        {"kamupin-vcard 2\n", VC_TEXT_STATE_FIRST_LINE, 1, ""},
        {"personality akis2\n", VC_TEXT_STATE_FIRST_LINE, 1, ""},
        {BASE "pin.vale 31323334\n", VC_TEXT_STATE_KEY, 4, "pin.vale"},
        {BASE "pin.value\n", VC_TEXT_STATE_KEY, 4, "pin.value"},
        {BASE "# note\n\npin.value 313\n", VC_TEXT_STATE_VALUE, 6, "pin.value"},
        {BASE "pin.value 313233\n", VC_TEXT_STATE_VALUE, 4, "pin.value"},
        {BASE "pin.value  31323334\n", VC_TEXT_STATE_VALUE, 4, "pin.value"},
        {BASE "pin.value 31323334 \n", VC_TEXT_STATE_VALUE, 4, "pin.value"},
        {BASE "pin.value 3132333435363738393031323334353637\n", VC_TEXT_STATE_VALUE, 4,
         "pin.value"},
        {BASE "pin.tries 16\n", VC_TEXT_STATE_VALUE, 4, "pin.tries"},
        {BASE "pin.tries -1\n", VC_TEXT_STATE_VALUE, 4, "pin.tries"},
        {BASE "pin.max 0\n", VC_TEXT_STATE_VALUE, 4, "pin.max"},
        {BASE "pin.tries 4\n", VC_TEXT_STATE_COUNTER, 0, "pin.tries"},
        {BASE "atr 3B00\n", VC_TEXT_STATE_TWICE, 4, "atr"},
        {BASE "auth.key 00\n", VC_TEXT_STATE_VALUE, 4, "auth.key"},
        {BASE "auth.reference 083\n", VC_TEXT_STATE_VALUE, 4, "auth.reference"},
        {BASE "answer.3d10 1234\n", VC_TEXT_STATE_VALUE, 4, "answer.3d10"},
        {BASE "strict yes\n", VC_TEXT_STATE_VALUE, 4, "strict"},
        {BASE "limit 256\n", VC_TEXT_STATE_VALUE, 4, "limit"},
        {BASE "file 3D00/2F10\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 3D00/2F10 \n", VC_TEXT_NONE, 0, ""},
        {BASE "file 3D00//2F10 00\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 3D00/2F1 00\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file /3D00/2F10 00\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 3F00/2F00 00\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 3D00/2F10 0G\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 1000/2000/3000/4000/5000 00\n", VC_TEXT_STATE_FILE, 4, "file"},
        {BASE "file 3D00/2F10 00\nfile 3d00/2f10 01\n", VC_TEXT_STATE_TWICE, 5, "file"},
        {HEAD "atr 3B00\n", VC_TEXT_STATE_MISSING, 0, "personality"},
        {HEAD "personality akis3\n", VC_TEXT_STATE_VALUE, 2, "personality"},
        {HEAD "personality akis2\n", VC_TEXT_STATE_MISSING, 0, "atr"},
        {HEAD "personality akis1\natr 3B00\n", VC_TEXT_STATE_MISSING, 0, "serial"},
        {HEAD "personality akis1\natr 3B00\nserial 0102\n", VC_TEXT_STATE_VALUE, 0, "serial"},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vc_state state;
        struct vc_problem problem;
        bool good = parse(cases[i].text, strlen(cases[i].text), &state, &problem);
        print_message("case %zu\n", i);
        assert_int_equal(good, cases[i].complaint == VC_TEXT_NONE);
        assert_int_equal(problem.text, cases[i].complaint);
        assert_int_equal(problem.line, cases[i].line);
        assert_string_equal(problem.key, cases[i].key);
        vc_state_clear(&state);
    }
}

static void a_nul_is_no_text(void **unused)
{
    static const char text[] = BASE "pin.value 31323334\0\n";
    struct vc_state state;
    struct vc_problem problem;
    (void)unused;
    assert_false(parse(text, sizeof text - 1, &state, &problem));
    assert_int_equal(problem.line, 4);
    vc_state_clear(&state);
}

static void what_is_not_said_has_a_value(void **unused)
{
    struct vc_state state;
    struct vc_problem problem;
    (void)unused;
    assert_true(parse(BASE, strlen(BASE), &state, &problem));
    assert_int_equal(state.pin.value.len, 0);
    assert_int_equal(state.pin.counter.tries, 3);
    assert_int_equal(state.puk_uses, VC_ABSENT);
    assert_int_equal(state.auth_reference, 0x83);
    assert_int_equal(state.auth.tries, 3);
    assert_int_equal(state.limit, 244);
    assert_int_equal(state.strict, 1);
    assert_int_equal(state.creation, 0);
    vc_state_clear(&state);
}

static char *slurp(const char *path)
{
    char *text = calloc(1, 4096);
    FILE *stream = fopen(path, "r");
    assert_non_null(text);
    assert_non_null(stream);
    assert_true(fread(text, 1, 4095, stream) > 0);
    fclose(stream);
    return text;
}

static void writing_loses_nothing(void **unused)
{
    static const char text[] =
        HEAD "personality akis1\natr " AKIS1_ATR "\nserial 0102030405060708090A0B0C\n"
             "life-cycle creation\npin.value 313233343536\npin.tries 1\npin.max 5\n"
             "puk.value 3837363534333231\npuk.tries 2\npuk.max 3\npuk.uses 7\nauth.reference 84\n"
             "auth.key 603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4\n"
             "auth.tries 9\nauth.max 10\nsm.reference 85\n"
             "sm.enc AB94FDECF2674FDFB9B391F85D7F76F2\nsm.mac 7962D9ECE03D1ACD4C76089DCE131543\n"
             "strict off\nlimit 128\nfcp.size off\nreply 61xx on\n"
             "reply 6cxx on\nwait 40\nanswer.3d10 6982\nfile 2F00 \nfile 3D00/2F10 300102\n"
             "file 3D10/3D20/2F1A FF\n";
    struct stat about;
    (void)unused;
    struct fixture *f = fixture_new(text);
    assert_true(vc_state_save(&f->card.state, f->path));
    char *back = slurp(f->path);
    assert_string_equal(back, text);
    free(back);
    assert_int_equal(stat(f->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600); // it holds a PIN, a PUK and a key
    fixture_free(f);
}

static void a_file_that_cannot_be_written_is_left_as_it_was(void **unused)
{
    char fresh[64];
    (void)unused;
    struct fixture *f = fixture_new(AKIS2_STATE);
    snprintf(fresh, sizeof fresh, "%s.new", f->path);
    assert_int_equal(mkdir(fresh, 0700), 0); // in the way of the new file, even for root
    f->card.state.pin.counter.tries = 1;
    assert_false(vc_state_save(&f->card.state, f->path));
    char *back = slurp(f->path);
    assert_string_equal(back, AKIS2_STATE);
    free(back);
    assert_int_equal(rmdir(fresh), 0);
    fixture_free(f);
}

static void a_missing_file_is_said(void **unused)
{
    struct vc_state state;
    struct vc_problem problem;
    (void)unused;
    assert_false(vc_state_load(&state, "/nonexistent/state", &problem));
    assert_int_equal(problem.text, VC_TEXT_STATE_OPEN);
    assert_false(vc_state_load(&state, "/tmp", &problem));
    assert_int_equal(problem.text, VC_TEXT_STATE_OPEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complains_with_the_line),
        cmocka_unit_test(a_nul_is_no_text),
        cmocka_unit_test(what_is_not_said_has_a_value),
        cmocka_unit_test(writing_loses_nothing),
        cmocka_unit_test(a_file_that_cannot_be_written_is_left_as_it_was),
        cmocka_unit_test(a_missing_file_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
