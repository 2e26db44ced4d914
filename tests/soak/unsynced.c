/* A disk that may forget: what was not synced is noted, to be undone. Loaded with LD_PRELOAD.

   SOAK_DATA is the folder of the store, SOAK_JOURNALS that of the notes. For each file of the store:
     NAME       a record for each change since its last sync: offset, length, size before, old bytes
     NAME.new   is there while no sync of the folder says that the file is in it
     NAME.gone  the file as it was, while no sync of the folder says that it was removed;
                NAME.gone.log are its own changes that were not synced
   stop_after(n) ends the process at the n-th call from now on, before it is made.

   Covered is all that SQLite does here (open, pwrite, write, ftruncate, fsync, fdatasync, unlink,
   syncs of the folder), and rename and link, by which the key, a backup and what is restored come into their
   places. Not covered: the -shm
   file (a map of memory, made anew after a cut), writes through mmap, writev and fallocate (nobody
   asks SQLite for them), other files beside the store, and a disk that only says it has synced. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))
#define ROOM 4096

typedef int (*open_call)(const char *, int, ...);
typedef ssize_t (*pwrite_call)(int, const void *, size_t, off_t);
typedef ssize_t (*write_call)(int, const void *, size_t);
typedef int (*cut_call)(int, off_t);
typedef int (*sync_call)(int);
typedef int (*unlink_call)(const char *);
typedef int (*rename_call)(const char *, const char *);
typedef int (*linkat_call)(int, const char *, int, const char *, int);

static const char *const names[] = {"gateway.db", "gateway.db-wal", "gateway.db-journal",
                                    "gateway.restoring", "gateway.restoring-wal",
                                    "gateway.restoring-journal", "gateway.before-restore",
                                    "key", "key.part",
                                    "copy.db", "copy.db.part", "copy.db.part-journal"};
static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
static long left; /* calls until the end; 0: no end */

void stop_after(long calls) {
  pthread_mutex_lock(&alone);
  left = calls;
  pthread_mutex_unlock(&alone);
}

static void count_call(void) {
  if (left && !--left) _exit(137);
}

static const char *known(const char *path) {
  const char *slash = strrchr(path, '/');
  if (!getenv("SOAK_JOURNALS")) return NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(slash ? slash + 1 : path, names[i])) return names[i];
  return NULL;
}

static int path_of(int file, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, ROOM - 1);
  path[length < 0 ? 0 : length] = 0;
  return length > 0;
}

static const char *store_file(int file) {
  char path[ROOM];
  return path_of(file, path) ? known(path) : NULL;
}

static const char *beside(char *path, const char *name, const char *end) {
  snprintf(path, ROOM, "%s/%s%s", getenv("SOAK_JOURNALS"), name, end);
  return path;
}

static int journal(const char *name, const char *end, int flags) {
  char path[ROOM];
  int how = O_WRONLY | O_CREAT | O_CLOEXEC | flags;
  int made = REAL(open_call, "open")(beside(path, name, end), how, 0600);
  if (made < 0) abort();
  return made;
}

static void put(int file, const void *bytes, size_t length) {
  if (REAL(write_call, "write")(file, bytes, length) != (ssize_t)length) abort();
}

static void note(int file, const char *name, int64_t offset, int64_t length) {
  struct stat state;
  if (fstat(file, &state)) abort();
  char *old = calloc(1, length ? length : 1);
  int64_t there = state.st_size - offset;
  int64_t had = there < 0 ? 0 : there < length ? there : length;
  if (had && pread(file, old, had, offset) != had) abort();
  int64_t head[3] = {offset, length, state.st_size};
  int notes = journal(name, "", O_APPEND);
  put(notes, head, sizeof head);
  put(notes, old, length);
  close(notes);
  free(old);
}

static void drop(const char *name, const char *end) {
  char path[ROOM];
  REAL(unlink_call, "unlink")(beside(path, name, end));
}

static int there(const char *name, const char *end) {
  char path[ROOM];
  return !access(beside(path, name, end), F_OK);
}

/* The folder was synced: which files are in it is certain now. */
static void folder_is_certain(void) {
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    drop(names[i], ".new");
    drop(names[i], ".gone");
    drop(names[i], ".gone.log");
  }
}

static int is_folder(int file) {
  char path[ROOM], *data = getenv("SOAK_DATA");
  return data && path_of(file, path) && !strcmp(path, data);
}

static int sync_now(const char *call, int file) {
  const char *name = store_file(file);
  int folder = !name && is_folder(file);
  if (!name && !folder) return REAL(sync_call, call)(file);
  pthread_mutex_lock(&alone);
  count_call();
  int done = REAL(sync_call, call)(file);
  if (!done && name) drop(name, "");
  if (!done && folder) folder_is_certain();
  pthread_mutex_unlock(&alone);
  return done;
}

