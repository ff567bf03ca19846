/*
 * Asks for connections that need not come about: attempt target=ADDRESS/PORT [count=N] [then=wait|close|hang]
 * All at once. With `wait` it says `outcome ERRNO MICROSECONDS` for each once that is known (0: established), holds
 * what was established and says `over PID`; with `close` it closes them at once instead; with `hang` it says
 * `asked PID`. Ends with its standard input.
 */
#include "net.h"
#include <sys/epoll.h>

#define ATTEMPTS 512

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  const char *then = option(argv, "then", "wait");
  long count = number(argv, "count", 1);
  static int sockets[ATTEMPTS];
  static double began[ATTEMPTS];
  /* Who asks after all of them may fetch an error just before the kernel ends the connection, which then has none
   * (net/ipv4/tcp.c, tcp_done_with_error): this is told of each once that is over. */
  int poller = check(epoll_create1(0), "epoll_create1");
  long unknown = count;
  if (count > ATTEMPTS) return 2;

  for (long i = 0; i < count; i++) {
    struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u32 = i};
    sockets[i] = socket_for(&target, SOCK_STREAM | SOCK_NONBLOCK, 0);
    began[i] = now_s();
    if (connect(sockets[i], address_of(&target), target.length) == 0 || errno == EINPROGRESS) {
      check(epoll_ctl(poller, EPOLL_CTL_ADD, sockets[i], &event), "epoll_ctl");
      continue;
    }
    say("outcome %d %.0f", errno, (now_s() - began[i]) * 1e6);
    unknown--;
  }
  if (strcmp(then, "hang") == 0) say("asked %d", getpid());
  if (strcmp(then, "close") == 0)
    for (long i = 0; i < count; i++) close(sockets[i]);
  if (strcmp(then, "wait") == 0) {
    while (unknown > 0) {
      struct epoll_event event;
      int error = 0;
      socklen_t length = sizeof error;
      check(epoll_wait(poller, &event, 1, -1), "epoll_wait");
      double now = now_s();
      long i = event.data.u32;
      check(getsockopt(sockets[i], SOL_SOCKET, SO_ERROR, &error, &length), "getsockopt");
      say("outcome %d %.0f", error, (now - began[i]) * 1e6);
      if (error) close(sockets[i]);
      unknown--;
    }
  }
  say("over %d", getpid());
  wait_for_end();
}
