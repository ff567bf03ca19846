/*
 * A client that never stops opening connections: churn target=ADDRESS/PORT [keep=N] [pause=MICROSECONDS]
 * Every tenth connection stays open until `keep` are, then the oldest goes; the others are closed at once. It
 * says `mark MADE OPEN` for each line on standard input; between the lines `stop` and `go` it opens and closes none.
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
  long made = 0, stayed = 0;
  int stopped = 0;
  if (keep > KEPT) return 2;
  say("ready");

  for (;;) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, stopped ? -1 : 0) > 0) {
      char words[256];
      ssize_t length = read(STDIN_FILENO, words, sizeof words - 1);
      if (length <= 0) return 0;
      words[length] = 0;
      if (strstr(words, "stop")) stopped = 1;
      if (strstr(words, "go")) stopped = 0;
      say("mark %ld %ld", made, stayed < keep ? stayed : keep);
    }
    if (stopped) continue;
    int fd = socket_for(&target, SOCK_STREAM, 0);
    check(connect(fd, address_of(&target), target.length), "connect");
    if (made++ % 10 == 0) {
      int *place = &kept[stayed++ % keep];
      if (stayed > keep) close(*place);
      *place = fd;
    } else {
      close(fd);
    }
    sleep_us(pause);
  }
}
