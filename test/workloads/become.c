/*
 * Connects, then executes another program under the same pid: become target=ADDRESS/PORT PROGRAM ARGUMENT...
 * As cron, sudo and shells do, which look up a user or write a log first.
 */
#include "net.h"

int main(int argc, char **argv) {
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  if (argc < 3) return 2;
  int fd = socket_for(&target, SOCK_STREAM | SOCK_CLOEXEC, 0);
  check(connect(fd, address_of(&target), target.length), "connect");
  execv(argv[2], argv + 2);
  return 127;
}
