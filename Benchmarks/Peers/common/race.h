// The capacity race, for every peer that is spoken to in C: the workloads, the callers, the clock, the check at the end
// and the line of JSON. A peer brings five functions and calls race_main.
//
//   race VARIANT WORKLOAD CALLERS SECONDS TARGET
//
// Attempts are numbered; callers draw the next number and wait for its answer before they draw again. After SECONDS no
// further number is drawn, so that a slow peer ends in time; its rate is that of what it did.

#ifndef RACE_H
#define RACE_H

#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum outcome { ACCEPTED, DUPLICATE, FULL, FAILED };

struct workload {
    const char *name;
    int terms;
    int64_t seats, people, attempts;
};

// A person applies at most once for a term. In t64 each of 20,000 people applies for four terms, 1,250 for each term.
static const struct workload workloads[] = {
    {"hot20k", 1, 20000, 20000, 20000},      {"hot1k", 1, 1000, 20000, 20000},
    {"t64", 64, 1000, 20000, 80000},         {"hot200k", 1, 200000, 200000, 200000},
};

// What a peer does. `apply` is for `count` people from `person` on, all at once where count > 1.
struct peer {
    const char *name;
    int people_a_call;
    void (*prepare)(const struct workload *, const char *variant, const char *target);
    void *(*connect)(int caller);
    enum outcome (*apply)(void *connection, int64_t person, int term, int count);
    void (*disconnect)(void *connection);
    // Asked after the race: seats taken in terms that are not oversold, and how many different people hold one.
    int64_t (*seats_taken)(void);
    int64_t (*people_enrolled)(void);
};

// The term that the warm-up applies for; its people come after all others. No count at the end includes it.
#define WARM_UP_TERM 1000000
#define WARM_UP_PEOPLE 2000

struct race {
    const struct peer *peer;
    const struct workload *workload;
    int callers;
    int64_t calls, deadline, start;
    int64_t next, next_warm_up;
    uint32_t *latency;
    uint8_t *outcome;
    pthread_barrier_t barrier;
};

struct caller {
    struct race *race;
    int number;
    pthread_t thread;
};

static int64_t race_retries;

static void race_fail(const char *what, const char *detail) {
    fprintf(stderr, "race: %s: %s\n", what, detail ? detail : "no detail");
    exit(3);
}

static inline void race_retried(void) { __atomic_fetch_add(&race_retries, 1, __ATOMIC_RELAXED); }

static inline int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline int race_term(const struct workload *w, int64_t attempt) {
    return w->terms == 1 ? 0 : (int)((attempt % w->people + 16 * (attempt / w->people)) % w->terms);
}

// How many must be let in when everybody has applied.
static int64_t race_expected(const struct workload *w) {
    int64_t *applied = calloc((size_t)w->terms, sizeof *applied), sum = 0;
    for (int64_t i = 0; i < w->attempts; i++) applied[race_term(w, i)]++;
    for (int t = 0; t < w->terms; t++) sum += applied[t] < w->seats ? applied[t] : w->seats;
    free(applied);
    return sum;
}

static void *race_caller(void *argument) {
    struct caller *caller = argument;
    struct race *race = caller->race;
    const struct peer *peer = race->peer;
    const struct workload *w = race->workload;
    void *connection = peer->connect(caller->number);
    pthread_barrier_wait(&race->barrier);
    int64_t warm_until = nanoseconds() + 500000000;
    for (;;) {
        int64_t i = __atomic_fetch_add(&race->next_warm_up, peer->people_a_call, __ATOMIC_RELAXED);
        if (i >= WARM_UP_PEOPLE || nanoseconds() > warm_until) break;
        peer->apply(connection, w->people + i, WARM_UP_TERM, peer->people_a_call);
    }
    pthread_barrier_wait(&race->barrier);
    // The clock is set between these two.
    pthread_barrier_wait(&race->barrier);
    for (;;) {
        int64_t begin = nanoseconds();
        if (begin > race->deadline) break;
        int64_t call = __atomic_fetch_add(&race->next, 1, __ATOMIC_RELAXED);
        if (call >= race->calls) break;
        int64_t attempt = call * peer->people_a_call, left = w->attempts - attempt;
        int count = left < peer->people_a_call ? (int)left : peer->people_a_call;
        enum outcome outcome = peer->apply(connection, attempt % w->people, race_term(w, attempt), count);
        int64_t took = nanoseconds() - begin;
        race->latency[call] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
        race->outcome[call] = (uint8_t)(outcome + 1);
    }
    pthread_barrier_wait(&race->barrier);
    peer->disconnect(connection);
    return NULL;
}

