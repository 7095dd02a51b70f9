/*
 * Load client for passive checks: the cost of asking must not hide the cost of answering.
 *
 *   checks HOST PORT CLIENTS SECONDS INTERVAL_US KEY
 *
 * Each check is a connection of its own: connect, one ZBXD packet, read to the end. With INTERVAL_US 0 every client asks
 * again at once; else each asks at fixed instants, and what a late answer keeps waiting counts from its instant.
 * A reply of ZBX_NOTSUPPORTED is a failure: refusing is not the work that is to be measured.
 * Prints one line: answers, failures, microseconds that passed, and the 50th, 99th and 100th percentile of a check in
 * microseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CLIENTS = 1024, MOST_ANSWERS = 1 << 22, HEADER = 13, REFUSED = 16, MOST_KEY = 2048 };

struct client {
  int socket;
  int64_t due;
  int sent;
  int refused;
  size_t received;
};

static struct client clients[MOST_CLIENTS];
static uint32_t *took;
static size_t answers, failures;
static struct sockaddr_in server;
static char request[HEADER + MOST_KEY];
static size_t request_size;
static int poller;
static int64_t interval;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void start(struct client *c) {
  c->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->socket < 0) die("socket");
  c->sent = 0;
  c->received = 0;
  c->refused = 0;
  if (connect(c->socket, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) die("connect");
  struct epoll_event wanted = {.events = EPOLLOUT, .data.ptr = c};
  if (epoll_ctl(poller, EPOLL_CTL_ADD, c->socket, &wanted) < 0) die("epoll_ctl");
}

/* The next check of this client is due at once, or at its next instant. */
static void finish(struct client *c) {
  int64_t end = now();
  close(c->socket);
  c->socket = -1;
  if (c->received <= HEADER || c->refused) failures++;
  else if (answers < MOST_ANSWERS) took[answers++] = (uint32_t)(end - c->due);
  c->due = interval == 0 ? end : c->due + interval;
}

static void send_request(struct client *c) {
  if (send(c->socket, request, request_size, MSG_NOSIGNAL) != (ssize_t)request_size) {
    finish(c);
    return;
  }
  c->sent = 1;
  struct epoll_event wanted = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_MOD, c->socket, &wanted);
}

static void receive(struct client *c) {
  char buffer[65536];
  for (;;) {
    ssize_t got = recv(c->socket, buffer, sizeof buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) break;
    if (c->received == 0 && got >= HEADER + REFUSED && memcmp(buffer + HEADER, "ZBX_NOTSUPPORTED", REFUSED) == 0) c->refused = 1;
    c->received += (size_t)got;
  }
  finish(c);
}

static int by_size(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static uint32_t percentile(double share) {
  if (answers == 0) return 0;
  size_t at = (size_t)(share * (double)(answers - 1) + 0.5);
  return took[at];
}

int main(int argc, char **argv) {
  if (argc != 7) {
    fprintf(stderr, "usage: checks HOST PORT CLIENTS SECONDS INTERVAL_US KEY\n");
    return 100;
  }
  int count = atoi(argv[3]);
  if (count < 1 || count > MOST_CLIENTS) return 100;
  int64_t length = (int64_t)(atof(argv[4]) * 1e6);
  interval = atoll(argv[5]);
  uint32_t key_size = (uint32_t)strnlen(argv[6], MOST_KEY);
  memcpy(request, "ZBXD\1", 5);
  memcpy(request + 5, &key_size, 4);
  memcpy(request + HEADER, argv[6], key_size);
  request_size = HEADER + key_size;
  server.sin_family = AF_INET;
  server.sin_port = htons((uint16_t)atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) return 100;
  took = malloc(sizeof *took * MOST_ANSWERS);
  poller = epoll_create1(0);
  if (took == NULL || poller < 0) die("start");

  int64_t began = now(), end = began + length;
  for (int i = 0; i < count; i++) {
    clients[i].socket = -1;
    clients[i].due = began + (interval == 0 ? 0 : i * interval / count);
  }
  for (;;) {
    int64_t at = now(), next = end;
    if (at >= end) break;
    for (int i = 0; i < count; i++) {
      struct client *c = &clients[i];
      if (c->socket >= 0) continue;
      if (c->due <= at) start(c);
      else if (c->due < next) next = c->due;
    }
    struct epoll_event events[MOST_CLIENTS];
    int64_t wait = next - at;
    struct timespec pause = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};
    int ready = epoll_pwait2(poller, events, MOST_CLIENTS, &pause, NULL);
    for (int i = 0; i < ready; i++) {
      struct client *c = events[i].data.ptr;
      if (!c->sent && (events[i].events & EPOLLOUT)) send_request(c);
      else if (c->sent) receive(c);
      else finish(c);
    }
  }
  /* A check without an answer was at least this slow. */
  for (int i = 0; i < count; i++) {
    if (clients[i].socket >= 0 && answers < MOST_ANSWERS && interval > 0) took[answers++] = (uint32_t)(now() - clients[i].due);
  }
  qsort(took, answers, sizeof *took, by_size);
  printf("%zu %zu %lld %u %u %u\n", answers, failures, (long long)(now() - began), percentile(0.5), percentile(0.99),
         percentile(1));
  return 0;
}
