/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   profile_commands.c: values of a profile file that say which commands may be sent and how, beyond
   a plain form: the ones that may stand only as known, the one with a PUK, what is signed, what a
   service may relay, what goes protected. Pure: text in, members of the row out. */
#include <card/channel.h>
#include <card/profile_rows.h>
#include <card/relay.h>

#include <stdio.h>
#include <string.h>

const char *const kp_session_words[] = {"none", "3des", "aes", NULL};
static const char *const protected_words[] = {"verify", "change", "reset"};
static const char *const inputs[] = {"none", "digest-info", "block", "hash", NULL};

/* Sent without data and without asking anybody: only what is known to spend nothing. */
kp_problem kp_read_question(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    if (problem == KP_PROBLEM_NONE && row->tries_question.proof != KP_KNOWN)
        return KP_PROBLEM_NOT_KNOWN;
    return problem;
}

/* AKİS' own 1A of a proprietary class, or VERIFY with P1 FF (ISO/IEC 7816-4, 11.6.6: the
   verification status is set back), which may stand only as known, as it has no data. */
kp_problem kp_read_logout(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    const kp_form *form = &row->logout_command;
    if (problem != KP_PROBLEM_NONE || form->proof == KP_UNKNOWN)
        return problem;
    if (form->ins == 0x20 && form->p1 == 0xFF) {
        const kp_command command = {.ins = form->ins, .p1 = form->p1, .p2 = form->p2};
        if (kp_names_a_puk(&command)) /* on a card without P1 FF it could cost one of its tries */
            return KP_PROBLEM_NEVER_SENT;
        return form->proof == KP_KNOWN ? KP_PROBLEM_NONE : KP_PROBLEM_NOT_KNOWN;
    }
    return form->ins == 0x1A && form->cla >= 0x80 ? KP_PROBLEM_NONE : KP_PROBLEM_WRONG_INSTRUCTION;
}

/* The one form that carries a PUK; nothing sends it but with a PUK that a service sealed. */
kp_problem kp_read_reset_with_puk(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_problem problem = kp_read_form(key, value, row);
    const kp_form *form = &row->reset_with_puk;
    if (problem != KP_PROBLEM_NONE || form->proof == KP_UNKNOWN)
        return problem;
    if (form->ins != 0x2C)
        return KP_PROBLEM_WRONG_INSTRUCTION;
    return kp_sealed_form(form) ? KP_PROBLEM_NONE : KP_PROBLEM_NEVER_SENT;
}

/* "digest-info candidate": what goes into the signature command, and how sure that is. */
kp_problem kp_read_sign_input(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_sign_form form = {KP_INPUT_NONE, KP_UNKNOWN};
    char word[16];
    if (strcmp(value, "unknown") != 0) {
        int input = 0;
        if (!kp_value_word(&value, word, sizeof word))
            return KP_PROBLEM_BAD_WORD;
        while (inputs[input] != NULL && strcmp(inputs[input], word) != 0)
            input++;
        if (input == 0 || inputs[input] == NULL || !kp_value_proof(value, &form.proof) ||
            form.proof == KP_UNKNOWN)
            return KP_PROBLEM_BAD_WORD;
        form.input = (kp_sign_input)input;
    }
    memcpy((unsigned char *)row + key->offset, &form, sizeof form);
    return KP_PROBLEM_NONE;
}

/* "candidate 00840000 free 00820084 costs": what a service may relay, and how sure that is. */
kp_problem kp_read_relay(const kp_profile_key *key, const char *value, kp_profile *row)
{
    kp_relay_rule rules[KP_RELAY_RULES_MAX] = {{0}};
    uint8_t bytes[4];
    char word[12];
    kp_proof proof = KP_UNKNOWN;
    size_t count = 0, length = 0;
    (void)key;
    if (!kp_value_word(&value, word, sizeof word) || !kp_value_proof(word, &proof))
        return KP_PROBLEM_BAD_WORD;
    for (; kp_value_word(&value, word, sizeof word); count++) {
        if (count == KP_RELAY_RULES_MAX || !kp_value_bytes(word, bytes, sizeof bytes, &length) ||
            length != sizeof bytes || !kp_value_word(&value, word, sizeof word) ||
            (strcmp(word, "free") != 0 && strcmp(word, "costs") != 0))
            return KP_PROBLEM_BAD_WORD;
        rules[count] =
            (kp_relay_rule){bytes[0], bytes[1], bytes[2], bytes[3], strcmp(word, "costs") == 0};
        if (!kp_relay_may_be(&rules[count]))
            return KP_PROBLEM_NEVER_SENT;
        if (rules[count].ins == 0x82 && !rules[count].costs) /* its key's counter shows nowhere */
            return KP_PROBLEM_MAY_COST;
    }
    if (*value != '\0' || (count == 0) != (proof == KP_UNKNOWN))
        return KP_PROBLEM_BAD_WORD;
    memcpy(row->relay, rules, sizeof rules);
    row->relay_rules = count;
    row->relay_proof = proof;
    return KP_PROBLEM_NONE;
}

/* "verify change reset", or "none". */
kp_problem kp_read_protected(const kp_profile_key *key, const char *value, kp_profile *row)
{
    unsigned int bits = 0;
    char word[8];
    (void)key;
    if (strcmp(value, "none") == 0) {
        row->protected_commands = 0;
        return KP_PROBLEM_NONE;
    }
    while (kp_value_word(&value, word, sizeof word)) {
        unsigned int bit = 0;
        while (bit < 3 && strcmp(protected_words[bit], word) != 0)
            bit++;
        if (bit == 3 || (bits & 1U << bit) != 0)
            return KP_PROBLEM_BAD_WORD;
        bits |= 1U << bit;
    }
    row->protected_commands = (uint8_t)bits;
    return *value == '\0' ? KP_PROBLEM_NONE : KP_PROBLEM_BAD_WORD;
}

const char *kp_protected_words(const kp_profile *row, char room[KP_PROTECTED_WORDS_MAX])
{
    room[0] = '\0';
    for (unsigned int bit = 0; bit < 3; bit++)
        if ((row->protected_commands & 1U << bit) != 0)
            snprintf(room + strlen(room), KP_PROTECTED_WORDS_MAX - strlen(room), "%s%s",
                     room[0] == '\0' ? "" : " ", protected_words[bit]);
    return room[0] == '\0' ? "none" : room;
}
