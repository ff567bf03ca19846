/*
 * Opens connections and holds them: hold target=ADDRESS/PORT [count=N] [multipath=1]
 * Says `held COUNT` and waits for the end of its standard input.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  long count = number(argv, "count", 1);
  int protocol = number(argv, "multipath", 0) ? IPPROTO_MPTCP : IPPROTO_TCP;
  for (long i = 0; i < count; i++) {
    int fd = socket_for(&target, SOCK_STREAM, protocol);
    check(connect(fd, address_of(&target), target.length), "connect");
  }
  say("held %ld", count);
  wait_for_end();
}
