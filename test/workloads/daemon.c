/*
 * A server that leaves its parent behind, as daemons do: daemon at=ADDRESS/PORT
 * It listens, forks, and the parent ends; the child says `listening PORT PID PARENT`, and holds what it accepts
 * until it is ended.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  int fd = listen_at(parse_endpoint(option(argv, "at", "")), 0, 0);
  pid_t parent = getpid();
  if (check(fork(), "fork") > 0) return 0;
  while (getppid() == parent) sleep_us(1000);
  say("listening %d %d %d", port_of(fd), getpid(), parent);
  alarm(60); /* should nobody end it */
  for (;;) check(accept(fd, NULL, NULL), "accept");
}
