/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   blocks.c: a preload library that counts the blocks of memory which are alive and were asked for by the
   library or a binding's native half, by the address that malloc returns to: an interpreter's or a virtual
   machine's own memory, which comes and goes, is not in the count. KAMUPIN_BLOCKS names a file whose first
   eight bytes are the count, at any time. Changes nothing. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void __libc_free(void *block);

/* The blocks that are counted: open addressing, removed ones stay as TOMB. */
#define SLOTS (1u << 22)
#define TOMB  1

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t *blocks;
static int64_t none, *count = &none;

static struct range {
    uintptr_t from, to;
} ranges[4];
static int known;

static int look(struct dl_phdr_info *object, size_t size, void *data)
{
    const char *name = strrchr(object->dlpi_name, '/');
    (void)size;
    (void)data;
    if (name == NULL || known == 4 ||
        (strncmp(name, "/libkamupin.so", 14) != 0 && strncmp(name, "/libkamupin_", 12) != 0 &&
         strncmp(name, "/_native", 8) != 0))
        return 0;
    for (int i = 0; i < object->dlpi_phnum; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD && (object->dlpi_phdr[i].p_flags & PF_X) != 0) {
            ranges[known].from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
            ranges[known].to = ranges[known].from + object->dlpi_phdr[i].p_memsz;
            known++;
        }
    return 0;
}

/* Libraries are looked for again whenever one was loaded. */
void *dlopen(const char *path, int flags)
{
    typedef void *function(const char *, int);
    void *made = ((function *)dlsym(RTLD_NEXT, "dlopen"))(path, flags);

    pthread_mutex_lock(&lock);
    known = 0;
    dl_iterate_phdr(look, NULL);
    pthread_mutex_unlock(&lock);
    return made;
}

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("KAMUPIN_BLOCKS");
    void *table = mmap(NULL, SLOTS * sizeof *blocks, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (path == NULL)
        return;
    if (table == MAP_FAILED || file < 0 || ftruncate(file, sizeof *count) != 0)
        abort();
    count = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (count == MAP_FAILED)
        abort();
    blocks = table;
    dl_iterate_phdr(look, NULL);
}

static size_t place(uintptr_t block)
{
    return (size_t)((block >> 4) * 0x9E3779B97F4A7C15u >> 42) & (SLOTS - 1);
}

static void *made(void *block, const void *caller)
{
    const uintptr_t at = (uintptr_t)caller;

    if (blocks == NULL || block == NULL)
        return block;
    for (int i = 0; i < known; i++) {
        if (at < ranges[i].from || at >= ranges[i].to)
            continue;
        pthread_mutex_lock(&lock);
        size_t slot = place((uintptr_t)block);
        while (blocks[slot] > TOMB)
            slot = (slot + 1) & (SLOTS - 1);
        blocks[slot] = (uintptr_t)block;
        ++*count;
        pthread_mutex_unlock(&lock);
        break;
    }
    return block;
}

static void gone(const void *block)
{
    if (blocks == NULL || block == NULL || __atomic_load_n(count, __ATOMIC_RELAXED) == 0)
        return;
    pthread_mutex_lock(&lock);
    for (size_t slot = place((uintptr_t)block); blocks[slot] != 0; slot = (slot + 1) & (SLOTS - 1))
        if (blocks[slot] == (uintptr_t)block) {
            blocks[slot] = blocks[(slot + 1) & (SLOTS - 1)] == 0 ? 0 : TOMB;
            --*count;
            break;
        }
    pthread_mutex_unlock(&lock);
}

void *malloc(size_t size)
{
    return made(__libc_malloc(size), __builtin_return_address(0));
}

void *calloc(size_t number, size_t size)
{
    return made(__libc_calloc(number, size), __builtin_return_address(0));
}

void *realloc(void *block, size_t size)
{
    gone(block);
    return made(__libc_realloc(block, size), __builtin_return_address(0));
}

void free(void *block)
{
    gone(block);
    __libc_free(block);
}

char *strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = made(__libc_malloc(size), __builtin_return_address(0));
    return copy == NULL ? NULL : memcpy(copy, text, size);
}

char *strndup(const char *text, size_t most)
{
    size_t size = strnlen(text, most);
    char *copy = made(__libc_malloc(size + 1), __builtin_return_address(0));
    if (copy != NULL) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    return copy;
}

/* C++'s new and delete, in a plain way: operator new's own call of malloc comes from the C++ library. */
void *_Znwm(size_t size);
void *_Znwm(size_t size)
{
    void *block = __libc_malloc(size == 0 ? 1 : size);
    if (block == NULL)
        abort();
    return made(block, __builtin_return_address(0));
}
