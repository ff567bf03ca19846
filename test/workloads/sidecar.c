/*
 * A transparent proxy, as in a service mesh:
 *   sidecar PORT
 * It prints `listening PORT`. It connects each connection that a rule redirects to it (iptables -j REDIRECT) on to its
 * original destination, takes one byte there and the answer of one byte back, and closes both.
 */
#include "net.h"
#include <linux/netfilter_ipv4.h>

static int connect_on(int client) {
  struct endpoint target = {.length = sizeof(struct sockaddr_in)};
  check(getsockopt(client, SOL_IP, SO_ORIGINAL_DST, &target.address, &target.length), "SO_ORIGINAL_DST");
  int server = socket_for(&target, SOCK_STREAM, 0);
  set_timeouts(server);
  check_wait(server, connect(server, address_of(&target), target.length), "connect");
  return server;
}

static void forward(int from, int to) {
  char byte;
  if (check_wait(from, read(from, &byte, 1), "read") == 1) check(write(to, &byte, 1), "write");
}

int main(int argc, char **argv) {
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)};
  struct endpoint at = {.length = sizeof any};
  memcpy(&at.address, &any, sizeof any);
  int listener = listen_at(at, 0, 0);
  emit("listening %d", port_of(listener));
  for (;;) {
    int client = check(accept(listener, NULL, NULL), "accept");
    set_timeouts(client);
    int server = connect_on(client);
    forward(client, server);
    forward(server, client);
    close(server);
    close(client);
  }
}
