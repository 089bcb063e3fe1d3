// MariaDB in the race: a connection a caller, READ COMMITTED, the rule as a procedure (schema.sql).
// The target is the server's socket.

#include "../common/race.h"

#include <mariadb/mysql.h>

static const char *server;

static MYSQL *connected(void) {
    MYSQL *connection = mysql_init(NULL);
    if (!mysql_real_connect(connection, NULL, "root", "", "race", 0, server, CLIENT_MULTI_RESULTS))
        race_fail("connect", mysql_error(connection));
    return connection;
}

// The first column of the first row; -1 where the statement failed, 0 where it gives none.
static int64_t number(MYSQL *connection, const char *sql) {
    int64_t value = 0;
    if (mysql_query(connection, sql)) return -1;
    do {
        MYSQL_RES *result = mysql_store_result(connection);
        if (!result) continue;
        MYSQL_ROW row = mysql_fetch_row(result);
        if (row && row[0]) value = atoll(row[0]);
        mysql_free_result(result);
    } while (mysql_next_result(connection) == 0);
    return value;
}

static int64_t asked(const char *sql) {
    MYSQL *connection = connected();
    int64_t value = number(connection, sql);
    if (value < 0) race_fail(sql, mysql_error(connection));
    mysql_close(connection);
    return value;
}

static void prepare(const struct workload *w, const char *variant, const char *target) {
    (void)variant;
    char sql[100];
    server = target;
    mysql_library_init(0, NULL, NULL);
    for (int i = 0; i < w->terms; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO term VALUES (%d, %" PRId64 ", 0)", i, w->seats);
        asked(sql);
    }
    asked("ANALYZE TABLE term, enrollment");
}

static void *connect_caller(int caller) {
    (void)caller;
    mysql_thread_init();
    MYSQL *connection = connected();
    if (number(connection, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED") < 0)
        race_fail("isolation level", mysql_error(connection));
    return connection;
}

static enum outcome apply(void *connection, int64_t person, int term, int count) {
    (void)count;
    char sql[80];
    snprintf(sql, sizeof sql, "CALL apply_lock(%" PRId64 ", %d)", person, term);
    for (int attempt = 0; attempt < 20; attempt++) {
        int64_t answer = number(connection, sql);
        if (answer >= 0) return (enum outcome)answer;
        // A deadlock's victim rolls back and tries again.
        number(connection, "ROLLBACK");
        race_retried();
    }
    return FAILED;
}

static void disconnect(void *connection) {
    mysql_close(connection);
    mysql_thread_end();
}

static int64_t seats_taken(void) {
    return asked("SELECT SUM(enrolled_count) FROM term WHERE enrolled_count <= capacity AND id < 1000000");
}

static int64_t people_enrolled(void) {
    return asked("SELECT COUNT(DISTINCT user_id, term_id) FROM enrollment WHERE live = 1 AND term_id < 1000000");
}

int main(int argc, char **argv) {
    struct peer peer = {"mariadb", 1, prepare, connect_caller, apply, disconnect, seats_taken, people_enrolled};
    return race_main(argc, argv, &peer);
}
