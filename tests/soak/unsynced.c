/* A disk that may forget: what was not synced is noted, to be undone. Loaded with LD_PRELOAD.

   SOAK_JOURNALS is the folder of the notes: for each file of the store, one record for each change
   since its last sync: offset, length, size before, and the bytes that were there.
   SOAK_STOP ends the process at that call, before it is made; SOAK_CALLS gets a dot for each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;
static long calls;

static const char *known(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  if (!getenv("SOAK_JOURNALS")) return NULL;
  if (!strcmp(name, "gateway.db")) return "gateway.db";
  if (!strcmp(name, "gateway.db-wal")) return "gateway.db-wal";
  return NULL;
}

static const char *store_file(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  return known(path);
}

static int journal(const char *name, int flags) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("SOAK_JOURNALS"), name);
  int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0600);
  if (made < 0) abort();
  return made;
}

static void put(int file, const void *bytes, size_t length) {
  if (write(file, bytes, length) != (ssize_t)length) abort();
}

static void count_call(void) {
  const char *stop = getenv("SOAK_STOP");
  int dots = journal("calls", O_APPEND);
  put(dots, ".", 1);
  close(dots);
  if (stop && ++calls == atol(stop)) _exit(137);
}

static void note(int file, const char *name, int64_t offset, int64_t length) {
  struct stat state;
  if (fstat(file, &state)) abort();
  char *old = calloc(1, length ? length : 1);
  int64_t left = state.st_size - offset;
  int64_t had = left < 0 ? 0 : left < length ? left : length;
  if (had && pread(file, old, had, offset) != had) abort();
  int64_t head[3] = {offset, length, state.st_size};
  int notes = journal(name, O_APPEND);
  put(notes, head, sizeof head);
  put(notes, old, length);
  close(notes);
  free(old);
}

static void forget(const char *name) { close(journal(name, O_TRUNC)); }

static ssize_t write_at(const char *call, int file, const void *bytes, size_t length, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) =
      (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, call);
  const char *name = store_file(file);
  if (!name) return real(file, bytes, length, offset);
  pthread_mutex_lock(&alone);
  count_call();
  note(file, name, offset, length);
  ssize_t done = real(file, bytes, length, offset);
  pthread_mutex_unlock(&alone);
  return done;
}

static int cut_at(const char *call, int file, off_t size) {
  int (*real)(int, off_t) = (int (*)(int, off_t))dlsym(RTLD_NEXT, call);
  const char *name = store_file(file);
  struct stat state;
  if (!name) return real(file, size);
  pthread_mutex_lock(&alone);
  count_call();
  if (fstat(file, &state)) abort();
  note(file, name, size, state.st_size > size ? state.st_size - size : 0);
  int done = real(file, size);
  pthread_mutex_unlock(&alone);
  return done;
}

static int sync_now(const char *call, int file) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, call);
  const char *name = store_file(file);
  if (!name) return real(file);
  pthread_mutex_lock(&alone);
  count_call();
  int done = real(file);
  if (!done) forget(name);
  pthread_mutex_unlock(&alone);
  return done;
}

ssize_t pwrite(int f, const void *b, size_t n, off_t o) { return write_at("pwrite", f, b, n, o); }
ssize_t pwrite64(int f, const void *b, size_t n, off_t o) { return write_at("pwrite64", f, b, n, o); }
int ftruncate(int f, off_t size) { return cut_at("ftruncate", f, size); }
int ftruncate64(int f, off_t size) { return cut_at("ftruncate64", f, size); }
int fsync(int f) { return sync_now("fsync", f); }
int fdatasync(int f) { return sync_now("fdatasync", f); }

int unlink(const char *path) {
  int (*real)(const char *) = (int (*)(const char *))dlsym(RTLD_NEXT, "unlink");
  const char *name = known(path);
  int done = real(path);
  if (name && !done) forget(name);
  return done;
}
