/*
 * A UDP client: udp-client target=ADDRESS/PORT [way=connect|bind|sendto|probe] [count=N] [answers=0] [broadcast=1]
 * [keep=0] Each request uses a new socket, which stays open: their ports differ. With `bind` it chooses the port of
 * each before it connects, as resolvers with unpredictable ports do. With `probe` it connects the sockets, reads their
 * address and sends nothing, as resolvers do to find the source address that the kernel would choose. With keep=0 each
 * socket is closed before the next is opened. Prints `sent PID COUNT` once all replies have arrived, closes the sockets
 * on the next line of its standard input, and prints `closed`.
 */
#include "net.h"
#include <poll.h>

#define SOCKETS 1000

/* Binds to a free port. */
static void bind_port(int fd, struct endpoint *target) {
  static int next = 0;
  struct endpoint local = {.length = target->length};
  struct sockaddr_in *v4 = (struct sockaddr_in *)&local.address; /* the port of IPv6 is at the same offset */
  local.address.ss_family = target->address.ss_family;
  do v4->sin_port = htons(20000 + (getpid() + next++) % 10000);
  while (bind(fd, address_of(&local), local.length) < 0 && errno == EADDRINUSE);
}

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  const char *way = option(argv, "way", "sendto");
  long count = number(argv, "count", 1), answers = number(argv, "answers", 1), keep = number(argv, "keep", 1);
  static int fds[SOCKETS];
  char bytes[64] = "query";
  if (count > SOCKETS) return 2;

  for (long i = 0; i < count; i++) {
    int fd = fds[i] = socket_for(&target, SOCK_DGRAM, 0);
    set_option(fd, SOL_SOCKET, SO_BROADCAST, number(argv, "broadcast", 0));
    if (strcmp(way, "bind") == 0) bind_port(fd, &target);
    if (strcmp(way, "sendto") != 0) check(connect(fd, address_of(&target), target.length), "connect");
    if (strcmp(way, "probe") == 0) {
      port_of(fd);
      close(fd);
      continue;
    }
    int is_connected = strcmp(way, "sendto") != 0;
    struct sockaddr *to = is_connected ? NULL : address_of(&target);
    check(sendto(fd, bytes, sizeof bytes, 0, to, to ? target.length : 0), "sendto");
    if (!answers) continue;
    struct pollfd input = {.fd = fd, .events = POLLIN};
    struct endpoint from = {.length = sizeof from.address};
    if (poll(&input, 1, 5000) <= 0) return 3;
    check(is_connected ? recv(fd, bytes, sizeof bytes, 0)
                       : recvfrom(fd, bytes, sizeof bytes, 0, address_of(&from), &from.length),
          "recv");
    if (!keep) close(fd);
  }
  emit("sent %d %ld", getpid(), count);
  if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0) return 0;
  if (keep && strcmp(way, "probe") != 0)
    for (long i = 0; i < count; i++) close(fds[i]);
  emit("closed");
  wait_for_end();
}
