/*
 * Opens connections and keeps them open:
 *   hold target=ADDRESS/PORT [count=N] [multipath=1] [from=ADDRESS/PORT] [again=N]
 * Prints `held COUNT` and waits for the end of its standard input, or `none ERRNO` without multipath TCP. With `again`
 * each socket is disconnected and connected again N times. With `from` it binds its local endpoint, which can even be
 * the target: such a socket is connected to itself.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  long count = number(argv, "count", 1);
  int protocol = number(argv, "multipath", 0) ? IPPROTO_MPTCP : IPPROTO_TCP;
  const char *from = option(argv, "from", NULL);
  for (long i = 0; i < count; i++) {
    int fd = socket(target.address.ss_family, SOCK_STREAM, protocol);
    if (fd < 0) {
      emit("none %d", errno);
      return 0;
    }
    if (from) {
      struct endpoint local = parse_endpoint(from);
      set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
      check(bind(fd, address_of(&local), local.length), "bind");
    }
    check(connect(fd, address_of(&target), target.length), "connect");
    for (long more = number(argv, "again", 0); more > 0; more--) {
      struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
      check(connect(fd, &unspecified, sizeof unspecified), "disconnect");
      check(connect(fd, address_of(&target), target.length), "connect");
    }
  }
  emit("held %ld", count);
  wait_for_end();
}
