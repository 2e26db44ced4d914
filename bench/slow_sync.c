/* A slow disk: every sync takes SLOW_SYNC_US microseconds more. Loaded with LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int file) {
  const char *wait = getenv("SLOW_SYNC_US");
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (wait) usleep(atoi(wait));
  return real(file);
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
