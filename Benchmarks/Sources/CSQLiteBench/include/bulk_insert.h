// The tables of one SQLite database written into another in bulk, in C: the yardstick of a rebuild.
#ifndef BULK_INSERT_H
#define BULK_INSERT_H

#include <stdint.h>

struct bulk_insert_result {
    int64_t rows;
    double seconds;
    char message[256];
};

/// Copies all tables and indexes of `source` into the new file `target`. Rows are read into memory first; the clock
/// runs from the first insert to the synced file. Gives 0, or 1 with a message.
int bulk_insert(const char *source, const char *target, struct bulk_insert_result *result);

#endif
