/*
 * A service whose listener another process has opened: descriptor 3 is the listener, or a socket over which it arrives
 * (`manager.c`). Closes each connection after its first byte.
 */
#include "pass-fd.h"

int main(void) {
  int given = 3, listens = 0;
  socklen_t length = sizeof listens;
  char byte;
  alarm(120); /* in case it is not terminated */
  check(getsockopt(given, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length), "SO_ACCEPTCONN");
  int listener = listens ? given : receive_fd(given);
  for (;;) {
    int fd = check(accept(listener, NULL, NULL), "accept");
    check(read(fd, &byte, 1), "read");
    close(fd);
  }
}
