// SQLite in the race, both ways that people use it:
//   threads   each caller has its own connection and transaction;
//   writer    one thread takes all waiting commands into one transaction, then answers their callers.

#include "../common/race.h"

#include <semaphore.h>
#include <sqlite3.h>
#include <unistd.h>

static char path[4096];
static bool batching;

struct tables {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *rollback, *held, *take, *insert;
};

static void run(sqlite3 *database, const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message)) race_fail(sql, message);
}

static sqlite3_stmt *statement(sqlite3 *database, const char *sql) {
    sqlite3_stmt *made;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL))
        race_fail(sql, sqlite3_errmsg(database));
    return made;
}

static sqlite3 *opened(void) {
    sqlite3 *database;
    if (sqlite3_open(path, &database)) race_fail("open", path);
    sqlite3_busy_timeout(database, 60000);
    run(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
    return database;
}

static struct tables *tables(void) {
    struct tables *t = calloc(1, sizeof *t);
    t->database = opened();
    t->begin = statement(t->database, "BEGIN IMMEDIATE");
    t->commit = statement(t->database, "COMMIT");
    t->rollback = statement(t->database, "ROLLBACK");
    t->held = statement(t->database, "SELECT 1 FROM enrollment WHERE user_id = ?1 AND term_id = ?2 AND live = 1");
    t->take = statement(
        t->database, "UPDATE term SET enrolled_count = enrolled_count + 1 WHERE id = ?1 AND enrolled_count < capacity");
    t->insert = statement(
        t->database,
        "INSERT INTO enrollment (user_id, term_id, live, status, applied_at, processed_at, created_at, updated_at) "
        "VALUES (?1, ?2, 1, 'APPROVED', ?3, ?3, ?3, ?3)");
    return t;
}

static void closed(struct tables *t) {
    sqlite3_stmt *all[] = {t->begin, t->commit, t->rollback, t->held, t->take, t->insert};
    for (int i = 0; i < 6; i++) sqlite3_finalize(all[i]);
    sqlite3_close(t->database);
    free(t);
}

static int stepped(sqlite3_stmt *statement) {
    int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    return code;
}

// The rule itself, within a transaction that holds the write lock.
static enum outcome decided(struct tables *t, int64_t person, int term) {
    sqlite3_bind_int64(t->held, 1, person);
    sqlite3_bind_int(t->held, 2, term);
    if (stepped(t->held) == SQLITE_ROW) return DUPLICATE;
    sqlite3_bind_int(t->take, 1, term);
    if (stepped(t->take) != SQLITE_DONE) return FAILED;
    if (!sqlite3_changes(t->database)) return FULL;
    sqlite3_bind_int64(t->insert, 1, person);
    sqlite3_bind_int(t->insert, 2, term);
    sqlite3_bind_int64(t->insert, 3, nanoseconds() / 1000);
    return stepped(t->insert) == SQLITE_DONE ? ACCEPTED : FAILED;
}

static enum outcome apply_alone(void *connection, int64_t person, int term, int count) {
    (void)count;
    struct tables *t = connection;
    while (stepped(t->begin) != SQLITE_DONE) race_retried();
    enum outcome outcome = decided(t, person, term);
    if (outcome == ACCEPTED && stepped(t->commit) == SQLITE_DONE) return ACCEPTED;
    stepped(t->rollback);
    return outcome == ACCEPTED ? FAILED : outcome;
}

// The batching writer. Waiting commands form a list, the newest first.
struct command {
    struct command *next;
    int64_t person;
    int term;
    enum outcome outcome;
    sem_t answered;
};

static struct command *waiting;
static bool stopping;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static pthread_t writer_thread;

static struct command *in_order_of_arrival(struct command *newest) {
    struct command *first = NULL;
    while (newest) {
        struct command *next = newest->next;
        newest->next = first;
        first = newest;
        newest = next;
    }
    return first;
}

static void *writer(void *unused) {
    (void)unused;
    struct tables *t = tables();
    for (;;) {
        pthread_mutex_lock(&lock);
        while (!waiting && !stopping) pthread_cond_wait(&arrived, &lock);
        struct command *batch = in_order_of_arrival(waiting);
        waiting = NULL;
        pthread_mutex_unlock(&lock);
        if (!batch) break;
        bool changed = false;
        if (stepped(t->begin) != SQLITE_DONE) race_fail("begin", sqlite3_errmsg(t->database));
        for (struct command *c = batch; c; c = c->next) {
            c->outcome = decided(t, c->person, c->term);
            changed |= c->outcome == ACCEPTED;
        }
        if (stepped(changed ? t->commit : t->rollback) != SQLITE_DONE)
            race_fail("commit", sqlite3_errmsg(t->database));
        while (batch) {
            struct command *next = batch->next;
            sem_post(&batch->answered);
            batch = next;
        }
    }
    closed(t);
    return NULL;
}

static enum outcome apply_batched(void *connection, int64_t person, int term, int count) {
    (void)count;
    struct command *command = connection;
    command->person = person;
    command->term = term;
    pthread_mutex_lock(&lock);
    command->next = waiting;
    waiting = command;
    pthread_cond_signal(&arrived);
    pthread_mutex_unlock(&lock);
    while (sem_wait(&command->answered)) continue;
    return command->outcome;
}

static void *connect_caller(int caller) {
    (void)caller;
    if (!batching) return tables();
    struct command *command = calloc(1, sizeof *command);
    sem_init(&command->answered, 0, 0);
    return command;
}

static void disconnect(void *connection) {
    if (batching) free(connection);
    else closed(connection);
}

static int64_t number(const char *sql) {
    sqlite3 *database = opened();
    sqlite3_stmt *query = statement(database, sql);
    sqlite3_step(query);
    int64_t value = sqlite3_column_int64(query, 0);
    sqlite3_finalize(query);
    sqlite3_close(database);
    return value;
}

static int64_t seats_taken(void) {
    if (batching) {
        pthread_mutex_lock(&lock);
        stopping = true;
        pthread_cond_signal(&arrived);
        pthread_mutex_unlock(&lock);
        pthread_join(writer_thread, NULL);
    }
    return number("SELECT sum(enrolled_count) FROM term WHERE enrolled_count <= capacity AND id <> 1000000");
}

static int64_t people_enrolled(void) {
    return number(
        "SELECT count(*) FROM "
        "(SELECT DISTINCT user_id, term_id FROM enrollment WHERE live = 1 AND term_id <> 1000000)");
}

static void prepare(const struct workload *w, const char *variant, const char *target) {
    static const char *endings[] = {"", "-wal", "-shm"};
    char text[4200];
    snprintf(path, sizeof path, "%s/race.db", target);
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%s%s", path, endings[i]);
        unlink(text);
    }
    batching = !strcmp(variant, "writer");
    sqlite3 *database = opened();
    run(database,
        "CREATE TABLE term (id INTEGER PRIMARY KEY, capacity INT NOT NULL, enrolled_count INT NOT NULL DEFAULT 0);"
        "CREATE TABLE enrollment (id INTEGER PRIMARY KEY, user_id INT NOT NULL, term_id INT NOT NULL,"
        " live INT NOT NULL, status TEXT NOT NULL, applied_at INT, processed_at INT, created_at INT, updated_at INT);"
        "CREATE UNIQUE INDEX enrollment_live ON enrollment (user_id, term_id) WHERE live = 1;"
        "CREATE INDEX enrollment_term ON enrollment (term_id); INSERT INTO term VALUES (1000000, 1000000, 0)");
    for (int i = 0; i < w->terms; i++) {
        snprintf(text, sizeof text, "INSERT INTO term VALUES (%d, %" PRId64 ", 0)", i, w->seats);
        run(database, text);
    }
    sqlite3_close(database);
    if (batching && pthread_create(&writer_thread, NULL, writer, NULL)) race_fail("cannot start", "the writer");
}

int main(int argc, char **argv) {
    bool batched = argc > 1 && !strcmp(argv[1], "writer");
    struct peer peer = {"sqlite", 1, prepare, connect_caller, batched ? apply_batched : apply_alone,
                        disconnect, seats_taken, people_enrolled};
    return race_main(argc, argv, &peer);
}
