/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   typemaps.i: what differs between Python and Java: slots, bytes, text and callbacks. */

/* ======================================================================================== Python */
#if defined(SWIGPYTHON)

%fragment("kamupin_slot", "header") %{
/* A slot is a list of one. */
static bool kamupin_is_slot(PyObject *slot)
{
    if (PyList_Check(slot) && PyList_Size(slot) == 1)
        return true;
    PyErr_SetString(PyExc_TypeError, "a result needs a list of one");
    return false;
}

/* Steals `item`; NULL is the failure of making it. */
static bool kamupin_put(PyObject *slot, PyObject *item)
{
    return item != NULL && PyList_SetItem(slot, 0, item) == 0;
}
%}

/* A call holds what it works with, however early the owner lets go: an owner (_call.py) has it in `_this`. */
%fragment("kamupin_hold", "header") %{
static PyObject *kamupin_hold(PyObject *given)
{
    PyObject *held = PyObject_GetAttrString(given, "_this");
    if (held == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) { /* a borrowed address, or None */
        PyErr_Clear();
        Py_INCREF(given);
        return given;
    }
    return held;
}
%}

%define KAMUPIN_HANDLE(TYPE)
%typemap(in, fragment="kamupin_hold") TYPE * (PyObject *held = NULL, void *address = NULL),
                                      const TYPE * (PyObject *held = NULL, void *address = NULL) {
    held = kamupin_hold($input);
    if (held == NULL)
        SWIG_fail;
    if (!SWIG_IsOK(SWIG_ConvertPtr(held, &address, $1_descriptor, 0))) {
        PyErr_SetString(PyExc_TypeError, "this argument is something else than a " #TYPE);
        SWIG_fail;
    }
    $1 = static_cast<$1_ltype>(address);
}
%typemap(freearg) TYPE *, const TYPE * "Py_XDECREF(held$argnum);"
%typemap(in, fragment="kamupin_slot") TYPE ** (TYPE *held = NULL) {
    if (!kamupin_is_slot($input))
        SWIG_fail;
    if (!SWIG_IsOK(SWIG_ConvertPtr(PyList_GetItem($input, 0), (void **)&held, $*1_descriptor, 0))) {
        PyErr_SetString(PyExc_TypeError, "this slot holds something else than a " #TYPE);
        SWIG_fail;
    }
    $1 = &held;
}
%typemap(argout) TYPE ** {
    PyObject *made = *$1 == NULL ? SWIG_Py_Void() : SWIG_NewPointerObj(*$1, $*1_descriptor, 0);
    if (!kamupin_put($input, made))
        SWIG_fail;
}
%enddef

%define KAMUPIN_NUMBER_SLOT(TYPE, MAKE)
%typemap(in, fragment="kamupin_slot") TYPE *SLOT (TYPE given = 0) {
    if (!kamupin_is_slot($input))
        SWIG_fail;
    $1 = &given;
}
%typemap(argout) TYPE *SLOT {
    if (!kamupin_put($input, MAKE(*$1)))
        SWIG_fail;
}
%enddef
KAMUPIN_NUMBER_SLOT(size_t, PyLong_FromSize_t)
KAMUPIN_NUMBER_SLOT(unsigned int, PyLong_FromUnsignedLong)
KAMUPIN_NUMBER_SLOT(int, PyLong_FromLong)
KAMUPIN_NUMBER_SLOT(long long, PyLong_FromLongLong)

%typemap(in, fragment="kamupin_slot")
    (const unsigned char **BYTES, size_t *LENGTH) (const unsigned char *bytes = NULL, size_t length = 0) {
    if (!kamupin_is_slot($input))
        SWIG_fail;
    $1 = const_cast<$1_ltype>(&bytes);
    $2 = &length;
}
%typemap(argout) (const unsigned char **BYTES, size_t *LENGTH) {
    if (*$1 != NULL &&
        !kamupin_put($input, PyBytes_FromStringAndSize((const char *)*$1, (Py_ssize_t)*$2)))
        SWIG_fail;
}

/* Bytes are read where they are, if they are bytes or a bytearray: those have functions of their own, and the
   buffer protocol is no part of the stable ABI before 3.11. A memoryview keeps the bytearray from being
   resized while the call runs. Any other buffer is copied, and the copy wiped. */
%fragment("kamupin_view", "header") %{
static PyObject *kamupin_view(PyObject *object, const char **start, size_t *length)
{
    if (PyBytes_Check(object)) {
        *start = PyBytes_AsString(object);
        *length = (size_t)PyBytes_Size(object);
        Py_INCREF(object);
        return object;
    }
    PyObject *held = PyMemoryView_FromObject(object);
    PyObject *from = object;
    if (held != NULL && !PyByteArray_Check(object)) {
        PyObject *copy = PyByteArray_FromObject(held);
        Py_DECREF(held);
        held = from = copy;
    }
    if (held != NULL) {
        *start = PyByteArray_AsString(from);
        *length = (size_t)PyByteArray_Size(from);
    }
    return held;
}

static void kamupin_view_end(PyObject *held)
{
    if (held != NULL && PyByteArray_Check(held)) /* a copy of our own */
        explicit_bzero(PyByteArray_AsString(held), (size_t)PyByteArray_Size(held));
    Py_XDECREF(held);
}
%}

%define KAMUPIN_BYTES(TYPE)
%typemap(in, fragment="kamupin_view") (TYPE *BYTES, size_t LENGTH) (PyObject *held = NULL) {
    const char *start = NULL;
    size_t length = 0;
    held = kamupin_view($input, &start, &length);
    if (held == NULL)
        SWIG_fail;
    $1 = ($1_ltype)start;
    $2 = length;
}
%typemap(freearg) (TYPE *BYTES, size_t LENGTH) "kamupin_view_end(held$argnum);"
%enddef
KAMUPIN_BYTES(const unsigned char)
KAMUPIN_BYTES(const char)

%typemap(in, numinputs=0) (char *TEXT, size_t SIZE) (char text[KAMUPIN_TEXT_MAX]) {
    $1 = text;
    $2 = sizeof text;
}
%typemap(in, fragment="kamupin_slot") (char *SLOT, size_t SIZE) (char text[KAMUPIN_PROBE_DRAFT_MAX]) {
    if (!kamupin_is_slot($input))
        SWIG_fail;
    text[0] = '\0';
    $1 = text;
    $2 = sizeof text;
}
%typemap(argout) (char *SLOT, size_t SIZE) {
    if (!kamupin_put($input, PyUnicode_DecodeUTF8($1, (Py_ssize_t)strlen($1), "replace")))
        SWIG_fail;
}

%typemap(out) unsigned char [ANY] {
    $result = PyBytes_FromStringAndSize((const char *)$1, $1_dim0);
}
%typemap(in, fragment="kamupin_view") unsigned char [ANY] (unsigned char bytes[$1_dim0]) {
    const char *start = NULL;
    size_t length = 0;
    PyObject *held = kamupin_view($input, &start, &length);
    if (held == NULL)
        SWIG_fail;
    memset(bytes, 0, sizeof bytes);
    memcpy(bytes, start, length < sizeof bytes ? length : sizeof bytes);
    kamupin_view_end(held);
    $1 = bytes;
}

/* Text: C would end it at a NUL, so that is refused. Bytes that are no UTF-8 are in a str as Python has them from files and
   the library (PEP 383), and go back as they were. The bytes are kept while the call runs. */
%fragment("kamupin_text", "header") %{
static bool kamupin_text(PyObject *given, const char *name, PyObject **held, char **text)
{
    if (!PyUnicode_Check(given)) {
        PyErr_Format(PyExc_TypeError, "%s is a str, not %R", name, (PyObject *)Py_TYPE(given));
        return false;
    }
    *held = PyUnicode_AsEncodedString(given, "utf-8", "surrogateescape");
    return *held != NULL && PyBytes_AsStringAndSize(*held, text, NULL) == 0;
}
%}
%typemap(in, fragment="kamupin_text") const char * (PyObject *held = NULL) {
    char *start = NULL;
    if ($input != Py_None && !kamupin_text($input, "$1_name", &held, &start))
        SWIG_fail;
    $1 = start;
}
%typemap(freearg) const char * "Py_XDECREF(held$argnum);"
%typemap(in, fragment="kamupin_text") char [ANY] (char room[$1_dim0]) {
    PyObject *held = NULL;
    char *start = NULL;
    bool fits = false;
    memset(room, 0, sizeof room);
    if (kamupin_text($input, "$1_name", &held, &start)) {
        fits = strlen(start) < sizeof room;
        if (fits)
            memcpy(room, start, strlen(start));
        else
            PyErr_SetString(PyExc_ValueError, "$1_name is too long");
    }
    Py_XDECREF(held);
    if (!fits)
        SWIG_fail;
    $1 = room;
}
%typemap(freearg) char [ANY] ""

%define KAMUPIN_CALLBACK(PARAMETER, CLASS, PASS)
%typemap(in) (PARAMETER, void *user) {
    void *sink = NULL;
    if (!SWIG_IsOK(SWIG_ConvertPtr($input, &sink, $descriptor(CLASS *), 0))) {
        PyErr_SetString(PyExc_TypeError, "a callback is a " #CLASS);
        SWIG_fail;
    }
    $1 = sink == NULL ? NULL : PASS;
    $2 = sink;
}
%enddef

/* Bytes that live during a callback: a copy that the layer wipes. */
%typemap(directorin) (const unsigned char *bytes, size_t length)
    "$input = PyByteArray_FromStringAndSize((const char *)$1, (Py_ssize_t)$2);"

/* The layer lets nothing out; what comes all the same is printed. */
%feature("director:except") {
    if ($error != NULL) {
        PyErr_WriteUnraisable(swig_get_self());
        throw 0;
    }
}

#endif

/* ========================================================================================== Java */
#if defined(SWIGJAVA)

%include <enumtypeunsafe.swg> /* numbers; the layer on top has enumerations */
%apply long long { long }; /* C's long has 64 bits here; SWIG's Java would make it an int */
%rename("%(lowercamelcase)s", %$isvariable) "";

%fragment("kamupin_java", "header") %{
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
    if (utf8.find('\0') == std::string::npos)
        return true;
    /* C's text would end there, and mean something else than what was given. */
    SWIG_JavaThrowException(env, SWIG_JavaIllegalArgumentException, "a text has a NUL character in it");
    return false;
}

/* A slot is an array of one. */
static bool kamupin_is_slot(JNIEnv *env, jarray slot)
{
    if (slot != NULL && env->GetArrayLength(slot) == 1)
        return true;
    SWIG_JavaThrowException(env, SWIG_JavaIllegalArgumentException, "a result needs an array of one");
    return false;
}

static jbyteArray kamupin_java_bytes(JNIEnv *env, const void *bytes, size_t length)
{
    jbyteArray made = env->NewByteArray(static_cast<jsize>(length));
    if (made != NULL)
        env->SetByteArrayRegion(made, 0, static_cast<jsize>(length), static_cast<const jbyte *>(bytes));
    return made;
}
%}

/* A handle is its address. */
%define KAMUPIN_HANDLE(TYPE)
%typemap(jni) TYPE *, const TYPE * "jlong"
%typemap(jtype) TYPE *, const TYPE * "long"
%typemap(jstype) TYPE *, const TYPE * "long"
%typemap(javain) TYPE *, const TYPE * "$javainput"
%typemap(javaout) TYPE *, const TYPE * { return $jnicall; }
%typemap(in) TYPE *, const TYPE * "$1 = reinterpret_cast<$1_ltype>($input);"
%typemap(out) TYPE *, const TYPE * "$result = reinterpret_cast<jlong>($1);"
%typemap(directorin, descriptor="J") TYPE *, const TYPE * "$input = reinterpret_cast<jlong>($1);"
%typemap(javadirectorin) TYPE *, const TYPE * "$jniinput"
%typemap(jni) TYPE ** "jlongArray"
%typemap(jtype) TYPE ** "long[]"
%typemap(jstype) TYPE ** "long[]"
%typemap(javain) TYPE ** "$javainput"
%typemap(in, fragment="kamupin_java") TYPE ** (TYPE *held = NULL, jlong address = 0) {
    if (!kamupin_is_slot(jenv, $input))
        return $null;
    jenv->GetLongArrayRegion($input, 0, 1, &address);
    held = reinterpret_cast<TYPE *>(address);
    $1 = &held;
}
%typemap(argout) TYPE ** {
    address$argnum = reinterpret_cast<jlong>(*$1);
    jenv->SetLongArrayRegion($input, 0, 1, &address$argnum);
}
%typemap(freearg) TYPE ** ""
%enddef

%define KAMUPIN_NUMBER_SLOT(TYPE, JNI, ARRAY, JAVA, SET)
%typemap(jni) TYPE *SLOT #ARRAY
%typemap(jtype) TYPE *SLOT #JAVA
%typemap(jstype) TYPE *SLOT #JAVA
%typemap(javain) TYPE *SLOT "$javainput"
%typemap(in, fragment="kamupin_java") TYPE *SLOT (TYPE given = 0) {
    if (!kamupin_is_slot(jenv, $input))
        return $null;
    $1 = &given;
}
%typemap(argout) TYPE *SLOT {
    JNI number = static_cast<JNI>(*$1);
    jenv->SET($input, 0, 1, &number);
}
%enddef
KAMUPIN_NUMBER_SLOT(size_t, jlong, jlongArray, long[], SetLongArrayRegion)
KAMUPIN_NUMBER_SLOT(unsigned int, jlong, jlongArray, long[], SetLongArrayRegion)
KAMUPIN_NUMBER_SLOT(int, jint, jintArray, int[], SetIntArrayRegion)
KAMUPIN_NUMBER_SLOT(long long, jlong, jlongArray, long[], SetLongArrayRegion)

%typemap(jni) (const unsigned char **BYTES, size_t *LENGTH) "jobjectArray"
%typemap(jtype) (const unsigned char **BYTES, size_t *LENGTH) "byte[][]"
%typemap(jstype) (const unsigned char **BYTES, size_t *LENGTH) "byte[][]"
%typemap(javain) (const unsigned char **BYTES, size_t *LENGTH) "$javainput"
%typemap(in, fragment="kamupin_java")
    (const unsigned char **BYTES, size_t *LENGTH) (const unsigned char *bytes = NULL, size_t length = 0) {
    if (!kamupin_is_slot(jenv, $input))
        return $null;
    $1 = const_cast<$1_ltype>(&bytes);
    $2 = &length;
}
%typemap(argout) (const unsigned char **BYTES, size_t *LENGTH) {
    if (*$1 != NULL) {
        jbyteArray made = kamupin_java_bytes(jenv, *$1, *$2);
        if (made != NULL)
            jenv->SetObjectArrayElement($input, 0, made);
    }
}

/* A copy, which is wiped, also when a later argument is refused. */
%fragment("kamupin_copy", "header") %{
struct kamupin_copy {
    jbyte *bytes = NULL;
    size_t length = 0;
    ~kamupin_copy()
    {
        if (bytes != NULL)
            explicit_bzero(bytes, length);
        free(bytes);
    }
};
%}

%define KAMUPIN_BYTES(TYPE)
%typemap(jni) (TYPE *BYTES, size_t LENGTH) "jbyteArray"
%typemap(jtype) (TYPE *BYTES, size_t LENGTH) "byte[]"
%typemap(jstype) (TYPE *BYTES, size_t LENGTH) "byte[]"
%typemap(javain) (TYPE *BYTES, size_t LENGTH) "$javainput"
%typemap(in, fragment="kamupin_copy") (TYPE *BYTES, size_t LENGTH) (kamupin_copy copy) {
    if ($input == NULL) {
        SWIG_JavaThrowException(jenv, SWIG_JavaNullPointerException, "no bytes");
        return $null;
    }
    copy.length = static_cast<size_t>(jenv->GetArrayLength($input));
    copy.bytes = static_cast<jbyte *>(malloc(copy.length + 1));
    if (copy.bytes == NULL) {
        SWIG_JavaThrowException(jenv, SWIG_JavaOutOfMemoryError, "no memory");
        return $null;
    }
    jenv->GetByteArrayRegion($input, 0, static_cast<jsize>(copy.length), copy.bytes);
    $1 = reinterpret_cast<$1_ltype>(copy.bytes);
    $2 = copy.length;
}
%enddef
KAMUPIN_BYTES(const unsigned char)
KAMUPIN_BYTES(const char)

%typemap(in, numinputs=0) (char *TEXT, size_t SIZE) (char text[KAMUPIN_TEXT_MAX]) {
    $1 = text;
    $2 = sizeof text;
}
%typemap(jni) (char *SLOT, size_t SIZE) "jobjectArray"
%typemap(jtype) (char *SLOT, size_t SIZE) "String[]"
%typemap(jstype) (char *SLOT, size_t SIZE) "String[]"
%typemap(javain) (char *SLOT, size_t SIZE) "$javainput"
%typemap(in, fragment="kamupin_java") (char *SLOT, size_t SIZE) (char text[KAMUPIN_PROBE_DRAFT_MAX]) {
    if (!kamupin_is_slot(jenv, $input))
        return $null;
    text[0] = '\0';
    $1 = text;
    $2 = sizeof text;
}
%typemap(argout) (char *SLOT, size_t SIZE) {
    jstring made = kamupin_java_text(jenv, $1);
    if (made != NULL)
        jenv->SetObjectArrayElement($input, 0, made);
}

%typemap(jni) unsigned char [ANY] "jbyteArray"
%typemap(jtype) unsigned char [ANY] "byte[]"
%typemap(jstype) unsigned char [ANY] "byte[]"
%typemap(javain) unsigned char [ANY] "$javainput"
%typemap(javaout) unsigned char [ANY] { return $jnicall; }
%typemap(out, fragment="kamupin_java") unsigned char [ANY]
    "$result = kamupin_java_bytes(jenv, $1, $1_dim0);"
%typemap(in) unsigned char [ANY] (unsigned char bytes[$1_dim0]) {
    jsize given = jenv->GetArrayLength($input);
    memset(bytes, 0, sizeof bytes);
    jenv->GetByteArrayRegion($input, 0, given < (jsize)sizeof bytes ? given : (jsize)sizeof bytes,
                             reinterpret_cast<jbyte *>(bytes));
    $1 = bytes;
}
%typemap(argout) unsigned char [ANY] ""
%typemap(freearg) unsigned char [ANY] ""

%define KAMUPIN_CALLBACK(PARAMETER, CLASS, PASS)
%typemap(jni) (PARAMETER, void *user) "jlong"
%typemap(jtype) (PARAMETER, void *user) "long"
%typemap(jstype) (PARAMETER, void *user) #CLASS
%typemap(javain) (PARAMETER, void *user) "CLASS.getCPtr($javainput)"
%typemap(in) (PARAMETER, void *user) {
    $1 = $input == 0 ? NULL : PASS;
    $2 = reinterpret_cast<void *>($input);
}
%enddef

/* Bytes that live during a callback: a copy that the layer wipes. */
%typemap(jni) (const unsigned char *bytes, size_t length) "jbyteArray"
%typemap(jtype) (const unsigned char *bytes, size_t length) "byte[]"
%typemap(jstype) (const unsigned char *bytes, size_t length) "byte[]"
%typemap(javadirectorin) (const unsigned char *bytes, size_t length) "$jniinput"
%typemap(directorin, descriptor="[B", fragment="kamupin_java") (const unsigned char *bytes, size_t length) %{
    $input = kamupin_java_bytes(jenv, $1, $2);
    Swig::LocalRefGuard $1_refguard(jenv, $input);
%}

/* The layer lets nothing out; what comes all the same is printed. */
%feature("director:except") %{
    if (jenv->ExceptionCheck()) {
        jenv->ExceptionDescribe();
        jenv->ExceptionClear();
        throw 0;
    }
%}

/* Text. */
%typemap(jni) const char *, char [ANY] "jstring"
%typemap(jtype) const char *, char [ANY] "String"
%typemap(jstype) const char *, char [ANY] "String"
%typemap(javain) const char *, char [ANY] "$javainput"
%typemap(javaout) const char *, char [ANY] { return $jnicall; }
%typemap(out, fragment="kamupin_java") const char *, char [ANY]
    "$result = kamupin_java_text(jenv, $1);"
%typemap(in, fragment="kamupin_java") const char * (std::string utf8) {
    $1 = NULL;
    if ($input != NULL) {
        if (!kamupin_java_utf8(jenv, $input, utf8))
            return $null;
        $1 = &utf8[0];
    }
}
%typemap(in, fragment="kamupin_java") char [ANY] (std::string utf8, char text[$1_dim0]) {
    memset(text, 0, sizeof text);
    if ($input != NULL) {
        if (!kamupin_java_utf8(jenv, $input, utf8))
            return $null;
        memcpy(text, utf8.c_str(), utf8.size() < sizeof text ? utf8.size() : sizeof text - 1);
    }
    $1 = text;
}
%typemap(freearg) const char *, char [ANY] ""
%typemap(argout) char [ANY] ""
%typemap(directorin, descriptor="Ljava/lang/String;", fragment="kamupin_java") const char * %{
    $input = kamupin_java_text(jenv, $1);
    Swig::LocalRefGuard $1_refguard(jenv, $input);
%}
%typemap(javadirectorin) const char * "$jniinput"

%pragma(java) jniclasscode=%{
  static {
    NativeLoader.load();
  }
%}

#endif
