/*
 * Asks for connections that need not come about: attempt target=ADDRESS/PORT [count=N] [then=wait|close|hang]
 * All at once. With `wait` it says `outcome ERRNO MICROSECONDS` for each once that is known (0: established), holds
 * what was established and says `over PID`; with `close` it closes them at once instead; with `hang` it says
 * `asked PID`. Ends with its standard input.
 */
#include "net.h"
#include <poll.h>

#define ATTEMPTS 512

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  const char *then = option(argv, "then", "wait");
  long count = number(argv, "count", 1);
  static struct pollfd sockets[ATTEMPTS];
  static double began[ATTEMPTS];
  long unknown = count;
  if (count > ATTEMPTS) return 2;

  for (long i = 0; i < count; i++) {
    int fd = socket_for(&target, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockets[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
    began[i] = now_s();
    if (connect(fd, address_of(&target), target.length) == 0 || errno == EINPROGRESS) continue;
    say("outcome %d %.0f", errno, (now_s() - began[i]) * 1e6);
    sockets[i].fd = -1;
    unknown--;
  }
  if (strcmp(then, "hang") == 0) say("asked %d", getpid());
  if (strcmp(then, "close") == 0)
    for (long i = 0; i < count; i++) close(sockets[i].fd);
  if (strcmp(then, "wait") == 0) {
    while (unknown > 0) {
      poll(sockets, count, -1);
      double now = now_s();
      for (long i = 0; i < count; i++) {
        if (!sockets[i].revents) continue;
        int error = 0;
        socklen_t length = sizeof error;
        check(getsockopt(sockets[i].fd, SOL_SOCKET, SO_ERROR, &error, &length), "getsockopt");
        say("outcome %d %.0f", error, (now - began[i]) * 1e6);
        if (error) close(sockets[i].fd);
        sockets[i] = (struct pollfd){.fd = -1};
        unknown--;
      }
    }
  }
  say("over %d", getpid());
  wait_for_end();
}
