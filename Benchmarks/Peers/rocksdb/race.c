// RocksDB in the race: durable appends of 150 bytes and nothing else, no rule is checked. What a log store can do.

#include "../common/race.h"

#include <rocksdb/c.h>
#include <unistd.h>

static rocksdb_t *database;
static rocksdb_options_t *options;
static rocksdb_writeoptions_t *synced;

static void prepare(const struct workload *w, const char *variant, const char *target) {
    (void)w, (void)variant;
    char path[4096], *error = NULL;
    snprintf(path, sizeof path, "%s/race.rocksdb", target);
    options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_options_set_compression(options, rocksdb_no_compression);
    rocksdb_options_set_write_buffer_size(options, 256 << 20);
    rocksdb_destroy_db(options, path, &error);
    if (error) race_fail("remove the last database", error);
    database = rocksdb_open(options, path, &error);
    if (error) race_fail("open", error);
    synced = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(synced, 1);
}

static void *connect_caller(int caller) {
    char *value = malloc(150);
    unsigned state = 12345 + (unsigned)caller;
    for (int i = 0; i < 150; i++) value[i] = (char)rand_r(&state);
    return value;
}

static enum outcome apply(void *connection, int64_t person, int term, int count) {
    (void)count;
    char *error = NULL;
    uint64_t key[2] = {__builtin_bswap64((uint64_t)term), __builtin_bswap64((uint64_t)person)};
    rocksdb_put(database, synced, (char *)key, sizeof key, connection, 150, &error);
    if (!error) return ACCEPTED;
    fprintf(stderr, "race: %s\n", error);
    free(error);
    return FAILED;
}

static void disconnect(void *connection) { free(connection); }

// Keys of the warm-up come last.
static int64_t stored(void) {
    rocksdb_readoptions_t *reading = rocksdb_readoptions_create();
    rocksdb_iterator_t *iterator = rocksdb_create_iterator(database, reading);
    int64_t count = 0;
    for (rocksdb_iter_seek_to_first(iterator); rocksdb_iter_valid(iterator); rocksdb_iter_next(iterator)) {
        size_t length;
        uint64_t term;
        memcpy(&term, rocksdb_iter_key(iterator, &length), sizeof term);
        count += __builtin_bswap64(term) != WARM_UP_TERM;
    }
    rocksdb_iter_destroy(iterator);
    rocksdb_readoptions_destroy(reading);
    return count;
}

int main(int argc, char **argv) {
    struct peer peer = {"rocksdb", 1, prepare, connect_caller, apply, disconnect, stored, stored};
    int code = race_main(argc, argv, &peer);
    rocksdb_close(database);
    return code;
}
