/* Shared by the workloads: options as NAME=VALUE, endpoints as ADDRESS/PORT, and errors that exit. */
#ifndef MUSUBI_WORKLOADS_NET_H
#define MUSUBI_WORKLOADS_NET_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct endpoint {
  struct sockaddr_storage address;
  socklen_t length;
};

/* Exits with an error message if the result is negative; returns any other result. */
static inline int check(int result, const char *what) {
  if (result >= 0) return result;
  perror(what);
  exit(1);
}

static inline const char *option(char **argv, const char *name, const char *fallback) {
  size_t length = strlen(name);
  for (; *argv; argv++)
    if (strncmp(*argv, name, length) == 0 && (*argv)[length] == '=') return *argv + length + 1;
  return fallback;
}

static inline long number(char **argv, const char *name, long fallback) {
  const char *text = option(argv, name, NULL);
  return text ? atol(text) : fallback;
}

/* `127.0.0.1/80`, `::1/80` */
static inline struct endpoint parse_endpoint(const char *text) {
  struct endpoint end = {0};
  char address[64];
  const char *slash = strrchr(text, '/');
  if (!slash || slash - text >= (long)sizeof address) {
    fprintf(stderr, "expected ADDRESS/PORT: %s\n", text);
    exit(1);
  }
  memcpy(address, text, slash - text);
  address[slash - text] = 0;
  in_port_t port = htons(atoi(slash + 1));
  struct sockaddr_in *v4 = (struct sockaddr_in *)&end.address;
  struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&end.address;
  if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = port;
    end.length = sizeof *v4;
  } else if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = port;
    end.length = sizeof *v6;
  } else {
    fprintf(stderr, "invalid address: %s\n", address);
    exit(1);
  }
  return end;
}

static inline struct sockaddr *address_of(struct endpoint *end) {
  return (struct sockaddr *)&end->address;
}

static inline int port_of(int fd) {
  struct endpoint end = {.length = sizeof end.address};
  check(getsockname(fd, address_of(&end), &end.length), "getsockname");
  return ntohs(((struct sockaddr_in *)&end.address)->sin_port);
}

/* A socket of the endpoint's address family. */
static inline int socket_for(const struct endpoint *end, int type, int protocol) {
  return check(socket(end->address.ss_family, type, protocol), "socket");
}

static inline void set_option(int fd, int level, int name, int value) {
  check(setsockopt(fd, level, name, &value, sizeof value), "setsockopt");
}

static inline int listen_at(struct endpoint end, int protocol, int shared) {
  int fd = socket_for(&end, SOCK_STREAM, protocol);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  check(bind(fd, address_of(&end), end.length), "bind");
  check(listen(fd, 4096), "listen");
  return fd;
}

static inline void make_nonblocking(int fd) {
  check(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), "fcntl");
}

enum { TIMEOUT_S = 30 };

/* Limits the time that calls on the socket may block. */
static inline void set_timeouts(int fd) {
  struct timeval timeout = {.tv_sec = TIMEOUT_S};
  check(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout), "SO_RCVTIMEO");
  check(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout), "SO_SNDTIMEO");
}

/* Like `check`; after a timeout it prints the port and the kernel's state of the connection. */
static inline int check_wait(int fd, int result, const char *what) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  if (result >= 0 || (errno != EAGAIN && errno != EINPROGRESS)) return check(result, what);
  getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length);
  fprintf(stderr, "%s: timed out after %d s on port %d in TCP state %d, %u segments unacknowledged, %u retransmits\n",
          what, TIMEOUT_S, port_of(fd), info.tcpi_state, info.tcpi_unacked, info.tcpi_retransmits);
  exit(1);
}

static inline void sleep_us(long us) {
  struct timespec time = {us / 1000000, us % 1000000 * 1000};
  while (us > 0 && nanosleep(&time, &time) < 0 && errno == EINTR) {
  }
}

static inline double now_s(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* Writes a line in one write(2), because several processes may share the pipe. */
#define emit(...)                                                 \
  do {                                                            \
    char line_[4096];                                             \
    int length_ = snprintf(line_, sizeof line_ - 1, __VA_ARGS__); \
    line_[length_] = '\n';                                        \
    if (write(STDOUT_FILENO, line_, length_ + 1) < 0) exit(1);    \
  } while (0)

/* Keeps sockets open until standard input ends. */
static inline void wait_for_end(void) {
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

#endif
