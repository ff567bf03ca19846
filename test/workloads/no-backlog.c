/*
 * A server with a backlog of 0: no-backlog at=ADDRESS/PORT
 * Prints `listening PORT`, and `accepted` for one connection, which it keeps. Each line on standard input sends a
 * kilobyte on it and prints `transmitted`.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint at = parse_endpoint(option(argv, "at", ""));
  char line[16], bytes[1024] = {0};
  int listener = socket_for(&at, SOCK_STREAM, 0);
  set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1);
  check(bind(listener, address_of(&at), at.length), "bind");
  check(listen(listener, 0), "listen");
  emit("listening %d", port_of(listener));
  int fd = check(accept(listener, NULL, NULL), "accept");
  close(listener);
  emit("accepted");
  while (read(STDIN_FILENO, line, sizeof line) > 0) {
    check(write(fd, bytes, sizeof bytes), "write");
    emit("transmitted");
  }
}
