/*
 * A client that keeps opening connections: churn target=ADDRESS/PORT [keep=N] [pause=MICROSECONDS]
 * Each tenth connection stays open until there are `keep`, then the oldest is closed; the others are closed at once. It
 * prints `mark MADE OPEN` for each line on standard input; between the lines `stop` and `go` it does nothing.
 */
#include "net.h"
#include <poll.h>

#define KEPT 4096

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  long keep = number(argv, "keep", 50);
  long pause = number(argv, "pause", 1000);
  static int kept[KEPT];
  long made = 0, kept_open = 0;
  int stopped = 0;
  if (keep > KEPT) return 2;
  emit("ready");

  for (;;) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, stopped ? -1 : 0) > 0) {
      char words[256];
      ssize_t length = read(STDIN_FILENO, words, sizeof words - 1);
      if (length <= 0) return 0;
      words[length] = 0;
      if (strstr(words, "stop")) stopped = 1;
      if (strstr(words, "go")) stopped = 0;
      emit("mark %ld %ld", made, kept_open < keep ? kept_open : keep);
    }
    if (stopped) continue;
    int fd = socket_for(&target, SOCK_STREAM, 0);
    check(connect(fd, address_of(&target), target.length), "connect");
    if (made++ % 10 == 0) {
      int *slot = &kept[kept_open++ % keep];
      if (kept_open > keep) close(*slot);
      *slot = fd;
    } else {
      close(fd);
    }
    sleep_us(pause);
  }
}
