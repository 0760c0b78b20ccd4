/*
 * A load generator that sends queries as check_nrpe does. For each query it opens a TCP connection,
 * makes a full TLS handshake (no resumption, no verification, Nagle on as in check_nrpe), sends one
 * version 4 packet with one write, reads the answer to its end and closes the connection. It is
 * written in C, so that it needs little time on a small machine, and the same for each server.
 *
 *   cc -O2 -o load load.c -lssl -lcrypto -lpthread
 *   ./load HOST PORT tls|plain CLIENTS SECONDS COMMAND EXPECTED
 *
 * It prints one line of JSON. An answer that does not start with EXPECTED counts as an error.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HEADER 16
#define QUERY_TEXT 1020
#define MAX_SAMPLES 200000

static struct sockaddr_in peer;
static unsigned char query[HEADER + QUERY_TEXT];
static const char *expected;
static SSL_CTX *context; /* NULL: plain */
static double deadline;

struct client {
    pthread_t thread;
    double *latency; /* seconds */
    size_t count, errors;
};

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static uint32_t crc32_of(const unsigned char *bytes, size_t length) {
    uint32_t crc = 0xffffffffu;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}

static void put32(unsigned char *at, uint32_t value) {
    value = htonl(value);
    memcpy(at, &value, 4);
}

static void make_query(const char *command) {
    query[1] = 4; /* version */
    query[3] = 1; /* query */
    put32(query + 12, QUERY_TEXT);
    strncpy((char *)query + HEADER, command, QUERY_TEXT - 1);
    put32(query + 4, crc32_of(query, sizeof query));
}

static ssize_t get(SSL *ssl, int fd, unsigned char *into, size_t room) {
    return ssl ? SSL_read(ssl, into, (int)room) : read(fd, into, room);
}

static int ask(void) {
    unsigned char reply[HEADER + 4096];
    size_t got = 0;
    int right = 0;
    struct timeval patience = {30, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return 0;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL *ssl = NULL;
    if (connect(fd, (struct sockaddr *)&peer, sizeof peer) == 0) {
        if (context) {
            ssl = SSL_new(context);
            SSL_set_fd(ssl, fd);
        }
        if (!ssl || SSL_connect(ssl) == 1) {
            ssize_t sent = ssl ? SSL_write(ssl, query, sizeof query)
                               : write(fd, query, sizeof query);
            ssize_t n = sent == (ssize_t)sizeof query ? 1 : 0;
            while (n > 0 && got < sizeof reply) {
                n = get(ssl, fd, reply + got, sizeof reply - got);
                if (n > 0) got += (size_t)n;
            }
            size_t length = strlen(expected);
            right = got >= HEADER + length && memcmp(reply + HEADER, expected, length) == 0;
        }
    }
    if (ssl) {
        SSL_shutdown(ssl);
        SSL_free(ssl);
        ERR_clear_error();
    }
    close(fd);
    return right;
}

static void *run(void *argument) {
    struct client *self = argument;
    for (;;) {
        double start = now();
        if (start >= deadline || self->count == MAX_SAMPLES) return NULL;
        if (ask()) self->latency[self->count++] = now() - start;
        else self->errors++;
    }
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: load HOST PORT tls|plain CLIENTS SECONDS COMMAND EXPECTED\n");
        return 3;
    }
    signal(SIGPIPE, SIG_IGN);
    peer.sin_family = AF_INET;
    peer.sin_port = htons((uint16_t)atoi(argv[2]));
    if (inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1) {
        fprintf(stderr, "load: not an IPv4 address: %s\n", argv[1]);
        return 3;
    }
    if (strcmp(argv[3], "tls") == 0) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
    int clients = atoi(argv[4]);
    make_query(argv[6]);
    expected = argv[7];

    struct client *all = calloc((size_t)clients, sizeof *all);
    double start = now();
    deadline = start + atof(argv[5]);
    for (int i = 0; i < clients; i++) {
        all[i].latency = malloc(MAX_SAMPLES * sizeof(double));
        pthread_create(&all[i].thread, NULL, run, &all[i]);
    }
    size_t count = 0, errors = 0;
    for (int i = 0; i < clients; i++) {
        pthread_join(all[i].thread, NULL);
        count += all[i].count;
        errors += all[i].errors;
    }
    double took = now() - start;
    double *latency = malloc((count + 1) * sizeof(double));
    for (size_t at = 0, i = 0; i < (size_t)clients; i++) {
        memcpy(latency + at, all[i].latency, all[i].count * sizeof(double));
        at += all[i].count;
    }
    qsort(latency, count, sizeof(double), by_value);
    printf("{\"queries\":%zu,\"errors\":%zu,\"perSecond\":%.1f,\"p50\":%.3f,\"p99\":%.3f}\n", count,
           errors, count / took, count ? latency[count / 2] * 1e3 : 0,
           count ? latency[count * 99 / 100] * 1e3 : 0);
    return 0;
}
