/*
 * Replies to datagrams: udp-server at=ADDRESS/PORT [group=ADDRESS] [silent=1]
 * Joins the multicast group, if given. Prints `serving PORT`, and `received COUNT` for each line on standard input.
 */
#include "net.h"
#include <poll.h>

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint at = parse_endpoint(option(argv, "at", ""));
  const char *group = option(argv, "group", NULL);
  long silent = number(argv, "silent", 0), received = 0;
  int fd = socket_for(&at, SOCK_DGRAM, 0);
  set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  set_option(fd, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  check(bind(fd, address_of(&at), at.length), "bind");
  if (group) {
    struct group_req request = {0};
    char text[64];
    snprintf(text, sizeof text, "%s/0", group);
    struct endpoint to = parse_endpoint(text);
    memcpy(&request.gr_group, &to.address, to.length);
    int level = to.address.ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    check(setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof request), "MCAST_JOIN_GROUP");
  }
  emit("serving %d", port_of(fd));

  for (;;) {
    struct pollfd inputs[2] = {{.fd = fd, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    char bytes[2048];
    poll(inputs, 2, -1);
    if (inputs[0].revents) {
      struct endpoint from = {.length = sizeof from.address};
      ssize_t length = recvfrom(fd, bytes, sizeof bytes, 0, address_of(&from), &from.length);
      if (length < 0) continue;
      received++;
      if (!silent) sendto(fd, bytes, length, 0, address_of(&from), from.length);
    } else if (inputs[1].revents) {
      if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0) return 0;
      emit("received %ld", received);
    }
  }
}
