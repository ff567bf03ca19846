/*
 * A server with several processes: workers style=prefork|reuseport at=ADDRESS/PORT [workers=N]
 * With `prefork` the parent listens and its children accept; with `reuseport` each child listens. Accepted connections
 * stay open. Prints `listening PORT`, `worker PID` for each worker, and `accepted PID` for each connection. A line on
 * standard input closes all listening sockets; each process that closed one prints `stopped PID`.
 */
#include "net.h"
#include <poll.h>
#include <sys/prctl.h>

#define WORKERS 16

static volatile sig_atomic_t is_stopped;

static void stop(int number) {
  (void)number;
  is_stopped = 1;
}

/* The signal is unblocked only in ppoll, so that it cannot arrive between the check of the flag and the wait. */
static void work(int fd, const sigset_t *outside) {
  struct pollfd input = {.fd = fd, .events = POLLIN};
  make_nonblocking(fd);
  emit("worker %d", getpid());
  while (!is_stopped)
    if (ppoll(&input, 1, NULL, outside) > 0 && accept(fd, NULL, NULL) >= 0) emit("accepted %d", getpid());
  close(fd);
  emit("stopped %d", getpid());
  for (;;) pause();
}

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint at = parse_endpoint(option(argv, "at", ""));
  int shared = strcmp(option(argv, "style", ""), "reuseport") == 0;
  long count = number(argv, "workers", 3);
  pid_t children[WORKERS];
  struct sigaction on_stop = {.sa_handler = stop};
  if (count > WORKERS) return 2;
  sigset_t blocked, outside;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaction(SIGUSR1, &on_stop, NULL);
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
  emit("listening %d", port);
  char line[16];
  while (read(STDIN_FILENO, line, sizeof line) > 0) {
    if (!shared) close(fd);
    for (long i = 0; i < count; i++) kill(children[i], SIGUSR1);
    emit("stopped %d", getpid());
  }
}
