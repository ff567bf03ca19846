/*
 * Connection attempts that may fail: attempt target=ADDRESS/PORT [count=N] [then=wait|close|hang]
 * All at once. With `wait` it prints `outcome ERRNO MICROSECONDS` for each when it is known (0: established), keeps the
 * established ones open and prints `finished PID`; with `close` it closes all of them at once instead; with `hang` it
 * prints `connecting PID`. Exits when its standard input ends.
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
  static double started[ATTEMPTS];
  /* epoll reports each socket after its attempt has ended. Polling all of them could consume SO_ERROR just before the
   * kernel closes the socket, which then has no error left (net/ipv4/tcp.c, tcp_done_with_error). */
  int poller = check(epoll_create1(0), "epoll_create1");
  long pending = count;
  if (count > ATTEMPTS) return 2;

  for (long i = 0; i < count; i++) {
    struct epoll_event event = {.events = EPOLLOUT | EPOLLONESHOT, .data.u32 = i};
    sockets[i] = socket_for(&target, SOCK_STREAM | SOCK_NONBLOCK, 0);
    started[i] = now_s();
    if (connect(sockets[i], address_of(&target), target.length) == 0 || errno == EINPROGRESS) {
      check(epoll_ctl(poller, EPOLL_CTL_ADD, sockets[i], &event), "epoll_ctl");
      continue;
    }
    emit("outcome %d %.0f", errno, (now_s() - started[i]) * 1e6);
    pending--;
  }
  if (strcmp(then, "hang") == 0) emit("connecting %d", getpid());
  if (strcmp(then, "close") == 0)
    for (long i = 0; i < count; i++) close(sockets[i]);
  if (strcmp(then, "wait") == 0) {
    while (pending > 0) {
      struct epoll_event event;
      int error = 0;
      socklen_t length = sizeof error;
      check(epoll_wait(poller, &event, 1, -1), "epoll_wait");
      double now = now_s();
      long i = event.data.u32;
      check(getsockopt(sockets[i], SOL_SOCKET, SO_ERROR, &error, &length), "getsockopt");
      emit("outcome %d %.0f", error, (now - started[i]) * 1e6);
      if (error) close(sockets[i]);
      pending--;
    }
  }
  emit("finished %d", getpid());
  wait_for_end();
}
