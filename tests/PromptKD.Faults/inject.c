/* Stands between a program and the disk, below one folder: lets calls fail, moves the folder away, kills the process,
   or keeps copies of the folder as a kill would have left it. LD_PRELOAD=inject.so PROGRAM; fault_next says what comes.

   A call that changes something takes a lock until it is done: a copy is what lay there at one moment. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))next_in(RTLD_NEXT, #name))
#define FILES 4096

enum fault { COUNT, FULL, ONCE, GONE, KILL, COPY };
enum verdict { PASS, FAIL, HALF };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static __thread int holds;
static volatile char ours[FILES];
static char folder[PATH_MAX], copies[PATH_MAX];
static long calls, at;
static enum fault fault;
static FILE *heard;
static long moments[4096];
static int moment_count;

/* The real function behind one of ours. dlsym is ours, too: it is found by the versions that C libraries give it. */
static void *next_in(void *library, const char *name) {
  static void *(*real)(void *, const char *);
  const char *versions[] = {"GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5"};
  for (int i = 0; !real && i < 3; i++) real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
  return real(library, name);
}

/* What happens next below a folder: at call AT (from 1), or at all calls behind it, too. LIST receives a line for each
   call: number, name, place below the folder. COPY puts copies of the folder, as a kill in the middle of each of
   NUMBERS would have left it, below KEPT. Returns how many calls there were since the last time. */
__attribute__((visibility("default"))) long fault_next(const char *below, int what, long number, const char *list,
                                                       const char *kept, const long *numbers, int count) {
  pthread_mutex_lock(&lock);
  long before = calls;
  if (heard) fclose(heard);
  snprintf(folder, sizeof folder, "%s", below);
  snprintf(copies, sizeof copies, "%s", kept);
  fault = what, at = number, calls = 0;
  moment_count = count < 4096 ? count : 4096;
  for (int i = 0; i < moment_count; i++) moments[i] = numbers[i];
  heard = *list ? fopen(list, "w") : NULL;
  pthread_mutex_unlock(&lock);
  return before;
}

static int below(const char *path) {
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

static void copy_file(const char *from, const char *to, const struct stat *status) {
  int source = REAL(open)(from, O_RDONLY | O_CLOEXEC);
  int target = REAL(open)(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, status->st_mode & 07777);
  while (source >= 0 && target >= 0 && REAL(sendfile)(target, source, NULL, 1 << 20) > 0) {}
  struct timespec times[2] = {status->st_atim, status->st_mtim};
  if (target >= 0) futimens(target, times), REAL(close)(target);
  if (source >= 0) REAL(close)(source);
}

static void copy_tree(const char *from, const char *to) {
  DIR *entries = opendir(from);
  struct dirent *entry;
  REAL(mkdir)(to, 0755);
  while (entries && (entry = readdir(entries))) {
    char source[PATH_MAX], target[PATH_MAX], link[PATH_MAX];
    struct stat status;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (snprintf(source, sizeof source, "%s/%s", from, entry->d_name) >= (int)sizeof source) abort();
    if (snprintf(target, sizeof target, "%s/%s", to, entry->d_name) >= (int)sizeof target) abort();
    if (lstat(source, &status) != 0) continue;
    ssize_t length = S_ISLNK(status.st_mode) ? readlink(source, link, sizeof link - 1) : -1;
    if (S_ISDIR(status.st_mode)) copy_tree(source, target);
    else if (S_ISREG(status.st_mode)) copy_file(source, target, &status);
    else if (length > 0) link[length] = 0, REAL(symlink)(link, target);
  }
  if (entries) closedir(entries);
}

static void die_or_copy(void) {
  if (fault == KILL) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
  }
  char target[PATH_MAX];
  if (snprintf(target, sizeof target, "%s/%ld", copies, calls) >= (int)sizeof target) abort();
  copy_tree(folder, target);
}

static int is_moment(void) {
  for (int i = 0; i < moment_count; i++) {
    if (moments[i] == calls) return 1;
  }
  return 0;
}

/* Counts a call of ours, which holds the lock until it is done. HALF: half of what is written gets through, then comes
   what has to come. */
static enum verdict begins(const char *name, const char *path, int file, size_t bytes) {
  if (file >= 0 ? file >= FILES || !ours[file] : !below(path)) return PASS;
  pthread_mutex_lock(&lock);
  holds = 1;
  calls++;
  if (heard) {
    char link[64], full[PATH_MAX];
    if (file >= 0) {
      snprintf(link, sizeof link, "/proc/self/fd/%d", file);
      ssize_t length = readlink(link, full, sizeof full - 1);
      full[length > 0 ? length : 0] = 0;
      path = full;
    }
    size_t length = strlen(folder);
    fprintf(heard, "%ld\t%s\t%s\n", calls, name, strlen(path) > length ? path + length + 1 : ".");
    fflush(heard);
  }
  switch (fault) {
    case FULL:
      errno = ENOSPC;
      return calls == at && bytes > 1 ? HALF : calls >= at ? FAIL : PASS;
    case ONCE:
      errno = EIO;
      return calls == at ? FAIL : PASS;
    case GONE:
      if (calls == at) {
        char gone[PATH_MAX + 8];
        snprintf(gone, sizeof gone, "%s.gone", folder);
        REAL(rename)(folder, gone);
      }
      return PASS;
    case KILL:
    case COPY:
      if (fault == KILL ? calls != at : !is_moment()) return PASS;
      if (bytes > 1) return HALF;
      die_or_copy();
      return PASS;
    default:
      return PASS;
  }
}

