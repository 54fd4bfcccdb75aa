/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   kamupin.i: the public headers for Python and Java as they are: each function under its own name
   without the prefix, records as objects with fields, handles as addresses that nobody owns. The
   layers on top (bindings/python, bindings/java) own, close, convert and raise; nothing of that is
   here. What a call gives besides its return value comes in a slot: a list (Python) or an array
   (Java) of one. What differs between the two languages is in typemaps.i. */
#if defined(SWIGJAVA)
%module(directors="1", jniclassname="NativeJNI") Native
#else
%module(package="kamupin", directors="1", threads="1") native
#endif

%{
#include "callbacks.hpp"
#include "readers.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
%}

#if defined(SWIGPYTHON)
%begin %{
/* How a thread lets go of the interpreter and takes it again: SWIG leaves that to us, with these names. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "guard.hpp"

template <class Call> static auto kamupin_taking(Call call)
{
    try {
        return call();
    } catch (abi::__forced_unwind &) {
        stay_until_the_end();
    }
}

class kamupin_block
{
  public:
    kamupin_block() : state_(kamupin_taking(PyGILState_Ensure)) {}
    ~kamupin_block() { end(); }
    void end()
    {
        if (held_)
            PyGILState_Release(state_);
        held_ = false;
    }

  private:
    bool held_ = true;
    PyGILState_STATE state_;
};

class kamupin_allow
{
  public:
    ~kamupin_allow() { end(); }
    void end()
    {
        PyThreadState *thread = thread_;
        thread_ = nullptr;
        if (thread != nullptr)
            kamupin_taking([thread] { PyEval_RestoreThread(thread); });
    }

  private:
    PyThreadState *thread_ = PyEval_SaveThread();
};

#define SWIG_PYTHON_NO_USE_GIL
#define SWIG_PYTHON_THREAD_BEGIN_BLOCK kamupin_block _swig_thread_block
#define SWIG_PYTHON_THREAD_END_BLOCK _swig_thread_block.end()
#define SWIG_PYTHON_THREAD_BEGIN_ALLOW kamupin_allow _swig_thread_allow
#define SWIG_PYTHON_THREAD_END_ALLOW _swig_thread_allow.end()

/* … and what in between may run Python, which gives the interpreter to others: in a callback there are objects around it
   whose destructors want the interpreter as well. */
#define PyObject_CallMethodObjArgs(...) kamupin_taking([&] { return PyObject_CallMethodObjArgs(__VA_ARGS__); })
#define PyErr_WriteUnraisable(...) kamupin_taking([&] { PyErr_WriteUnraisable(__VA_ARGS__); })
%}
%{
#undef SWIG_NewPointerObj
#define SWIG_NewPointerObj(...) kamupin_taking([&] { return SWIG_Python_NewPointerObj(NULL, __VA_ARGS__); })

/* What SWIG makes is one for the process, and goes with the interpreter that made it: others are refused before that. */
static int kamupin_in_main(PyObject *)
{
    if (PyInterpreterState_GetID(PyInterpreterState_Get()) == 0)
        return 0;
    PyErr_SetString(PyExc_ImportError, "kamupin works in the main interpreter alone, and this is a subinterpreter: "
                                       "run the program outside of one (mod_wsgi: WSGIApplicationGroup %{GLOBAL})");
    return -1;
}
#undef SWIG_init
#define SWIG_init kamupin_native_init
extern "C" PyObject *kamupin_native_init(void);
extern "C" SWIGEXPORT PyObject *PyInit__native(void)
{
    static PyModuleDef_Slot slots[8] = {{Py_mod_exec, reinterpret_cast<void *>(kamupin_in_main)}};
    PyObject *made = kamupin_in_main(NULL) == 0 ? kamupin_native_init() : NULL;
    if (made == NULL)
        return NULL;
    if (PyModule_Check(made)) { /* before SWIG 4.4 */
        PyModule_GetDef(made)->m_size = 0; /* else a subinterpreter is given a copy, and does not come here */
        return made;
    }
    PyModuleDef *definition = reinterpret_cast<PyModuleDef *>(made); /* of what Python does in each interpreter */
    if (definition->m_slots != slots)
        for (size_t i = 0; i + 2 < sizeof slots / sizeof slots[0] && definition->m_slots[i].slot != 0; i++)
            slots[i + 1] = definition->m_slots[i];
    definition->m_slots = slots;
    return made;
}
%}
#endif

#if defined(SWIGJAVA)
%begin %{
/* A callback on a thread of the library's own keeps no Java machine from ending. */
#define SWIG_JAVA_ATTACH_CURRENT_THREAD_AS_DAEMON
%}
%{
/* By which the jar's NativeLoader knows that this library is its own: it reads the file, not the symbol. */
extern "C" __attribute__((used, visibility("default"))) const char kamupin_java_token[] =
    "kamupin_java=" KAMUPIN_JAVA_TOKEN;
%}
#endif

