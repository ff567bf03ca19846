/*
 * Asks over UDP: udp-client target=ADDRESS/PORT [way=connect|bind|sendto|probe] [count=N] [answers=0] [broadcast=1]
 * [keep=0]. A socket for each question, kept to the end: their ports differ. With `bind` it chooses the port of each
 * before it connects it, as name resolvers do that leave no port to be foreseen. With `probe` it connects the sockets,
 * asks them for their address and says nothing, as resolvers do to learn which address the kernel would send from.
 * With keep=0 each socket is closed before the next is opened.
 * Says `asked PID COUNT` once all is answered, closes the sockets with the next line on standard input, and says
 * `closed`.
 */
#include "net.h"
#include <poll.h>

#define SOCKETS 1000

/* A free port, of the process's own choice. */
static void choose_port(int fd, struct endpoint *target) {
  static int next = 0;
  struct endpoint own = {.length = target->length};
  struct sockaddr_in *v4 = (struct sockaddr_in *)&own.address; /* the port of IPv6 stands in the same place */
  own.address.ss_family = target->address.ss_family;
  do v4->sin_port = htons(20000 + (getpid() + next++) % 10000);
  while (bind(fd, address_of(&own), own.length) < 0 && errno == EADDRINUSE);
}

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  const char *way = option(argv, "way", "sendto");
  long count = number(argv, "count", 1), answers = number(argv, "answers", 1), keep = number(argv, "keep", 1);
  static int fds[SOCKETS];
  char bytes[64] = "question";
  if (count > SOCKETS) return 2;

  for (long i = 0; i < count; i++) {
    int fd = fds[i] = socket_for(&target, SOCK_DGRAM, 0);
    set_option(fd, SOL_SOCKET, SO_BROADCAST, number(argv, "broadcast", 0));
    if (strcmp(way, "bind") == 0) choose_port(fd, &target);
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
  say("asked %d %ld", getpid(), count);
  if (read(STDIN_FILENO, bytes, sizeof bytes) <= 0) return 0;
  if (keep && strcmp(way, "probe") != 0)
    for (long i = 0; i < count; i++) close(fds[i]);
  say("closed");
  wait_for_end();
}
