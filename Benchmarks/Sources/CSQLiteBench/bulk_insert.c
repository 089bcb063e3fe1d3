// See bulk_insert.h. A row is kept as SQLite gave it: a value's type and number, or where its text lies.

#include "bulk_insert.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct value {
    int type;
    union {
        int64_t integer;
        double real;
        size_t offset;
    };
    int length;
};

struct table {
    char *name;
    char *insert;
    int columns;
    int64_t rows;
    struct value *values;
    size_t room;
};

struct copy {
    sqlite3 *source, *target;
    struct table *tables;
    size_t count;
    char *text;
    size_t used, size;
};

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void keep(struct copy *copy, struct value *value, sqlite3_stmt *row, int column) {
    value->type = sqlite3_column_type(row, column);
    if (value->type == SQLITE_INTEGER) value->integer = sqlite3_column_int64(row, column);
    if (value->type == SQLITE_FLOAT) value->real = sqlite3_column_double(row, column);
    if (value->type != SQLITE_TEXT && value->type != SQLITE_BLOB) return;
    const void *bytes = sqlite3_column_blob(row, column);
    value->length = sqlite3_column_bytes(row, column);
    while (copy->used + (size_t)value->length > copy->size) {
        copy->size = copy->size ? copy->size * 2 : 1 << 20;
        copy->text = realloc(copy->text, copy->size);
    }
    if (value->length) memcpy(copy->text + copy->used, bytes, (size_t)value->length);
    value->offset = copy->used;
    copy->used += (size_t)value->length;
}

static int read_table(struct copy *copy, const char *name) {
    copy->tables = realloc(copy->tables, (copy->count + 1) * sizeof *copy->tables);
    struct table *table = &copy->tables[copy->count++];
    *table = (struct table){.name = strdup(name)};
    char sql[4096];
    sqlite3_stmt *row;
    snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", name);
    if (sqlite3_prepare_v2(copy->source, sql, -1, &row, NULL)) return 1;
    table->columns = sqlite3_column_count(row);
    while (sqlite3_step(row) == SQLITE_ROW) {
        size_t needed = (size_t)(table->rows + 1) * (size_t)table->columns;
        if (needed > table->room) {
            table->room = needed * 2;
            table->values = realloc(table->values, table->room * sizeof *table->values);
        }
        struct value *values = table->values + table->rows++ * table->columns;
        for (int i = 0; i < table->columns; i++) keep(copy, &values[i], row, i);
    }
    int length = snprintf(sql, sizeof sql, "INSERT INTO \"%s\" VALUES (?", name);
    for (int i = 1; i < table->columns; i++) length += snprintf(sql + length, sizeof sql - (size_t)length, ", ?");
    snprintf(sql + length, sizeof sql - (size_t)length, ")");
    table->insert = strdup(sql);
    return sqlite3_finalize(row);
}

static int write_table(struct copy *copy, const struct table *table) {
    sqlite3_stmt *insert;
    if (sqlite3_prepare_v2(copy->target, table->insert, -1, &insert, NULL)) return 1;
    for (int64_t row = 0; row < table->rows; row++) {
        const struct value *values = table->values + row * table->columns;
        for (int i = 0; i < table->columns; i++) {
            const struct value *value = &values[i];
            const char *text = copy->text + value->offset;
            switch (value->type) {
            case SQLITE_INTEGER: sqlite3_bind_int64(insert, i + 1, value->integer); break;
            case SQLITE_FLOAT: sqlite3_bind_double(insert, i + 1, value->real); break;
            case SQLITE_TEXT: sqlite3_bind_text(insert, i + 1, text, value->length, SQLITE_STATIC); break;
            case SQLITE_BLOB: sqlite3_bind_blob(insert, i + 1, text, value->length, SQLITE_STATIC); break;
            default: sqlite3_bind_null(insert, i + 1);
            }
        }
        if (sqlite3_step(insert) != SQLITE_DONE) break;
        sqlite3_reset(insert);
    }
    return sqlite3_finalize(insert);
}

// Runs, in the target, the statements that the source was made with.
static int make(struct copy *copy, const char *kind, int reads) {
    sqlite3_stmt *row;
    char sql[200];
    snprintf(sql, sizeof sql,
             "SELECT sql, name FROM sqlite_master WHERE type = '%s' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%%' "
             "ORDER BY rowid",
             kind);
    if (sqlite3_prepare_v2(copy->source, sql, -1, &row, NULL)) return 1;
    int failed = 0;
    while (!failed && sqlite3_step(row) == SQLITE_ROW) {
        failed = sqlite3_exec(copy->target, (const char *)sqlite3_column_text(row, 0), NULL, NULL, NULL);
        if (!failed && reads) failed = read_table(copy, (const char *)sqlite3_column_text(row, 1));
    }
    sqlite3_finalize(row);
    return failed;
}

static int copied(struct copy *copy, const char *target, struct bulk_insert_result *result) {
    if (make(copy, "table", 1)) return 1;
    double start = seconds();
    if (sqlite3_exec(copy->target, "BEGIN", NULL, NULL, NULL)) return 1;
    for (size_t i = 0; i < copy->count; i++) {
        if (write_table(copy, &copy->tables[i])) return 1;
        result->rows += copy->tables[i].rows;
    }
    if (make(copy, "index", 0) || sqlite3_exec(copy->target, "COMMIT", NULL, NULL, NULL)) return 1;
    // The journal is off; what a rebuild puts in place is synced, so this is too.
    int file = open(target, O_RDWR);
    int failed = file < 0 || fsync(file);
    if (file >= 0) close(file);
    result->seconds = seconds() - start;
    return failed;
}

int bulk_insert(const char *source, const char *target, struct bulk_insert_result *result) {
    struct copy copy = {0};
    *result = (struct bulk_insert_result){0};
    int failed = sqlite3_open_v2(source, &copy.source, SQLITE_OPEN_READONLY, NULL) ||
                 sqlite3_open(target, &copy.target) ||
                 sqlite3_exec(copy.target,
                              "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;"
                              "PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF",
                              NULL, NULL, NULL) ||
                 copied(&copy, target, result);
    if (failed)
        snprintf(result->message, sizeof result->message, "bulk insert: %s; %s", sqlite3_errmsg(copy.source),
                 sqlite3_errmsg(copy.target));
    for (size_t i = 0; i < copy.count; i++) {
        free(copy.tables[i].name);
        free(copy.tables[i].insert);
        free(copy.tables[i].values);
    }
    free(copy.tables);
    free(copy.text);
    sqlite3_close(copy.source);
    sqlite3_close(copy.target);
    return failed != 0;
}
