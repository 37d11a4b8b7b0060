/*
 * Kills the process, as a power cut would, at the N-th moment at which what lies below a folder changes: before a file
 * gets its name, loses it, or in the middle of a write. Preloaded; see tests/kill-points.sh.
 *
 *   KILL_BELOW   the folder, an absolute path without links
 *   KILL_AT      N, from 1; 0 kills never
 *   KILL_LOG     a file that receives a line for each moment: what it was, and of which file
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int moments;

static const char *below(const char *path, char *full)
{
    const char *folder = getenv("KILL_BELOW");
    if (folder == NULL || path == NULL) {
        return NULL;
    }

    if (path[0] != '/') {
        char here[4096];
        if (getcwd(here, sizeof here) == NULL) {
            return NULL;
        }

        snprintf(full, 8192, "%s/%s", here, path);
    } else {
        snprintf(full, 8192, "%s", path);
    }

    /* Logs and curves are appended to line by line: they are no part of what belongs together. */
    size_t length = strlen(folder);
    int counts = strncmp(full, folder, length) == 0 && full[length] == '/'
        && strstr(full, "/log.txt") == NULL && strstr(full, "/tensorboard/") == NULL && strstr(full, "/.lock") == NULL;
    return counts ? full + length + 1 : NULL;
}

/* Whether this is the moment. */
static int comes(const char *what, const char *name)
{
    int moment = __atomic_add_fetch(&moments, 1, __ATOMIC_SEQ_CST);
    const char *log = getenv("KILL_LOG");
    if (log != NULL) {
        char line[9000];
        int length = snprintf(line, sizeof line, "%d\t%s\t%s\n", moment, what, name);
        int file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (file >= 0) {
            syscall(SYS_write, file, line, (size_t)length);
            syscall(SYS_close, file);
        }
    }

    const char *at = getenv("KILL_AT");
    return at != NULL && atoi(at) == moment;
}

static void end(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) {
        pause();
    }
}

static void before_name(const char *what, const char *path)
{
    char full[8192];
    const char *name = below(path, full);
    if (name != NULL && comes(what, name)) {
        end();
    }
}

/* The name of an open file below the folder; NULL for another one. */
static const char *name_of(int file, char *full)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) {
        return NULL;
    }

    path[length] = 0;
    return below(path, full);
}

/* The real function behind one of ours. dlsym is ours, too: it is found by the versions that C libraries give it. */
static void *next_in(void *library, const char *name)
{
    static void *(*real)(void *, const char *);
    const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
    for (int i = 0; real == NULL && i < 3; i++) {
        real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    }

    return real(library, name);
}

#define NEXT(name) ((__typeof__(&name))next_in(RTLD_NEXT, #name))

int rename(const char *from, const char *to)
{
    before_name("rename", to);
    return NEXT(rename)(from, to);
}

int link(const char *from, const char *to)
{
    before_name("link", to);
    return NEXT(link)(from, to);
}

int unlink(const char *path)
{
    before_name("unlink", path);
    return NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode)
{
    before_name("mkdir", path);
    return NEXT(mkdir)(path, mode);
}

ssize_t write(int file, const void *bytes, size_t count)
{
    char full[8192];
    const char *name = name_of(file, full);
    if (name != NULL && comes("write", name)) {
        syscall(SYS_write, file, bytes, count / 2);
        end();
    }

    return NEXT(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place)
{
    char full[8192];
    const char *name = name_of(file, full);
    if (name != NULL && comes("write", name)) {
        syscall(SYS_pwrite64, file, bytes, count / 2, place);
        end();
    }

    return NEXT(pwrite)(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place)
{
    char full[8192];
    const char *name = name_of(file, full);
    if (name != NULL && comes("write", name)) {
        syscall(SYS_pwrite64, file, bytes, count / 2, place);
        end();
    }

    return NEXT(pwrite64)(file, bytes, count, place);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t place)
{
    char full[8192];
    const char *name = name_of(file, full);
    if (name != NULL && comes("write", name)) {
        end();
    }

    return NEXT(pwritev)(file, parts, count, place);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
    before_name("renameat2", to);
    return NEXT(renameat2)(from_folder, from, to_folder, to, flags);
}

/* .NET asks for the functions that the program names itself by dlsym, which looks into the C library, past the above. */
void *dlsym(void *library, const char *name)
{
    return strcmp(name, "link") == 0 ? (void *)link
        : strcmp(name, "renameat2") == 0 ? (void *)renameat2
        : strcmp(name, "mkdir") == 0 ? (void *)mkdir
        : next_in(library, name);
}
