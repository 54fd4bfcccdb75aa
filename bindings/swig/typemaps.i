/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   typemaps.i: what differs between Python and Java: exceptions, secrets' bytes, text, listeners,
   and how each language likes to close and to iterate. */

/* ======================================================================================== Python */
#if defined(SWIGPYTHON)

%feature("kwargs");
%include <std_string.i>
%rename(Error) kamupin_error;
%exceptionclass kamupin_error;

%typemap(throws) kamupin_error %{
    SWIG_Python_Raise(SWIG_NewPointerObj(new kamupin_error($1), SWIGTYPE_p_kamupin_error,
                                         SWIG_POINTER_OWN),
                      "Error", SWIGTYPE_p_kamupin_error);
    SWIG_fail;
%}

/* The exception of a callback is still set. */
%feature("director:except") Listener::event %{
    if ($error != NULL)
        throw CallbackFailed();
%}
%typemap(throws) CallbackFailed "(void)$1; SWIG_fail;"
%feature("director:except") Log::log %{
    if ($error != NULL) {
        PyErr_WriteUnraisable(swig_get_self());
        throw CallbackFailed();
    }
%}

/* A secret's bytes come from memory that the caller can overwrite; they are not copied on the way.
 */
%typemap(in) (const char *bytes, size_t length) (Py_buffer view) {
    view.obj = NULL;
    if (PyObject_GetBuffer($input, &view, PyBUF_WRITABLE) != 0) {
        PyErr_SetString(PyExc_TypeError,
                        "a secret takes a bytearray (which can be overwritten afterwards)");
        SWIG_fail;
    }
    $1 = static_cast<char *>(view.buf);
    $2 = static_cast<size_t>(view.len);
}
%typemap(freearg) (const char *bytes, size_t length) "PyBuffer_Release(&view$argnum);"

