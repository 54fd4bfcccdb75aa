/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   client.c: what a C program does to unblock a card in steps, with its events. Driven by
   tests/integration/test_bindings.py inside the sandbox, line by line; tests/bindings/client.py and
   Client.java speak the same lines and take the same steps. */
#include <kamupin/kamupin.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void show(void *user, const kamupin_event *event)
{
    (void)user;
    printf("event\t%d\t%d\t%d\t%s\n", (int)event->kind, (int)event->phase, event->seconds_left,
           event->card_id);
    fflush(stdout);
}

/* One line of standard input. */
static kamupin_status read_secret(kamupin_context *context, kamupin_secret_kind kind,
                                  kamupin_secret **secret, kamupin_error *error)
{
    char key = '\0';
    kamupin_status status = kamupin_secret_new(context, kind, secret, error);

    while (status == KAMUPIN_OK && read(STDIN_FILENO, &key, 1) == 1 && key != '\n')
        status = kamupin_secret_append(*secret, &key, 1);
    return status;
}

/* The cards that the operation may use. */
static kamupin_status allowed(kamupin_operation *operation)
{
    kamupin_reader_list *list = NULL;
    kamupin_card_info info = KAMUPIN_CARD_INFO_INIT;
    kamupin_status status = kamupin_operation_cards(operation, &list);

    printf("allowed");
    for (size_t i = 0; kamupin_reader_list_get(list, i, &info) == KAMUPIN_OK; i++)
        if (info.usable == KAMUPIN_OK)
            printf("\t%s", info.card_id);
    printf("\n");
    fflush(stdout);
    kamupin_reader_list_free(&list);
    return status;
}

static kamupin_status steps(kamupin_context *context, kamupin_operation *operation,
                            kamupin_secret **code, kamupin_secret **pin, kamupin_secret **sms,
                            kamupin_error *error)
{
    kamupin_factor factor = KAMUPIN_FACTOR_INIT;
    kamupin_status status = read_secret(context, KAMUPIN_SECRET_VERIFICATION_CODE, code, error);

    if (status == KAMUPIN_OK)
        status = kamupin_operation_redeem(operation, *code);
    if (status == KAMUPIN_OK)
        status = allowed(operation);
    if (status == KAMUPIN_OK)
        status = kamupin_operation_choose(operation, NULL);
    if (status == KAMUPIN_OK)
        status = read_secret(context, KAMUPIN_SECRET_PIN, pin, error);
    if (status == KAMUPIN_OK)
        status = kamupin_operation_set_pin(operation, *pin, *pin);
    if (status == KAMUPIN_OK)
        status = kamupin_operation_begin_factor(operation, KAMUPIN_FACTOR_ANY, &factor);
    if (status == KAMUPIN_OK) {
        printf("sms\t%s\t%d\n", factor.destination, (int)factor.code_length);
        fflush(stdout);
        status = read_secret(context, KAMUPIN_SECRET_SMS_CODE, sms, error);
    }
    if (status == KAMUPIN_OK)
        status = kamupin_operation_verify_factor(operation, *sms);
    return status == KAMUPIN_OK ? kamupin_operation_run(operation) : status;
}

static kamupin_status unblock(kamupin_context *context, kamupin_error *error)
{
    kamupin_operation_options options = KAMUPIN_OPERATION_OPTIONS_INIT;
    kamupin_result result = KAMUPIN_RESULT_INIT;
    kamupin_operation *operation = NULL;
    kamupin_secret *code = NULL, *pin = NULL, *sms = NULL;

    options.service = getenv("KAMUPIN_SERVICE");
    options.event = show;
    kamupin_status status = kamupin_operation_new(context, &options, &operation, error);
    if (status == KAMUPIN_OK && (status = steps(context, operation, &code, &pin, &sms, error)))
        kamupin_operation_error(operation, error);
    if (status == KAMUPIN_OK && kamupin_operation_result(operation, &result) == KAMUPIN_OK)
        printf("result\t%d\t%s\t%s\t%s\n", (int)result.outcome, result.reported ? "True" : "False",
               result.card_id, result.product);
    kamupin_secret_free(&sms);
    kamupin_secret_free(&pin);
    kamupin_secret_free(&code);
    kamupin_operation_free(&operation);
    return status;
}

int main(void)
{
    kamupin_context_options settings = KAMUPIN_CONTEXT_OPTIONS_INIT;
    kamupin_error error = KAMUPIN_ERROR_INIT;
    kamupin_context *context = NULL;
    char turkish[KAMUPIN_TEXT_MAX], english[KAMUPIN_TEXT_MAX];

    settings.ca_file = getenv("KAMUPIN_CA_FILE");
    settings.state_folder = getenv("KAMUPIN_STATE_DIR");
    kamupin_status status = kamupin_context_new(&settings, &context, &error);
    if (status == KAMUPIN_OK)
        status = unblock(context, &error);
    if (status != KAMUPIN_OK)
        printf("error\t%s\t%d\t%s\t%s\n", kamupin_status_name(status), error.tries_left,
               kamupin_error_text(&error, KAMUPIN_TURKISH, turkish, sizeof turkish),
               kamupin_error_text(&error, KAMUPIN_ENGLISH, english, sizeof english));
    kamupin_context_free(&context);
    return status == KAMUPIN_OK ? 0 : 1;
}