static int open_file(const char *call, const char *path, int flags, mode_t mode) {
  const char *name = flags & O_CREAT ? known(path) : NULL;
  if (!name) return REAL(open_call, call)(path, flags, mode);
  pthread_mutex_lock(&alone);
  int fresh = access(path, F_OK) != 0;
  if (fresh) count_call();
  int file = REAL(open_call, call)(path, flags, mode);
  if (fresh && file >= 0) close(journal(name, ".new", 0));
  pthread_mutex_unlock(&alone);
  return file;
}

static ssize_t write_at(const char *call, int file, const void *bytes, size_t length, off_t at) {
  const char *name = store_file(file);
  if (!name) return REAL(pwrite_call, call)(file, bytes, length, at);
  pthread_mutex_lock(&alone);
  count_call();
  note(file, name, at, length);
  ssize_t done = REAL(pwrite_call, call)(file, bytes, length, at);
  pthread_mutex_unlock(&alone);
  return done;
}

static int cut_at(const char *call, int file, off_t size) {
  struct stat state;
  const char *name = store_file(file);
  if (!name) return REAL(cut_call, call)(file, size);
  pthread_mutex_lock(&alone);
  count_call();
  if (fstat(file, &state)) abort();
  note(file, name, size, state.st_size > size ? state.st_size - size : 0);
  int done = REAL(cut_call, call)(file, size);
  pthread_mutex_unlock(&alone);
  return done;
}

/* A file that was not certain to be there is simply gone; another may come back. */
static void remember(const char *name, const char *path) {
  char kept[ROOM], log[ROOM], kept_log[ROOM];
  beside(kept, name, ".gone");
  beside(log, name, "");
  beside(kept_log, name, ".gone.log");
  if (!there(name, ".new") && !there(name, ".gone")) {
    if (REAL(linkat_call, "linkat")(AT_FDCWD, path, AT_FDCWD, kept, 0)) abort();
    if (there(name, "") && REAL(rename_call, "rename")(log, kept_log)) abort();
  }
  drop(name, ".new");
  drop(name, "");
}

int unlink(const char *path) {
  const char *name = known(path);
  if (!name || access(path, F_OK)) return REAL(unlink_call, "unlink")(path);
  pthread_mutex_lock(&alone);
  count_call();
  remember(name, path);
  int done = REAL(unlink_call, "unlink")(path);
  pthread_mutex_unlock(&alone);
  return done;
}

/* What was not synced of a file goes with it; the name it had is free at once. */
int rename(const char *from, const char *to) {
  const char *name = known(to), *old = known(from);
  char log[ROOM], new_log[ROOM];
  if (!name || !old) return REAL(rename_call, "rename")(from, to);
  pthread_mutex_lock(&alone);
  count_call();
  if (!access(to, F_OK)) remember(name, to);
  else close(journal(name, ".new", 0));
  beside(log, old, "");
  beside(new_log, name, "");
  if (there(old, "") && REAL(rename_call, "rename")(log, new_log)) abort();
  drop(old, ".new");
  int done = REAL(rename_call, "rename")(from, to);
  pthread_mutex_unlock(&alone);
  return done;
}

/* A second name for what was synced; SQLite asks for none. */
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
  const char *name = known(to);
  if (!name) return REAL(linkat_call, "linkat")(from_at, from, to_at, to, flags);
  pthread_mutex_lock(&alone);
  count_call();
  close(journal(name, ".new", 0));
  int done = REAL(linkat_call, "linkat")(from_at, from, to_at, to, flags);
  pthread_mutex_unlock(&alone);
  return done;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

static mode_t mode_of(int flags, va_list more) { return flags & O_CREAT ? va_arg(more, mode_t) : 0; }

#define OPEN(name)                                  \
  int name(const char *path, int flags, ...) {      \
    va_list more;                                   \
    va_start(more, flags);                          \
    mode_t mode = mode_of(flags, more);             \
    va_end(more);                                   \
    return open_file(#name, path, flags, mode);     \
  }
OPEN(open)
OPEN(open64)

ssize_t write(int f, const void *b, size_t n) {
  if (!store_file(f)) return REAL(write_call, "write")(f, b, n);
  off_t at = lseek(f, 0, SEEK_CUR);
  ssize_t done = write_at("pwrite", f, b, n, at);
  if (done > 0) lseek(f, at + done, SEEK_SET);
  return done;
}

ssize_t pwrite(int f, const void *b, size_t n, off_t o) { return write_at("pwrite", f, b, n, o); }
ssize_t pwrite64(int f, const void *b, size_t n, off_t o) { return write_at("pwrite64", f, b, n, o); }
int ftruncate(int f, off_t size) { return cut_at("ftruncate", f, size); }
int ftruncate64(int f, off_t size) { return cut_at("ftruncate64", f, size); }
int fsync(int f) { return sync_now("fsync", f); }
int fdatasync(int f) { return sync_now("fdatasync", f); }