/* ---- names: kamupin_card_open -> card_open, KAMUPIN_E_NO_CARD -> E_NO_CARD ---- */
%rename("%(strip:[kamupin_])s") "";
#if defined(SWIGJAVA)
%rename("%(regex:/^kamupin_(.*)/\\1/)s", %$isfunction) "";
#endif
%rename("%(strip:[KAMUPIN_])s", %$isenumitem) "";
%rename("%(strip:[KAMUPIN_])s", %$isconstant) "";

%include <stdint.i>
%include "typemaps.i"

/* ---- handles ---- */
KAMUPIN_HANDLE(kamupin_authorised_list)
KAMUPIN_HANDLE(kamupin_cancel)
KAMUPIN_HANDLE(kamupin_card)
KAMUPIN_HANDLE(kamupin_certificate)
KAMUPIN_HANDLE(kamupin_certificate_list)
KAMUPIN_HANDLE(kamupin_cms)
KAMUPIN_HANDLE(kamupin_consent)
KAMUPIN_HANDLE(kamupin_context)
KAMUPIN_HANDLE(kamupin_diagnosis)
KAMUPIN_HANDLE(kamupin_operation)
KAMUPIN_HANDLE(kamupin_order)
KAMUPIN_HANDLE(kamupin_reader_list)
KAMUPIN_HANDLE(kamupin_revocation)
KAMUPIN_HANDLE(kamupin_secret)
KAMUPIN_HANDLE(kamupin_session)
KAMUPIN_HANDLE(kamupin_trust)
KAMUPIN_HANDLE(kamupin_watch)

/* ---- callbacks: an object where C has a function and its `user` ---- */
KAMUPIN_CALLBACK(kamupin_document_fn take, BytesSink, pass_document)
KAMUPIN_CALLBACK(kamupin_session_keep_fn take, BytesSink, pass_kept)
KAMUPIN_CALLBACK(kamupin_issued_pin_fn show, DigitsSink, pass_issued_pin)
KAMUPIN_CALLBACK(kamupin_order_code_fn show, DigitsSink, pass_order_code)
KAMUPIN_CALLBACK(kamupin_profile_finding_fn found, ProfileSink, pass_profile)
KAMUPIN_CALLBACK(kamupin_watch_fn callback, WatchSink, pass_watch)

/* ---- results in slots, bytes ---- */
%apply size_t *SLOT { size_t *count, size_t *left, size_t *certificate }
%apply unsigned int *SLOT { unsigned int *methods }
%apply int *SLOT { int *seconds_left }
%apply long long *SLOT { long long *number }
%apply (const unsigned char **BYTES, size_t *LENGTH) {
    (const unsigned char **der, size_t *length), (const unsigned char **content, size_t *length),
    (const unsigned char **text, size_t *length), (const unsigned char **content, size_t *content_length)
}
%apply (const unsigned char *BYTES, size_t LENGTH) { (const unsigned char *bytes, size_t length) }
%apply (const char *BYTES, size_t LENGTH) {
    (const char *bytes, size_t length), (const char *json, size_t length)
}
%apply (char *TEXT, size_t SIZE) { (char *text, size_t size), (char *room, size_t size) }
%apply (char *SLOT, size_t SIZE) { (char *name, size_t name_size), (char *draft, size_t size) }

