/*
 * A server that outlives its parent, as daemons do: daemon at=ADDRESS/PORT
 * It listens and forks, and the parent exits. The child prints `listening PORT PID PARENT`, and keeps accepted
 * connections open until it is terminated.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  int fd = listen_at(parse_endpoint(option(argv, "at", "")), 0, 0);
  pid_t parent = getpid();
  if (check(fork(), "fork") > 0) return 0;
  while (getppid() == parent) sleep_us(1000);
  emit("listening %d %d %d", port_of(fd), getpid(), parent);
  alarm(60); /* in case it is not terminated */
  for (;;) check(accept(fd, NULL, NULL), "accept");
}
