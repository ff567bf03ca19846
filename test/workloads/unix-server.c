/*
 * Accepts connections to a Unix socket and closes each when its client does:
 *   unix-server at=NAME [type=seqpacket] [root=FOLDER] [in=FOLDER] [once=N]
 * Prints `listening PID`. With `once` it ends after N connections, and removes its socket.
 */
#include "unix.h"

int main(int argc, char **argv) {
  (void)argc;
  struct sockaddr_un address;
  const char *at = option(argv, "at", "");
  socklen_t length = unix_address(&address, at);
  int listener = unix_socket(argv);
  char byte;
  enter(argv);
  check(bind(listener, (struct sockaddr *)&address, length), "bind");
  check(listen(listener, 512), "listen");
  emit("listening %d", getpid());
  for (long left = number(argv, "once", -1); left != 0; left--) {
    int fd = check(accept(listener, NULL, NULL), "accept");
    while (read(fd, &byte, 1) > 0) {
    }
    close(fd);
  }
  if (at[0] != '@') check(unlink(at), "unlink");
}
