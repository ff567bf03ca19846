/*
 * A client that exits after its connections:
 *   client target=ADDRESS/PORT count=N [batch=N] [hold=MICROSECONDS] [request=BYTES answer=BYTES] [seconds=N] [reset=1]
 *     [spread=N] [from=ADDRESS sources=N]
 * It opens a batch of connections, holds them, sends the request on each, reads the answer until the server closes,
 * and closes them. It repeats this until `count` are made or `seconds` have passed, and prints `made PID COUNT`. With
 * `reset` no connection is left in TIME_WAIT on client or server, because hundreds of thousands would slow down the
 * machine. With `spread` the connections go to N addresses of 127.1.0.0/16 in turn instead of the target's. With
 * `from` they come from N consecutive IPv4 addresses in turn, starting at that address.
 */
#include "net.h"

#define BATCH 1024

int main(int argc, char **argv) {
  (void)argc;
  static char bytes[65536];
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  long count = number(argv, "count", 1000000000);
  long batch = number(argv, "batch", 1);
  long hold = number(argv, "hold", 0);
  long request = number(argv, "request", 1);
  long answer = number(argv, "answer", 1);
  long seconds = number(argv, "seconds", 0);
  struct linger reset = {.l_onoff = number(argv, "reset", 0)};
  double end = now_s() + seconds;
  long spread = number(argv, "spread", 0);
  struct sockaddr_in from = {.sin_family = AF_INET};
  in_addr_t first = ntohl(inet_addr(option(argv, "from", "0.0.0.0")));
  long sources = number(argv, "sources", 0);
  struct sockaddr_in *to = (struct sockaddr_in *)&target.address;
  long made = 0;
  int fds[BATCH];
  if (batch > BATCH || request > (long)sizeof bytes) return 2;

  while (made < count && (seconds == 0 || now_s() < end)) {
    long now = count - made < batch ? count - made : batch;
    for (long i = 0; i < now; i++) {
      if (spread) to->sin_addr.s_addr = htonl(0x7f010001 + (made + i) % spread);
      fds[i] = socket_for(&target, SOCK_STREAM, 0);
      set_timeouts(fds[i]);
      check(setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof reset), "setsockopt");
      if (sources) {
        from.sin_addr.s_addr = htonl(first + (made + i) % sources);
        check(bind(fds[i], (struct sockaddr *)&from, sizeof from), "bind");
      }
      check_wait(fds[i], connect(fds[i], address_of(&target), target.length), "connect");
    }
    sleep_us(hold);
    for (long i = 0; i < now; i++) check_wait(fds[i], write(fds[i], bytes, request), "write");
    for (long i = 0; i < now; i++) {
      long got = 0;
      for (int part; (part = check_wait(fds[i], read(fds[i], bytes, sizeof bytes), "read")) > 0;) got += part;
      if (got != answer) return 3;
      close(fds[i]);
    }
    made += now;
  }
  emit("made %d %ld", getpid(), made);
}