/* C++ shares a listener by holding the Python object. */
%fragment("kamupin_hold", "header") %{
template <class T> static std::shared_ptr<T> kamupin_hold(void *pointer, PyObject *object)
{
    Py_INCREF(object);
    return std::shared_ptr<T>(static_cast<T *>(pointer), [object](T *) {
        PyGILState_STATE state = PyGILState_Ensure();
        Py_DECREF(object);
        PyGILState_Release(state);
    });
}
%}
%define KAMUPIN_LISTENER(TYPE)
%typemap(in, fragment="kamupin_hold") const std::shared_ptr<TYPE> * (std::shared_ptr<TYPE> shared) {
    void *pointer = nullptr;
    if (!SWIG_IsOK(SWIG_ConvertPtr($input, &pointer, $descriptor(TYPE *), 0))) {
        PyErr_SetString(PyExc_TypeError, "argument $argnum of $symname is no " #TYPE);
        SWIG_fail;
    }
    if (pointer != nullptr)
        shared = kamupin_hold<TYPE>(pointer, $input);
    $1 = &shared;
}
%typemap(freearg) const std::shared_ptr<TYPE> * ""
%enddef

%define KAMUPIN_CLOSES(TYPE)
%extend TYPE {
%pythoncode %{
    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
%}
}
%enddef

%extend kamupin_error {
%pythoncode %{
    def __str__(self):
        return self.text(ENGLISH)

    def __repr__(self):
        return f"<kamupin.Error {status_name(self.status)}>"
%}
}
%extend ReaderList {
%pythoncode %{
    def __len__(self):
        return self.count()

    def __iter__(self):
        return (self.get(index) for index in range(self.count()))
%}
}

/* ========================================================================================== Java */
#elif defined(SWIGJAVA)

/* Whoever uses a class has its native library, from java.library.path. */
%pragma(java) jniclasscode=%{
  static {
    System.loadLibrary("kamupin_java");
  }
%}

%include <enums.swg>
%apply long long { long }; /* C's long has 64 bits here; SWIG's Java would make it an int */
%rename(KamupinException) kamupin_error;
%typemap(javabase) kamupin_error "java.lang.Exception"
%typemap(javacode) kamupin_error %{
  private static final long serialVersionUID = 1L;

  @Override public String getMessage() {
    return text(Language.ENGLISH);
  }

  /** In Turkish where the default locale is, else in English. */
  @Override public String getLocalizedMessage() {
    boolean turkish = "tr".equals(java.util.Locale.getDefault().getLanguage());
    return text(turkish ? Language.TURKISH : Language.ENGLISH);
  }
%}

%fragment("kamupin_java", "header") %{
static void kamupin_java_throw(JNIEnv *env, const kamupin_error &error)
{
    jclass type = env->FindClass("kamupin/KamupinException");
    jmethodID make = type == NULL ? NULL : env->GetMethodID(type, "<init>", "(JZ)V");
    if (make == NULL)
        return; /* the reason is thrown */
    kamupin_error *copy = new kamupin_error(error);
    jlong pointer = 0;
    *(kamupin_error **)&pointer = copy;
    jobject made = env->NewObject(type, make, pointer, (jboolean)JNI_TRUE);
    if (made == NULL)
        delete copy;
    else
        env->Throw(static_cast<jthrowable>(made));
}

/* JNI's own UTF-8 is not UTF-8 beyond the basic plane, so text goes through String's. */
static jstring kamupin_java_text(JNIEnv *env, const char *text)
{
    if (text == NULL)
        return NULL;
    jsize length = static_cast<jsize>(strlen(text));
    jbyteArray bytes = env->NewByteArray(length);
    jclass type = bytes == NULL ? NULL : env->FindClass("java/lang/String");
    jmethodID make =
        type == NULL ? NULL : env->GetMethodID(type, "<init>", "([BLjava/lang/String;)V");
    jstring charset = make == NULL ? NULL : env->NewStringUTF("UTF-8");
    jobject made = NULL;
    if (charset != NULL) {
        env->SetByteArrayRegion(bytes, 0, length, reinterpret_cast<const jbyte *>(text));
        made = env->NewObject(type, make, bytes, charset);
    }
    env->DeleteLocalRef(charset);
    env->DeleteLocalRef(type);
    env->DeleteLocalRef(bytes);
    return static_cast<jstring>(made);
}

/* False with an exception thrown. */
static bool kamupin_java_utf8(JNIEnv *env, jstring text, std::string &utf8)
{
    jclass type = env->FindClass("java/lang/String");
    jmethodID get =
        type == NULL ? NULL : env->GetMethodID(type, "getBytes", "(Ljava/lang/String;)[B");
    jstring charset = get == NULL ? NULL : env->NewStringUTF("UTF-8");
    if (charset == NULL)
        return false;
    jbyteArray bytes = static_cast<jbyteArray>(env->CallObjectMethod(text, get, charset));
    if (env->ExceptionCheck())
        return false;
    utf8.resize(static_cast<size_t>(env->GetArrayLength(bytes)));
    env->GetByteArrayRegion(bytes, 0, static_cast<jsize>(utf8.size()),
                            reinterpret_cast<jbyte *>(&utf8[0]));
    return true;
}

static void *kamupin_java_pointer(JNIEnv *env, jobject proxy, const char *type_name,
                                  const char *signature)
{
    jclass type = env->FindClass(type_name);
    jmethodID get = type == NULL ? NULL : env->GetStaticMethodID(type, "getCPtr", signature);
    jlong pointer = get == NULL ? 0 : env->CallStaticLongMethod(type, get, proxy);
    return env->ExceptionCheck() ? NULL : *(void **)&pointer;
}

/* C++ shares a listener by holding the Java object. */
template <class T>
static std::shared_ptr<T> kamupin_hold(JNIEnv *env, void *pointer, jobject object)
{
    JavaVM *machine = NULL;
    jobject held = env->NewGlobalRef(object);
    if (held == NULL || env->GetJavaVM(&machine) != 0)
        return nullptr;
    return std::shared_ptr<T>(static_cast<T *>(pointer), [machine, held](T *) {
        JNIEnv *now = NULL;
        bool attached = machine->GetEnv((void **)&now, JNI_VERSION_1_6) == JNI_OK;
        if (!attached && machine->AttachCurrentThread((void **)&now, NULL) != JNI_OK)
            return;
        now->DeleteGlobalRef(held);
        if (!attached)
            machine->DetachCurrentThread();
    });
}
%}

%typemap(throws, throws="KamupinException", fragment="kamupin_java") kamupin_error %{
    kamupin_java_throw(jenv, $1);
    return $null;
%}

/* The exception of a callback is still pending. */
%feature("director:except") Listener::event %{
    if (jenv->ExceptionCheck())
        throw CallbackFailed();
%}
%typemap(throws) CallbackFailed "(void)$1; return $null;"
%feature("director:except") Log::log %{
    if (jenv->ExceptionCheck()) {
        jenv->ExceptionDescribe();
        jenv->ExceptionClear();
        throw CallbackFailed();
    }
%}

/* Text. */
%typemap(jni) const char *, char [ANY], std::string "jstring"
%typemap(jtype) const char *, char [ANY], std::string "String"
%typemap(jstype) const char *, char [ANY], std::string "String"
%typemap(javain) const char * "$javainput"
%typemap(javaout) const char *, char [ANY], std::string { return $jnicall; }
%typemap(out, fragment="kamupin_java") const char *, char [ANY]
    "$result = kamupin_java_text(jenv, $1);"
%typemap(out, fragment="kamupin_java") std::string
    "$result = kamupin_java_text(jenv, $1.c_str());"
%typemap(in, fragment="kamupin_java") const char * (std::string utf8) {
    $1 = NULL;
    if ($input != NULL) {
        if (!kamupin_java_utf8(jenv, $input, utf8))
            return $null;
        $1 = &utf8[0];
    }
}
%typemap(freearg) const char * ""
%typemap(directorin, descriptor="Ljava/lang/String;", fragment="kamupin_java") const char * %{
    $input = kamupin_java_text(jenv, $1);
    Swig::LocalRefGuard $1_refguard(jenv, $input);
%}
%typemap(javadirectorin) const char * "$jniinput"

/* A secret's bytes are copied into a place of our own, which is wiped; Java keeps no other copy
   than the caller's array. */
%typemap(jni) (const char *bytes, size_t length) "jbyteArray"
%typemap(jtype) (const char *bytes, size_t length) "byte[]"
%typemap(jstype) (const char *bytes, size_t length) "byte[]"
%typemap(javain) (const char *bytes, size_t length) "$javainput"
%typemap(in) (const char *bytes, size_t length) (char copy[KAMUPIN_SECRET_MAX + 1]) {
    if ($input == NULL) {
        SWIG_JavaThrowException(jenv, SWIG_JavaNullPointerException, "a secret takes a byte[]");
        return $null;
    }
    jsize given = jenv->GetArrayLength($input);
    jsize taken = given < (jsize)sizeof copy ? given : (jsize)sizeof copy; /* one too many: refused */
    jenv->GetByteArrayRegion($input, 0, taken, reinterpret_cast<jbyte *>(copy));
    $1 = copy;
    $2 = static_cast<size_t>(taken);
}
%typemap(freearg) (const char *bytes, size_t length) "explicit_bzero(copy$argnum, sizeof copy$argnum);"

%define KAMUPIN_LISTENER(TYPE)
%typemap(jni) const std::shared_ptr<TYPE> * "jobject"
%typemap(jtype) const std::shared_ptr<TYPE> * #TYPE
%typemap(jstype) const std::shared_ptr<TYPE> * #TYPE
%typemap(javain) const std::shared_ptr<TYPE> * "$javainput"
%typemap(in, fragment="kamupin_java") const std::shared_ptr<TYPE> * (std::shared_ptr<TYPE> shared) {
    if ($input != NULL) {
        void *pointer = kamupin_java_pointer(jenv, $input, "kamupin/" #TYPE, "(Lkamupin/" #TYPE ";)J");
        if (pointer == NULL) {
            if (!jenv->ExceptionCheck())
                SWIG_JavaThrowException(jenv, SWIG_JavaNullPointerException, #TYPE " is deleted");
            return $null;
        }
        shared = kamupin_hold<TYPE>(jenv, pointer, $input);
    }
    $1 = &shared;
}
%typemap(freearg) const std::shared_ptr<TYPE> * ""
%enddef

/* close() is for people; freeing the memory is the collector's. */
%typemap(javadestruct, methodname="delete", methodmodifiers="protected synchronized", parameters="") SWIGTYPE {
    if (swigCPtr != 0) {
      if (swigCMemOwn) {
        swigCMemOwn = false;
        $jnicall;
      }
      swigCPtr = 0;
    }
  }
%define KAMUPIN_CLOSES(TYPE)
%typemap(javainterfaces) TYPE "java.lang.AutoCloseable"
%enddef

%typemap(javacode) ReaderList %{
  @Override public java.util.Iterator<CardInfo> iterator() {
    java.util.List<CardInfo> all = new java.util.ArrayList<>();
    try {
      for (long index = 0; index < count(); index++) {
        all.add(get(index));
      }
    } catch (KamupinException error) {
      throw new IllegalStateException(error);
    }
    return all.iterator();
  }
%}

#endif

KAMUPIN_LISTENER(Listener)
KAMUPIN_LISTENER(Log)
KAMUPIN_CLOSES(Context)
KAMUPIN_CLOSES(Secret)
KAMUPIN_CLOSES(Operation)
KAMUPIN_CLOSES(ReaderList)
#if defined(SWIGJAVA)
%typemap(javainterfaces) ReaderList "java.lang.AutoCloseable, java.lang.Iterable<CardInfo>"
#endif
