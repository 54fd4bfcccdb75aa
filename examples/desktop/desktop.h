/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   desktop.h: what the parts of the desktop program share: the program itself, its pages, its texts.
   Everything here belongs to the main thread, but for what flow.c's jobs do on the worker's. */
#ifndef KD_DESKTOP_H
#define KD_DESKTOP_H

#include <gtk/gtk.h>
#include <kamupin/kamupin.h>

#include "texts.h"

typedef struct kd_app kd_app;
typedef struct kd_page kd_page;
typedef struct kd_question kd_question;

/* The screens, in the order in which a person sees them. */
typedef enum kd_page_name {
    KD_PAGE_WAIT,   /* only a sentence: looking for what an earlier run left, cancelling */
    KD_PAGE_RESUME, /* something was left */
    KD_PAGE_CODE,
    KD_PAGE_INFO,
    KD_PAGE_CARD,
    KD_PAGE_FACTOR,
    KD_PAGE_WORK,
    KD_PAGE_END,
    KD_PAGES
} kd_page_name;

/* One screen. `base` of what a page keeps of its own. */
struct kd_page {
    kd_app *app;
    GtkWidget *widget;   /* in the window when it is shown */
    GtkWidget *heading;  /* takes the focus where there is nothing to type */
    GtkWidget *scrolled; /* heading and body, which may be higher than the window */
    GtkWidget *body;     /* what is specific to the page; insensitive while a step runs */
    bool tells;          /* the body asks for nothing, and stays as it is while a step runs */
    GtkWidget *problem;  /* what went wrong, and what to do */
    GtkWidget *problem_row;
    GtkWidget *clock; /* seconds left */
    GtkWidget *actions;
    GtkWidget *next; /* the button that Enter presses; NULL for none */
    GtkWidget *cancel;
    void (*enter)(kd_page *page);   /* shown anew */
    void (*leave)(kd_page *page);   /* another page comes: what was typed is wiped */
    void (*refresh)(kd_page *page); /* language, time or state have changed */
    void (*focus)(kd_page *page);   /* where to go on typing after a step failed */
};

/* How the operation stands: copied out on the worker's thread when a job has ended. */
typedef struct kd_view {
    kamupin_phase phase;
    int seconds_left;
    kamupin_factor factor;
    kamupin_result result;
    kamupin_card_info card; /* after the card work: what the card says now */
    size_t left;            /* operations of an earlier run that are still unfinished */
} kd_view;

struct kd_app {
    GtkApplication *gtk;
    const char *service;
    kamupin_language language;
    kamupin_context *context;
    kamupin_cancel *cancel;
    kamupin_watch *watch;
    guint watching, ticking, unix_signals[2];

    GThreadPool *worker;          /* one thread: jobs one after another */
    kamupin_operation *operation; /* the worker's */
    unsigned int busy;            /* steps that have not come back */
    kd_question *question;        /* the worker waits for the person's answer; else NULL */
    bool listing, list_wanted;    /* readers are being listed; and have to be once more */
    bool cancelling, closing;     /* the person wants out; and the window is to close */
    kd_view view;
    gint64 ends, factor_ends, resend_from; /* g_get_monotonic_time; 0: no time runs */
    kamupin_phase event_phase;             /* what the operation said last while it worked */
    gint64 event_ends;
    size_t resumed_done, resumed_not_done; /* earlier operations that were brought to their end */
    kamupin_error error;                   /* why the last step failed; status OK: it did not */

    GtkWidget *window, *place, *languages[2];
    GPtrArray *said; /* widgets with a text of the catalogue */
    kd_page *pages[KD_PAGES];
    kd_page_name page;
};

/* ---- app.c: the window ---- */

/* Makes the window and what the program needs; the first page is shown. */
void kd_app_open(kd_app *app);
/* Frees everything; the worker has nothing to do any more. */
void kd_app_shut(kd_app *app);
/* Shows a page anew. */
void kd_show(kd_app *app, kd_page_name name);
/* Brings the page that is shown up to date: state, problem, time. */
void kd_refresh(kd_app *app);
/* Sets the focus to where the page that is shown goes on. */
void kd_focus(kd_app *app);
/* Whether putting the card back lets the card work go on. */
bool kd_waits_for_card(const kd_app *app);
/* Changes the language of everything that is shown. */
void kd_speak(kd_app *app, kamupin_language language);

/* ---- page.c: what pages are made of ---- */

/* Fills `page`: heading, body, problem, buttons; adds it to the window. */
void kd_page_init(kd_page *page, kd_app *app, kd_page_name name, kd_text heading);
/* Adds a button to the page's buttons; `icon` may be NULL. The one with `next` is what Enter does. */
GtkWidget *kd_page_button(kd_page *page, kd_text text, bool next, GCallback clicked);
/* Places the problem at the end of what the body has so far: right below the field that it is about.
   Else it is above the buttons. */
void kd_page_problem_here(kd_page *page);
/* The button that gives the operation up. */
void kd_page_cancel(kd_page *page);
/* A label of the catalogue, which wraps; its mnemonic belongs to `field`, which may be NULL. */
GtkWidget *kd_label(kd_app *app, kd_text text, GtkWidget *field);
/* A label whose text changes. */
GtkWidget *kd_changing_label(void);
/* A button of the catalogue. */
GtkWidget *kd_button(kd_app *app, kd_text text);
/* Gives a widget that can have one a text of the catalogue, in every language. */
void kd_say(kd_app *app, GtkWidget *widget, kd_text text);
/* Changes a label's text, and touches nothing when it is the same. */
void kd_set(GtkWidget *label, const char *text);
/* Seconds until a moment, 0 at least. */
int kd_seconds_to(gint64 moment);
/* "Time left: 1 min 20 s", or that it is over; "" when no time runs. For g_free. */
char *kd_time_left(const kd_app *app, gint64 moment);

/* ---- the pages ---- */

void kd_page_wait_new(kd_app *app);
void kd_page_resume_new(kd_app *app);
void kd_page_code_new(kd_app *app);
void kd_page_info_new(kd_app *app);
void kd_page_card_new(kd_app *app);
void kd_page_factor_new(kd_app *app);
void kd_page_work_new(kd_app *app);
void kd_page_end_new(kd_app *app);
/* Hands the page the cards that were found, which become the page's, or why there are none. */
void kd_page_card_take(kd_app *app, kamupin_card_info *cards, size_t count,
                       const kamupin_error *error);
/* Asks for the PIN of an interrupted operation, into `pin`; kd_flow_pin_answered ends it. */
void kd_page_resume_ask(kd_app *app, kamupin_secret *pin);

#endif
