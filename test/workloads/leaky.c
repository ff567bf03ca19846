/*
 * A server that starts a helper which inherits its listener by mistake: leaky at=ADDRESS/PORT HELPER ARGUMENT...
 * Closes each connection after its first byte. Prints `listening PORT HELPER_PID`.
 */
#include "net.h"

int main(int argc, char **argv) {
  char byte;
  if (argc < 3) return 2;
  int listener = listen_at(parse_endpoint(option(argv, "at", "")), 0, 0);
  pid_t child = check(fork(), "fork");
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  emit("listening %d %d", port_of(listener), child);
  for (;;) {
    int fd = check(accept(listener, NULL, NULL), "accept");
    check(read(fd, &byte, 1), "read");
    close(fd);
  }
}