static int race_by_size(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double race_cpu(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static bool race_report(const struct race *race, const char *variant, double seconds, double cpu) {
    const struct workload *w = race->workload;
    int64_t counts[4] = {0}, calls = 0, people = 0;
    uint32_t *sorted = malloc((size_t)race->calls * sizeof *sorted + sizeof *sorted);
    for (int64_t call = 0; call < race->calls; call++) {
        if (!race->outcome[call]) continue;
        int64_t left = w->attempts - call * race->peer->people_a_call;
        int64_t count = left < race->peer->people_a_call ? left : race->peer->people_a_call;
        counts[race->outcome[call] - 1] += count;
        people += count;
        sorted[calls++] = race->latency[call];
    }
    qsort(sorted, (size_t)calls, sizeof *sorted, race_by_size);
    int64_t taken = race->peer->seats_taken(), enrolled = race->peer->people_enrolled();
    bool whole = people == w->attempts;
    bool holds = counts[FAILED] == 0 && counts[DUPLICATE] == 0 && taken == counts[ACCEPTED] &&
                 enrolled == counts[ACCEPTED] && (!whole || taken == race_expected(w));
#define AT(part) (calls ? sorted[(int64_t)((calls - 1) * (part))] / 1000.0 : 0.0)
    printf("{\"peer\":\"%s\",\"variant\":\"%s\",\"workload\":\"%s\",\"callers\":%d,\"attempts\":%" PRId64
           ",\"whole\":%s,\"seconds\":%.4f,\"attempts_per_s\":%.0f,\"accepted\":%" PRId64 ",\"accepted_per_s\":%.0f",
           race->peer->name, variant, w->name, race->callers, people, whole ? "true" : "false", seconds,
           people / seconds, counts[ACCEPTED], counts[ACCEPTED] / seconds);
    printf(",\"full\":%" PRId64 ",\"failed\":%" PRId64 ",\"retries\":%" PRId64
           ",\"p50_us\":%.1f,\"p99_us\":%.1f,\"p999_us\":%.1f,\"max_us\":%.1f,\"client_cpu_s\":%.3f",
           counts[FULL], counts[FAILED], race_retries, AT(0.5), AT(0.99), AT(0.999), AT(1.0), cpu);
    printf(",\"seats_taken\":%" PRId64 ",\"people_enrolled\":%" PRId64 ",\"invariant\":%s}\n", taken, enrolled,
           holds ? "true" : "false");
    free(sorted);
    return holds;
}

static int race_main(int argc, char **argv, const struct peer *peer) {
    if (argc != 6) race_fail("usage", "race VARIANT WORKLOAD CALLERS SECONDS TARGET");
    struct race race = {.peer = peer, .callers = atoi(argv[3])};
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        if (!strcmp(workloads[i].name, argv[2])) race.workload = &workloads[i];
    if (!race.workload) race_fail("no such workload", argv[2]);
    if (race.callers < 1 || race.callers > 4096) race_fail("callers must be 1 to 4096, not", argv[3]);
    race.calls = (race.workload->attempts + peer->people_a_call - 1) / peer->people_a_call;
    race.latency = calloc((size_t)race.calls, sizeof *race.latency);
    race.outcome = calloc((size_t)race.calls, sizeof *race.outcome);
    peer->prepare(race.workload, argv[1], argv[5]);
    pthread_barrier_init(&race.barrier, NULL, (unsigned)race.callers + 1);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 * 1024);
    struct caller *callers = calloc((size_t)race.callers, sizeof *callers);
    for (int i = 0; i < race.callers; i++) {
        callers[i] = (struct caller){.race = &race, .number = i};
        int code = pthread_create(&callers[i].thread, &small, race_caller, &callers[i]);
        if (code) race_fail("cannot start a caller", strerror(code));
    }
    pthread_barrier_wait(&race.barrier);
    pthread_barrier_wait(&race.barrier);
    race_retries = 0;
    double cpu = race_cpu();
    int64_t start = nanoseconds();
    race.deadline = start + (int64_t)(atof(argv[4]) * 1e9);
    pthread_barrier_wait(&race.barrier);
    pthread_barrier_wait(&race.barrier);
    double seconds = (nanoseconds() - start) / 1e9;
    cpu = race_cpu() - cpu;
    for (int i = 0; i < race.callers; i++) pthread_join(callers[i].thread, NULL);
    return race_report(&race, argv[1], seconds, cpu) ? 0 : 4;
}

#endif