/* ---- records ---- */
%ignore size;
%define KAMUPIN_RECORD(NAME, INIT)
%nodefaultctor kamupin_##NAME;
%extend kamupin_##NAME {
    kamupin_##NAME()
    {
        static const kamupin_##NAME FRESH = KAMUPIN_##INIT##_INIT;
        kamupin_##NAME *made = static_cast<kamupin_##NAME *>(malloc(sizeof *made));
        if (made != NULL)
            *made = FRESH;
        return made;
    }
}
%enddef
/* ... that a call fills, or an event brings */
%define KAMUPIN_TOLD(NAME, INIT)
KAMUPIN_RECORD(NAME, INIT)
%extend kamupin_##NAME {
    ~kamupin_##NAME() { free($self); }
}
%enddef
KAMUPIN_TOLD(application_info, APPLICATION_INFO)
KAMUPIN_TOLD(authorised_info, AUTHORISED_INFO)
KAMUPIN_TOLD(authorised_row, AUTHORISED_ROW)
KAMUPIN_TOLD(captcha, CAPTCHA)
KAMUPIN_TOLD(card_info, CARD_INFO)
KAMUPIN_TOLD(certificate_entry, CERTIFICATE_ENTRY)
KAMUPIN_TOLD(certificate_event, CERTIFICATE_EVENT)
KAMUPIN_TOLD(certificate_info, CERTIFICATE_INFO)
KAMUPIN_TOLD(certificate_record, CERTIFICATE_RECORD)
KAMUPIN_TOLD(check, CHECK)
KAMUPIN_TOLD(check_options, CHECK_OPTIONS)
KAMUPIN_TOLD(cms_options, CMS_OPTIONS)
KAMUPIN_TOLD(consent_info, CONSENT_INFO)
KAMUPIN_TOLD(contact, CONTACT)
KAMUPIN_TOLD(debts, DEBTS)
KAMUPIN_TOLD(error, ERROR)
%newobject kamupin_error_copy;
%inline %{
/** A copy of a record that is part of another. */
static kamupin_error *kamupin_error_copy(const kamupin_error *error)
{
    kamupin_error *made = static_cast<kamupin_error *>(malloc(sizeof *made));
    if (made != NULL)
        *made = *error;
    return made;
}
/** ... and one into a record that a callback was given. */
static void kamupin_error_fill(kamupin_error *into, const kamupin_error *error)
{
    *into = *error;
}
%}
KAMUPIN_TOLD(factor, FACTOR)
KAMUPIN_TOLD(finding, FINDING)
KAMUPIN_TOLD(host, HOST)
KAMUPIN_TOLD(identity, IDENTITY)
KAMUPIN_TOLD(issued_pin_info, ISSUED_PIN_INFO)
KAMUPIN_TOLD(login, LOGIN)
KAMUPIN_TOLD(order_info, ORDER_INFO)
KAMUPIN_TOLD(order_options, ORDER_OPTIONS)
KAMUPIN_TOLD(pad_info, PAD_INFO)
KAMUPIN_TOLD(pad_options, PAD_OPTIONS)
KAMUPIN_TOLD(result, RESULT)
KAMUPIN_TOLD(revocation_info, REVOCATION_INFO)
KAMUPIN_TOLD(seal_authority, SEAL_AUTHORITY)
KAMUPIN_TOLD(session_info, SESSION_INFO)
KAMUPIN_TOLD(shipment, SHIPMENT)
KAMUPIN_TOLD(sign_request, SIGN_REQUEST)
KAMUPIN_TOLD(signature, SIGNATURE)
KAMUPIN_TOLD(watch_event, WATCH_EVENT)

