/*
 * A service manager that opens a listener, and does not accept:
 *   manager style=activate|exec|pass|hand-over at=ADDRESS/PORT|unix=NAME PROGRAM
 * At the first connection it starts PROGRAM with the listener as descriptor 3 (`activate`), becomes PROGRAM (`exec`),
 * or sends the listener to PROGRAM, which it has already started, over descriptor 3 (`pass`). With `hand-over` it
 * starts PROGRAM at once and closes its own descriptor. Prints `listening PORT` and `started PID`.
 */
#include "pass-fd.h"
#include "unix.h"

#include <poll.h>

enum { GIVEN = 3 };

static int is_style(char **argv, const char *style) {
  return strcmp(option(argv, "style", ""), style) == 0;
}

static int open_listener(char **argv) {
  const char *name = option(argv, "unix", NULL);
  struct sockaddr_un address;
  if (!name) return listen_at(parse_endpoint(option(argv, "at", "")), 0, 0);
  int fd = unix_socket(argv);
  socklen_t length = unix_address(&address, name);
  check(bind(fd, (struct sockaddr *)&address, length), "bind");
  check(listen(fd, 512), "listen");
  return fd;
}

static void become(const char *program, int fd) {
  check(dup2(fd, GIVEN), "dup2"); /* without FD_CLOEXEC */
  execl(program, program, NULL);
  _exit(127);
}

static void start(const char *program, int fd) {
  pid_t child = check(fork(), "fork");
  if (child == 0) become(program, fd);
  emit("started %d", child);
}

int main(int argc, char **argv) {
  const char *program = argv[argc - 1];
  int listener = open_listener(argv), pair[2];
  struct pollfd input = {.fd = listener, .events = POLLIN};
  /* Above the descriptors that `become` writes. */
  listener = check(fcntl(listener, F_DUPFD_CLOEXEC, 10), "fcntl");
  check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
  close(input.fd);
  input.fd = listener;
  if (is_style(argv, "pass")) start(program, pair[1]);
  emit("listening %d", option(argv, "unix", NULL) ? 0 : port_of(listener));
  if (is_style(argv, "hand-over")) {
    start(program, listener);
    close(listener);
  } else {
    check(poll(&input, 1, -1), "poll");
  }
  if (is_style(argv, "exec")) become(program, listener);
  if (is_style(argv, "activate")) start(program, listener);
  if (is_style(argv, "pass")) send_fd(pair[0], listener);
  wait_for_end();
}
