// A slower disk: adds SLOWSYNC_US microseconds to every fsync and fdatasync of a program that it is preloaded into.
// It sleeps, as a disk would, and takes no processor. Programs that make system calls by themselves are not reached.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int slowly(const char *name, int file) {
    // Looked up each time: it costs nothing beside a sync, and needs no lock.
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = real(file), error = errno;
    const char *text = getenv("SLOWSYNC_US");
    long microseconds = text ? atol(text) : 0;
    struct timespec rest = {microseconds / 1000000, microseconds % 1000000 * 1000};
    if (microseconds > 0) nanosleep(&rest, NULL);
    errno = error;
    return result;
}

int fsync(int file) { return slowly("fsync", file); }

int fdatasync(int file) { return slowly("fdatasync", file); }
