// NATS JetStream in the race, spoken to in its own text protocol: a connection a caller. A term is a stream, so that
// the stream's last sequence is the count of seats taken; an application is published with the sequence that the
// caller expects to be the last. Where another came first, the caller learns the number and tries again. A message id
// keeps a person from being stored twice. The target is a port on 127.0.0.1.

#include "../common/race.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define TERMS 64

static int port;
static const struct workload *race_workload;

struct connection {
    int socket;
    size_t start, end;
    long request;
    char inbox[32];
    int64_t last[TERMS + 1];
    char bytes[65536], answer[16384];
};

static void send_all(struct connection *c, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = write(c->socket, bytes, length);
        if (sent <= 0) race_fail("write", "the server hung up");
        bytes += sent;
        length -= (size_t)sent;
    }
}

static void receive(struct connection *c) {
    memmove(c->bytes, c->bytes + c->start, c->end - c->start);
    c->end -= c->start;
    c->start = 0;
    ssize_t got = read(c->socket, c->bytes + c->end, sizeof c->bytes - c->end - 1);
    if (got <= 0) race_fail("read", "the server hung up");
    c->end += (size_t)got;
}

static char *next_line(struct connection *c) {
    for (;;) {
        char *begin = c->bytes + c->start, *end = memchr(begin, '\n', c->end - c->start);
        if (end) {
            *end = 0;
            c->start = (size_t)(end + 1 - c->bytes);
            return begin;
        }
        receive(c);
    }
}

// The next message, its headers included.
static const char *next_message(struct connection *c) {
    for (;;) {
        char *line = next_line(c);
        if (!strncmp(line, "PING", 4)) send_all(c, "PONG\r\n", 6);
        if (!strncmp(line, "-ERR", 4)) race_fail("the server says", line);
        if (strncmp(line, "MSG", 3) && strncmp(line, "HMSG", 4)) continue;
        size_t length = strtoul(strrchr(line, ' ') + 1, NULL, 10);
        while (c->end - c->start < length + 2) receive(c);
        size_t kept = length < sizeof c->answer - 1 ? length : sizeof c->answer - 1;
        memcpy(c->answer, c->bytes + c->start, kept);
        c->answer[kept] = 0;
        c->start += length + 2;
        return c->answer;
    }
}

static const char *ask(struct connection *c, const char *subject, const char *headers, const char *body) {
    char text[2048];
    size_t head = strlen(headers), length = strlen(body);
    c->request++;
    int size = head ? snprintf(text, sizeof text, "HPUB %s %s.%ld %zu %zu\r\n%s%s\r\n", subject, c->inbox, c->request,
                               head, head + length, headers, body)
                    : snprintf(text, sizeof text, "PUB %s %s.%ld %zu\r\n%s\r\n", subject, c->inbox, c->request, length,
                               body);
    send_all(c, text, (size_t)size);
    return next_message(c);
}

static void *connect_caller(int caller) {
    struct connection *c = calloc(1, sizeof *c);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    char text[256];
    int yes = 1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->socket, (struct sockaddr *)&address, sizeof address)) race_fail("connect", "nobody listens");
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    next_line(c);
    snprintf(c->inbox, sizeof c->inbox, "_INBOX.caller%d", caller);
    int size = snprintf(text, sizeof text,
                        "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true}\r\n"
                        "SUB %s.* 1\r\nPING\r\n",
                        c->inbox);
    send_all(c, text, (size_t)size);
    while (strncmp(next_line(c), "PONG", 4)) continue;
    return c;
}

static void disconnect(void *connection) {
    close(((struct connection *)connection)->socket);
    free(connection);
}

static void prepare(const struct workload *w, const char *variant, const char *target) {
    (void)variant;
    char subject[64], body[256];
    port = atoi(target);
    race_workload = w;
    struct connection *c = connect_caller(-1);
    for (int term = 0; term <= TERMS; term++) {
        snprintf(subject, sizeof subject, "$JS.API.STREAM.DELETE.TERM%d", term);
        ask(c, subject, "", "");
        if (term >= w->terms && term < TERMS) continue;
        snprintf(subject, sizeof subject, "$JS.API.STREAM.CREATE.TERM%d", term);
        snprintf(body, sizeof body,
                 "{\"name\":\"TERM%d\",\"subjects\":[\"enroll.%d\"],\"storage\":\"file\",\"num_replicas\":1,"
                 "\"allow_direct\":true,\"duplicate_window\":120000000000}",
                 term, term);
        if (strstr(ask(c, subject, "", body), "\"error\"")) race_fail("create a stream", c->answer);
    }
    disconnect(c);
}

static int64_t number_after(const char *text, const char *name) {
    const char *found = strstr(text, name);
    return found ? atoll(found + strlen(name)) : -1;
}

// The last sequence as the server knows it: what a full term is believed full by.
static int64_t taken(struct connection *c, int term) {
    char subject[80];
    snprintf(subject, sizeof subject, "$JS.API.DIRECT.GET.TERM%d.enroll.%d", term, term);
    int64_t sequence = number_after(ask(c, subject, "", ""), "Nats-Sequence: ");
    if (sequence < 0) race_fail("read the last sequence", c->answer);
    return sequence;
}

static enum outcome apply(void *connection, int64_t person, int wanted, int count) {
    (void)count;
    struct connection *c = connection;
    char subject[32], headers[160], body[256];
    int term = wanted == WARM_UP_TERM ? TERMS : wanted;
    snprintf(subject, sizeof subject, "enroll.%d", term);
    snprintf(body, sizeof body,
             "{\"type\":\"EnrollmentApproved\",\"user\":%" PRId64 ",\"term\":%d,\"status\":\"approved\","
             "\"applied_at\":\"2026-01-01T00:00:00.000000Z\",\"processed_at\":\"2026-01-01T00:00:00.000000Z\"}",
             person, term);
    for (int attempt = 0; attempt < 100000; attempt++) {
        if (term < TERMS && c->last[term] >= race_workload->seats) {
            c->last[term] = taken(c, term);
            if (c->last[term] >= race_workload->seats) return FULL;
        }
        snprintf(headers, sizeof headers,
                 "NATS/1.0\r\nNats-Msg-Id: %d-%" PRId64 "\r\nNats-Expected-Last-Subject-Sequence: %" PRId64 "\r\n\r\n",
                 term, person, c->last[term]);
        const char *answer = ask(c, subject, headers, body);
        int64_t other = number_after(answer, "wrong last sequence: ");
        if (other < 0 && strstr(answer, "\"error\"")) race_fail("publish", answer);
        c->last[term] = other >= 0 ? other : number_after(answer, "\"seq\":");
        if (other < 0) return strstr(answer, "\"duplicate\":") ? DUPLICATE : ACCEPTED;
        race_retried();
    }
    return FAILED;
}

// A message id is stored once within two minutes, which is longer than a race.
static int64_t stored(void) {
    char subject[64];
    int64_t sum = 0;
    struct connection *c = connect_caller(-1);
    for (int term = 0; term < race_workload->terms; term++) {
        snprintf(subject, sizeof subject, "$JS.API.STREAM.INFO.TERM%d", term);
        int64_t messages = number_after(ask(c, subject, "", ""), "\"messages\":");
        if (messages <= race_workload->seats) sum += messages;
    }
    disconnect(c);
    return sum;
}

int main(int argc, char **argv) {
    struct peer peer = {"nats", 1, prepare, connect_caller, apply, disconnect, stored, stored};
    return race_main(argc, argv, &peer);
}
