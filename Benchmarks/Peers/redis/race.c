// Redis in the race: a connection a caller, the rule as a script (apply.lua). The target is SOCKET,FILE: the server's
// Unix socket and the script.

#include "../common/race.h"

#include <hiredis/hiredis.h>

static char server[4096], hash[64];
static const struct workload *race_workload;

static redisContext *connected(void) {
    redisContext *connection = redisConnectUnix(server);
    if (!connection || connection->err) race_fail("connect", connection ? connection->errstr : NULL);
    return connection;
}

static int64_t number(const char *command, int term) {
    redisContext *connection = connected();
    redisReply *reply = redisCommand(connection, command, term);
    if (!reply || reply->type == REDIS_REPLY_ERROR) race_fail(command, reply ? reply->str : connection->errstr);
    int64_t value = reply->type == REDIS_REPLY_STRING ? atoll(reply->str) : reply->integer;
    freeReplyObject(reply);
    redisFree(connection);
    return value;
}

static void prepare(const struct workload *w, const char *variant, const char *target) {
    (void)variant;
    char script[4096];
    const char *comma = strchr(target, ',');
    if (!comma || comma - target >= (long)sizeof server) race_fail("target", target);
    snprintf(server, sizeof server, "%.*s", (int)(comma - target), target);
    FILE *file = fopen(comma + 1, "r");
    if (!file) race_fail("open", comma + 1);
    script[fread(script, 1, sizeof script - 1, file)] = 0;
    fclose(file);
    race_workload = w;
    number("FLUSHALL", 0);
    redisContext *connection = connected();
    redisReply *reply = redisCommand(connection, "SCRIPT LOAD %s", script);
    if (!reply || reply->type != REDIS_REPLY_STRING) race_fail("load the script", reply ? reply->str : NULL);
    snprintf(hash, sizeof hash, "%s", reply->str);
    freeReplyObject(reply);
    redisFree(connection);
}

static void *connect_caller(int caller) {
    (void)caller;
    return connected();
}

static enum outcome apply(void *connection, int64_t person, int term, int count) {
    (void)count;
    int64_t seats = term == WARM_UP_TERM ? WARM_UP_PEOPLE : race_workload->seats;
    redisReply *reply = redisCommand(connection, "EVALSHA %s 3 in:%d count:%d %s %lld %d %lld", hash, term, term,
                                     term == WARM_UP_TERM ? "warm-up" : "history", (long long)person, term,
                                     (long long)seats);
    enum outcome outcome = reply && reply->type == REDIS_REPLY_INTEGER ? (enum outcome)reply->integer : FAILED;
    if (outcome == FAILED && reply && reply->str) fprintf(stderr, "race: %s\n", reply->str);
    if (reply) freeReplyObject(reply);
    return outcome;
}

static void disconnect(void *connection) { redisFree(connection); }

static int64_t seats_taken(void) {
    int64_t sum = 0;
    for (int term = 0; term < race_workload->terms; term++) {
        int64_t taken = number("GET count:%d", term);
        if (taken <= race_workload->seats) sum += taken;
    }
    return sum;
}

// A set holds nobody twice; the history must be as long as the sets are large.
static int64_t people_enrolled(void) {
    int64_t sum = 0;
    for (int term = 0; term < race_workload->terms; term++) sum += number("SCARD in:%d", term);
    return number("XLEN history", 0) == sum ? sum : -1;
}

int main(int argc, char **argv) {
    struct peer peer = {"redis", 1, prepare, connect_caller, apply, disconnect, seats_taken, people_enrolled};
    return race_main(argc, argv, &peer);
}
