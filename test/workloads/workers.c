/*
 * A server of several processes: workers style=prefork|reuseport at=ADDRESS/PORT [workers=N]
 * With `prefork` the parent listens and its children accept; with `reuseport` each child listens itself. They hold
 * what they accept. Says `listening PORT` and, of each worker, `worker PID`; for each connection that is accepted
 * `accepted PID`. A line on standard input closes every listening socket; each process that did says `deaf PID`.
 */
#include "net.h"
#include <poll.h>
#include <sys/prctl.h>

#define WORKERS 16

static volatile sig_atomic_t is_deaf;

static void deafen(int number) {
  (void)number;
  is_deaf = 1;
}

/* The signal is let in while waiting only, so that it cannot fall between a look at the flag and the wait. */
static void work(int fd, const sigset_t *outside) {
  struct pollfd door = {.fd = fd, .events = POLLIN};
  make_nonblocking(fd);
  say("worker %d", getpid());
  while (!is_deaf)
    if (ppoll(&door, 1, NULL, outside) > 0 && accept(fd, NULL, NULL) >= 0) say("accepted %d", getpid());
  close(fd);
  say("deaf %d", getpid());
  for (;;) pause();
}

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint at = parse_endpoint(option(argv, "at", ""));
  int shared = strcmp(option(argv, "style", ""), "reuseport") == 0;
  long count = number(argv, "workers", 3);
  pid_t children[WORKERS];
  struct sigaction on_deafen = {.sa_handler = deafen};
  if (count > WORKERS) return 2;
  sigset_t blocked, outside;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaction(SIGUSR1, &on_deafen, NULL);
  sigprocmask(SIG_BLOCK, &blocked, &outside);

  int fd = listen_at(at, 0, shared);
  int port = port_of(fd);
  ((struct sockaddr_in *)&at.address)->sin_port = htons(port);
  for (long i = 0; i < count; i++) {
    children[i] = check(fork(), "fork");
    if (children[i] > 0) continue;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (shared) {
      close(fd);
      fd = listen_at(at, 0, shared);
    }
    work(fd, &outside);
  }
  if (shared) close(fd);
  say("listening %d", port);
  char line[16];
  while (read(STDIN_FILENO, line, sizeof line) > 0) {
    if (!shared) close(fd);
    for (long i = 0; i < count; i++) kill(children[i], SIGUSR1);
    say("deaf %d", getpid());
  }
}
