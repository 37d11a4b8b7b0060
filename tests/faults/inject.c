/* Lets writes below a folder fail, one by one, in a program that was not made for it: LD_PRELOAD=inject.so PROGRAM.

   FAULT_BELOW   the folder, absolute: calls that change something below it are counted
   FAULT_AT      number of the call that fails, from 1; 0: none, they are only counted
   FAULT_ERRNO   what the call fails with: 28 (no space), 5 (input/output), 30 (read-only); 0: in its place the folder is
                 moved to FAULT_BELOW.gone, and the call is made
   FAULT_ONCE    1: the calls behind it succeed again; else they fail, too, as on a disk that stays full
   FAULT_COUNT   a file, outside of the folder, that receives the number of calls at the end, and the name of the failed one */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))next(#name))
#define FILES 4096

/* The real function behind one of ours. dlsym is ours, too: it is found by the versions that C libraries give it. */
static void *next_in(void *library, const char *name) {
  static void *(*real)(void *, const char *);
  const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (int i = 0; !real && i < 3; i++) real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  return real(library, name);
}
static void *next(const char *name) { return next_in(RTLD_NEXT, name); }

static atomic_long calls;
static atomic_char ours[FILES];
static char failed[64] = "none";

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

static int below(const char *path) {
  const char *folder = setting("FAULT_BELOW");
  size_t length = strlen(folder);
  char full[2 * PATH_MAX];
  if (!path || !length) return 0;
  if (path[0] != '/') {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return 0;
    snprintf(full, sizeof full, "%s/%s", here, path);
    path = full;
  }
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* Counts a call; 1 where it is to fail. */
static int fails(const char *name) {
  long at = atol(setting("FAULT_AT")), number = ++calls;
  int fault = atoi(setting("FAULT_ERRNO"));
  if (at == 0 || number < at || (number > at && (fault == 0 || setting("FAULT_ONCE")[0] == '1'))) return 0;
  if (number == at) snprintf(failed, sizeof failed, "%s", name);
  if (fault == 0) {
    char gone[PATH_MAX];
    snprintf(gone, sizeof gone, "%s.gone", setting("FAULT_BELOW"));
    REAL(rename)(setting("FAULT_BELOW"), gone);
    return 0;
  }
  errno = fault;
  return 1;
}

static int is_ours(int file) { return file >= 0 && file < FILES && ours[file]; }

static int opened(int file, const char *path) {
  if (file >= 0 && file < FILES) ours[file] = below(path);
  return file;
}

#define OPEN(name)                                                                                                     \
  int name(const char *path, int flags, ...) {                                                                         \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = va_arg(more, int);                                                                                   \
    va_end(more);                                                                                                      \
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;                                                    \
    if (writes && below(path) && fails(#name)) return -1;                                                              \
    int file = REAL(name)(path, flags, mode);                                                                          \
    return writes ? opened(file, path) : opened(file, NULL);                                                           \
  }
OPEN(open)
OPEN(open64)

#define FAIL_OF(type, name, parameters, arguments)                                                                     \
  type name parameters { return is_ours(file) && fails(#name) ? -1 : REAL(name) arguments; }
FAIL_OF(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
FAIL_OF(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
FAIL_OF(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
FAIL_OF(int, fsync, (int file), (file))
FAIL_OF(int, ftruncate, (int file, off_t length), (file, length))
FAIL_OF(int, ftruncate64, (int file, off64_t length), (file, length))

int close(int file) {
  if (file >= 0 && file < FILES) ours[file] = 0;
  return REAL(close)(file);
}

int rename(const char *from, const char *to) { return below(to) && fails("rename") ? -1 : REAL(rename)(from, to); }
int link(const char *from, const char *to) { return below(to) && fails("link") ? -1 : REAL(link)(from, to); }
int unlink(const char *path) { return below(path) && fails("unlink") ? -1 : REAL(unlink)(path); }
int mkdir(const char *path, mode_t mode) { return below(path) && fails("mkdir") ? -1 : REAL(mkdir)(path, mode); }
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return below(to) && fails("renameat2") ? -1 : REAL(renameat2)(from_folder, from, to_folder, to, flags);
}

/* .NET asks for the functions that the program names itself by dlsym, which looks into the C library, past the ones above. */
void *dlsym(void *library, const char *name) {
  if (strcmp(name, "link") == 0) return (void *)link;
  if (strcmp(name, "renameat2") == 0) return (void *)renameat2;
  if (strcmp(name, "mkdir") == 0) return (void *)mkdir;
  if (strcmp(name, "fsync") == 0) return (void *)fsync;
  return next_in(library, name);
}

__attribute__((destructor)) static void report(void) {
  const char *path = setting("FAULT_COUNT");
  FILE *file = *path ? fopen(path, "w") : NULL;
  if (file) {
    fprintf(file, "%ld %s\n", (long)calls, failed);
    fclose(file);
  }
}
