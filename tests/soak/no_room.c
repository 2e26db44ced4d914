/* A disk that gets full, and has room again. Loaded with LD_PRELOAD.

   While the file SOAK_ROOM is there, each write to a file of the store takes one byte from it; once
   it is empty there is no room: half of a write is done, as on a real disk, and from then on none.
   SOAK_REFUSED gets a dot for each write that was refused. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t alone = PTHREAD_MUTEX_INITIALIZER;

static int of_the_store(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  char *name = strrchr(path, '/');
  return name && !strncmp(name, "/gateway.db", 11);
}

static void dot(const char *path) {
  int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 || write(file, ".", 1) != 1) abort();
  close(file);
}

/* Return 1 if there is room, 0 if there was some until now, -1 if there is none. */
static int room(void) {
  struct stat state;
  const char *path = getenv("SOAK_ROOM");
  if (stat(path, &state)) return 1;
  if (state.st_size > 1) return truncate(path, state.st_size - 1) ? 1 : 1;
  dot(getenv("SOAK_REFUSED"));
  if (state.st_size == 1) return truncate(path, 0) ? -1 : 0;
  return -1;
}

static ssize_t write_at(const char *call, int file, const void *bytes, size_t length, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) =
      (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, call);
  if (!getenv("SOAK_ROOM") || !of_the_store(file)) return real(file, bytes, length, offset);
  pthread_mutex_lock(&alone);
  int left = room();
  pthread_mutex_unlock(&alone);
  if (left > 0) return real(file, bytes, length, offset);
  if (left == 0 && length > 1) return real(file, bytes, length / 2, offset);
  errno = ENOSPC;
  return -1;
}

ssize_t pwrite(int f, const void *b, size_t n, off_t o) { return write_at("pwrite", f, b, n, o); }
ssize_t pwrite64(int f, const void *b, size_t n, off_t o) { return write_at("pwrite64", f, b, n, o); }
