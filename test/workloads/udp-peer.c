/*
 * One of two peers that both choose their ports, as NTP's do: udp-peer at=ADDRESS/PORT [peer=ADDRESS/PORT]
 * Replies to each request, and prints `received PORT` for each request and reply. Prints `ready PORT`; a line
 * `ADDRESS/PORT` on standard input makes it send a request there. With `peer` it connects its socket to that.
 */
#include "net.h"
#include <poll.h>

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint at = parse_endpoint(option(argv, "at", ""));
  int fd = socket_for(&at, SOCK_DGRAM, 0);
  check(bind(fd, address_of(&at), at.length), "bind");
  const char *peer = option(argv, "peer", NULL);
  if (peer) {
    struct endpoint to = parse_endpoint(peer);
    check(connect(fd, address_of(&to), to.length), "connect");
  }
  emit("ready %d", port_of(fd));

  for (;;) {
    struct pollfd inputs[2] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    char bytes[256];
    poll(inputs, 2, -1);
    if (inputs[0].revents) {
      struct endpoint from = {.length = sizeof from.address};
      ssize_t length = recvfrom(fd, bytes, sizeof bytes, 0, address_of(&from), &from.length);
      if (length < 0) continue;
      emit("received %d", ntohs(((struct sockaddr_in *)&from.address)->sin_port));
      if (bytes[0] == 'q') sendto(fd, "a", 1, 0, address_of(&from), from.length);
    } else if (inputs[1].revents) {
      ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes - 1);
      if (length <= 0) return 0;
      bytes[length - 1] = 0;
      struct endpoint to = parse_endpoint(bytes);
      check(sendto(fd, "q", 1, 0, address_of(&to), to.length), "sendto");
    }
  }
}