/* ... whose texts belong to them: a text that is set is copied, and freed with the record */
%warnfilter(451) ca_file;
%typemap(memberin) const char * {
    free((void *)(uintptr_t)$1);
    $1 = $input == NULL ? NULL : strdup($input);
}
KAMUPIN_RECORD(context_options, CONTEXT_OPTIONS)
KAMUPIN_RECORD(diagnose_options, DIAGNOSE_OPTIONS)
KAMUPIN_RECORD(operation_options, OPERATION_OPTIONS)
KAMUPIN_RECORD(probe_request, PROBE_REQUEST)
KAMUPIN_RECORD(session_options, SESSION_OPTIONS)
%{
static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}
%}
%extend kamupin_context_options {
    ~kamupin_context_options()
    {
        free_text($self->ca_file);
        free_text($self->state_folder);
        free_text($self->pins);
        free_text($self->proxy);
        free($self);
    }
    void set_log(LogSink *sink)
    {
        $self->log = sink == NULL ? NULL : pass_log;
        $self->log_user = sink;
    }
    void set_backend(ReaderBackend *readers)
    {
        $self->backend = readers == NULL ? NULL : readers->table();
    }
    void set_clock(TimeSource *source)
    {
        $self->clock = source == NULL ? NULL : pass_time;
        $self->clock_user = source;
    }
    void set_calendar(TimeSource *source)
    {
        $self->calendar = source == NULL ? NULL : pass_time;
        $self->calendar_user = source;
    }
}
%extend kamupin_diagnose_options {
    ~kamupin_diagnose_options()
    {
        free_text($self->service);
        free($self);
    }
}
%extend kamupin_operation_options {
    ~kamupin_operation_options()
    {
        free_text($self->service);
        free_text($self->card);
        free($self);
    }
    void set_event(EventSink *sink)
    {
        $self->event = sink == NULL ? NULL : pass_event;
        $self->event_user = sink;
    }
}
%extend kamupin_probe_request {
    ~kamupin_probe_request()
    {
        free_text($self->card);
        free($self);
    }
    void set_prompts(ProbePrompts *prompts)
    {
        $self->told = prompts == NULL ? NULL : pass_told;
        $self->ask = prompts == NULL ? NULL : pass_ask;
        $self->unblock = prompts == NULL ? NULL : pass_unblock;
        $self->user = prompts;
    }
}
%extend kamupin_session_options {
    ~kamupin_session_options()
    {
        free_text($self->service);
        free_text($self->redirect);
        free($self);
    }
    void set_keep(BytesSink *sink)
    {
        $self->keep = sink == NULL ? NULL : pass_kept;
        $self->keep_user = sink;
    }
}
%extend kamupin_pad_options {
    void set_typing(TypingSink *sink)
    {
        $self->typing = sink == NULL ? NULL : pass_typing;
        $self->user = sink;
    }
}
%extend kamupin_debts {
    const kamupin_debt *debt_at(size_t index)
    {
        return index < $self->count && index < KAMUPIN_DEBTS_MAX ? &$self->debt[index] : NULL;
    }
}
%extend kamupin_pad_quirks {
    kamupin_pad_quirks()
    {
        kamupin_pad_quirks *made = static_cast<kamupin_pad_quirks *>(calloc(1, sizeof *made));
        if (made != NULL)
            made->size = sizeof *made;
        return made;
    }
    ~kamupin_pad_quirks() { free($self); }
}
%ignore kamupin_cms_options::content;
%ignore kamupin_cms_options::length;
%ignore kamupin_captcha::image;
%ignore kamupin_captcha::length;
%ignore kamupin_reader_backend;
%ignore kamupin_context_options::backend;
%ignore kamupin_context_options::log;
%ignore kamupin_context_options::clock;
%ignore kamupin_context_options::calendar;
%ignore kamupin_operation_options::event;
%ignore kamupin_session_options::keep;
%ignore kamupin_pad_options::typing;
%ignore kamupin_probe_request::told;
%ignore kamupin_probe_request::ask;
%ignore kamupin_probe_request::unblock;
%rename("$ignore", %$isvariable, %$ismember, regextarget=1) "^(.*_)?user$";
%ignore kamupin_reader_backend_pcsc; /* BuiltInReaders */
%ignore kamupin_prompts;
%ignore kamupin_unblock; /* kamupin_unblock_with and kamupin_resume_with stand for them */
%ignore kamupin_resume;
%ignore kamupin_password_captcha; /* kamupin_password_captcha_image, kamupin_card_cms_of */
%ignore kamupin_card_cms;

#if defined(SWIGPYTHON)
%inline %{
/** What this module was compiled with: compiler, then SWIG and Python's interface. */
static const char *module_compiler()
{
    return __VERSION__;
}
static const char *module_interface()
{
#if defined(Py_LIMITED_API)
    return "stable ABI";
#else
    return "Python " PY_VERSION;
#endif
}
/** 0x040100 is 4.1.0. */
static int module_swig()
{
    return SWIG_VERSION;
}
%}
#endif

%feature("director");
%include "callbacks.hpp"
%feature("director", "");
%feature("director") ReaderBackend;
%nodefaultctor ByteRoom;
%include "readers.hpp"

%include <kamupin/export.h>
%include <kamupin/status.h>
%include <kamupin/error.h>
%include <kamupin/reader.h>
%include <kamupin/context.h>
%include <kamupin/cancel.h>
%include <kamupin/secret.h>
%include <kamupin/info.h>
%include <kamupin/notice.h>
%include <kamupin/card.h>
%include <kamupin/watch.h>
%include <kamupin/pin.h>
%include <kamupin/pinpad.h>
%include <kamupin/sign.h>
%include <kamupin/cms.h>
%include <kamupin/code.h>
%include <kamupin/session.h>
%include <kamupin/password.h>
%include <kamupin/operation.h>
%include <kamupin/order.h>
%include <kamupin/issued.h>
%include <kamupin/inquiry.h>
%include <kamupin/certificate.h>
%include <kamupin/certificate_list.h>
%include <kamupin/lifecycle.h>
%include <kamupin/trust.h>
%include <kamupin/consent.h>
%include <kamupin/application.h>
%include <kamupin/profile.h>
%include <kamupin/probe.h>
%include <kamupin/network.h>
%include <kamupin/diagnose.h>

#if defined(SWIGJAVA)
%typemap(in, numinputs=0) JNIEnv *env "$1 = jenv;"
%inline %{
/** Appends bytes of a direct ByteBuffer, which are read where they are. */
static kamupin_status kamupin_secret_append_direct(JNIEnv *env, kamupin_secret *secret, jobject buffer,
                                                   int position, int length)
{
    const char *bytes = static_cast<const char *>(env->GetDirectBufferAddress(buffer));
    return kamupin_secret_append(secret, bytes == NULL ? NULL : bytes + position,
                                 static_cast<size_t>(length));
}
%}
#endif
