// PostgreSQL in the race: a connection a caller, a prepared statement that calls the rule as a function (schema.sql).
// Variants: lock, conditional, batch (64 people a call). The target is a libpq connection string.

#include "../common/race.h"

#include <libpq-fe.h>

static const char *connection_string, *function;

static PGconn *connected(void) {
    PGconn *connection = PQconnectdb(connection_string);
    if (PQstatus(connection) != CONNECTION_OK) race_fail("connect", PQerrorMessage(connection));
    return connection;
}

static int64_t number(PGconn *connection, const char *sql) {
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) race_fail(sql, PQerrorMessage(connection));
    int64_t value = PQntuples(result) > 0 ? atoll(PQgetvalue(result, 0, 0)) : 0;
    PQclear(result);
    return value;
}

static void prepare(const struct workload *w, const char *variant, const char *target) {
    char sql[160];
    connection_string = target;
    function = variant;
    PGconn *connection = connected();
    snprintf(sql, sizeof sql, "INSERT INTO term SELECT g, %" PRId64 " FROM generate_series(0, %d) g", w->seats,
             w->terms - 1);
    number(connection, sql);
    number(connection, "VACUUM ANALYZE term");
    number(connection, "VACUUM ANALYZE enrollment");
    number(connection, "CHECKPOINT");
    PQfinish(connection);
}

static void *connect_caller(int caller) {
    (void)caller;
    PGconn *connection = connected();
    char sql[80];
    snprintf(sql, sizeof sql, "SELECT apply_%s($1, $2, $3)", function);
    PGresult *result = PQprepare(connection, "apply", sql, 3, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) race_fail(sql, PQerrorMessage(connection));
    PQclear(result);
    return connection;
}

static enum outcome apply(void *connection, int64_t person, int term, int count) {
    char user[24], wanted[24], people[24];
    snprintf(user, sizeof user, "%" PRId64, person);
    snprintf(wanted, sizeof wanted, "%d", term);
    snprintf(people, sizeof people, "%d", count);
    const char *values[] = {user, wanted, people};
    PGresult *result = PQexecPrepared(connection, "apply", 3, values, NULL, NULL, 0);
    enum outcome outcome = FAILED;
    if (PQresultStatus(result) == PGRES_TUPLES_OK) outcome = (enum outcome)atoi(PQgetvalue(result, 0, 0));
    else fprintf(stderr, "race: %s", PQerrorMessage(connection));
    PQclear(result);
    return outcome;
}

static void disconnect(void *connection) { PQfinish(connection); }

static int64_t asked(const char *sql) {
    PGconn *connection = connected();
    int64_t value = number(connection, sql);
    PQfinish(connection);
    return value;
}

static int64_t seats_taken(void) {
    return asked("SELECT sum(enrolled_count) FROM term WHERE enrolled_count <= capacity AND id < 1000000");
}

static int64_t people_enrolled(void) {
    return asked("SELECT count(DISTINCT (user_id, term_id)) FROM enrollment WHERE live AND term_id < 1000000");
}

int main(int argc, char **argv) {
    bool batched = argc > 1 && !strcmp(argv[1], "batch");
    struct peer peer = {"postgres", batched ? 64 : 1, prepare, connect_caller, apply,
                        disconnect, seats_taken, people_enrolled};
    return race_main(argc, argv, &peer);
}