static void ends(void) {
  int error = errno;
  if (holds) {
    holds = 0;
    pthread_mutex_unlock(&lock);
  }
  errno = error;
}

static int opened(int file, int is_ours) {
  if (file >= 0 && file < FILES) ours[file] = is_ours;
  return file;
}

#define OPEN(name)                                                                                                     \
  int name(const char *path, int flags, ...) {                                                                         \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = va_arg(more, int);                                                                                   \
    va_end(more);                                                                                                      \
    int writes = (flags & O_ACCMODE) != O_RDONLY || flags & O_CREAT;                                                   \
    if (!writes) return opened(REAL(name)(path, flags, mode), 0);                                                      \
    int fails = begins(#name, path, -1, 0) == FAIL;                                                                    \
    int file = fails ? -1 : opened(REAL(name)(path, flags, mode), below(path));                                        \
    ends();                                                                                                            \
    return file;                                                                                                       \
  }
OPEN(open)
OPEN(open64)

#define CALL(type, name, parameters, path, file, arguments)                                                            \
  type name parameters {                                                                                               \
    type result = begins(#name, path, file, 0) == FAIL ? -1 : REAL(name) arguments;                                    \
    ends();                                                                                                            \
    return result;                                                                                                     \
  }
CALL(int, fsync, (int file), NULL, file, (file))
CALL(int, ftruncate, (int file, off_t length), NULL, file, (file, length))
CALL(int, ftruncate64, (int file, off64_t length), NULL, file, (file, length))
CALL(int, posix_fallocate, (int file, off_t from, off_t length), NULL, file, (file, from, length))
CALL(int, rename, (const char *from, const char *to), to, -1, (from, to))
CALL(int, link, (const char *from, const char *to), to, -1, (from, to))
CALL(int, symlink, (const char *from, const char *to), to, -1, (from, to))
CALL(int, unlink, (const char *path), path, -1, (path))
CALL(int, rmdir, (const char *path), path, -1, (path))
CALL(int, mkdir, (const char *path, mode_t mode), path, -1, (path, mode))
CALL(int, renameat2, (int from_folder, const char *from, int to_folder, const char *to, unsigned flags), to, -1,
     (from_folder, from, to_folder, to, flags))
CALL(ssize_t, pwritev, (int file, const struct iovec *parts, int count, off_t place), NULL, file,
     (file, parts, count, place))
CALL(ssize_t, sendfile, (int file, int from, off_t *place, size_t bytes), NULL, file, (file, from, place, bytes))
CALL(ssize_t, sendfile64, (int file, int from, off64_t *place, size_t bytes), NULL, file, (file, from, place, bytes))
CALL(ssize_t, copy_file_range, (int from, off64_t *place, int file, off64_t *to, size_t bytes, unsigned flags), NULL,
     file, (from, place, file, to, bytes, flags))

/* What is written when half of it gets through: that half, where the rest does not fit; all of it behind a copy. */
#define WRITE(name, parameters, arguments, half, rest)                                                                 \
  ssize_t name parameters {                                                                                            \
    enum verdict verdict = begins(#name, NULL, file, count);                                                           \
    ssize_t result = -1;                                                                                               \
    if (verdict == PASS) result = REAL(name) arguments;                                                                \
    if (verdict == HALF) {                                                                                             \
      result = REAL(name) half;                                                                                        \
      if (fault != FULL) {                                                                                             \
        die_or_copy();                                                                                                 \
        ssize_t more = REAL(name) rest;                                                                                \
        result = more < 0 ? more : result + more;                                                                      \
      }                                                                                                                \
    }                                                                                                                  \
    ends();                                                                                                            \
    return result;                                                                                                     \
  }
#define FROM_HALF (const char *)bytes + count / 2, count - count / 2
WRITE(write, (int file, const void *bytes, size_t count), (file, bytes, count), (file, bytes, count / 2),
      (file, FROM_HALF))
WRITE(pwrite, (int file, const void *bytes, size_t count, off_t to), (file, bytes, count, to),
      (file, bytes, count / 2, to), (file, FROM_HALF, to + (off_t)(count / 2)))
WRITE(pwrite64, (int file, const void *bytes, size_t count, off64_t to), (file, bytes, count, to),
      (file, bytes, count / 2, to), (file, FROM_HALF, to + (off64_t)(count / 2)))

int close(int file) {
  if (file >= 0 && file < FILES) ours[file] = 0;
  return REAL(close)(file);
}

/* .NET asks for the functions that the program names itself by dlsym, which looks into the C library, past these. */
void *dlsym(void *library, const char *name) {
  if (strcmp(name, "link") == 0) return (void *)link;
  if (strcmp(name, "renameat2") == 0) return (void *)renameat2;
  if (strcmp(name, "mkdir") == 0) return (void *)mkdir;
  if (strcmp(name, "fsync") == 0) return (void *)fsync;
  return next_in(library, name);
}
