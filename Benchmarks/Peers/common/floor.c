// The disk's own speed: 4 KiB after 4 KiB into a zero-filled file, each with an fdatasync, by one thread.
//
//   floor WRITES DIRECTORY

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    long writes = atol(argv[1]);
    char path[4096];
    snprintf(path, sizeof path, "%s/floor.dat", argv[2]);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    char *block = calloc(1, 4096);
    double *times = calloc((size_t)writes, sizeof *times);
    if (file < 0 || writes < 1) { perror(path); return 3; }
    unlink(path);
    for (long i = 0; i < writes; i++)
        if (pwrite(file, block, 4096, i * 4096) != 4096) { perror("fill"); return 3; }
    if (fsync(file)) { perror("fsync"); return 3; }
    memset(block, 0xA5, 4096);
    double start = now();
    for (long i = 0; i < writes; i++) {
        double begin = now();
        if (pwrite(file, block, 4096, i * 4096) != 4096 || fdatasync(file)) { perror("sync"); return 3; }
        times[i] = now() - begin;
    }
    double seconds = (now() - start) / 1e6;
    qsort(times, (size_t)writes, sizeof *times, by_size);
    printf("{\"peer\":\"floor\",\"variant\":\"append-4k\",\"workload\":\"hot20k\",\"callers\":1,\"attempts\":%ld,"
           "\"seconds\":%.4f,\"attempts_per_s\":%.0f,\"accepted_per_s\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f,"
           "\"p999_us\":%.1f,\"max_us\":%.1f,\"invariant\":true}\n",
           writes, seconds, writes / seconds, writes / seconds, times[writes / 2], times[writes * 99 / 100],
           times[writes * 999 / 1000], times[writes - 1]);
    return 0;
}
