/*
 * Makes connections to a Unix socket, one after the other:
 *   unix-client target=NAME [count=N] [type=seqpacket] [root=FOLDER] [in=FOLDER] [hold=1]
 * It closes each and prints `made COUNT FAILED`, or with `hold` keeps them open until the end of its standard input.
 */
#include "unix.h"

int main(int argc, char **argv) {
  (void)argc;
  struct sockaddr_un address;
  socklen_t length = unix_address(&address, option(argv, "target", ""));
  long count = number(argv, "count", 1), hold = number(argv, "hold", 0), failed = 0;
  enter(argv);
  for (long i = 0; i < count; i++) {
    int fd = unix_socket(argv);
    if (connect(fd, (struct sockaddr *)&address, length) < 0) failed++;
    if (!hold) close(fd);
  }
  emit("made %ld %ld", count - failed, failed);
  if (hold) wait_for_end();
}
