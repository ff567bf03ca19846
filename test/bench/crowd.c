/*
 * crowd PORT CONNECTIONS DESTINATIONS: holds connections between two processes, spread evenly over that many
 * addresses of 127.0.0.0/8, and prints "ready" when all are open. Ends when its standard input is closed, and leaves
 * no socket in TIME_WAIT.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* How many connections wait to be accepted at most: well below what the kernel queues. */
#define BATCH 256
#define FIRST_ADDRESS 0x7f010000

static void run_client(int port, long connections, long destinations, int accepted, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) exit(0);
  prctl(PR_SET_NAME, "bench-client");
  char byte;
  for (long i = 0; i < connections; i++) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(FIRST_ADDRESS + i % destinations);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) err(1, "socket");
    struct linger reset = {.l_onoff = 1};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) err(1, "connect");
    if (i % BATCH == BATCH - 1 && read(accepted, &byte, 1) != 1) exit(1);
  }
  while (read(accepted, &byte, 1) > 0) {}
  exit(0);
}

int main(int argc, char **argv) {
  if (argc != 4) errx(2, "usage: crowd PORT CONNECTIONS DESTINATIONS");
  int port = atoi(argv[1]);
  long connections = atol(argv[2]), destinations = atol(argv[3]);
  if (connections <= 0 || destinations <= 0 || destinations > 1 << 20) errx(2, "too few or too many");
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = connections + 64;
  if (setrlimit(RLIMIT_NOFILE, &files)) err(1, "ulimit -n %ld", (long)files.rlim_cur);

  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1, accepted[2];
  struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&any, sizeof any) || listen(listener, 4 * BATCH)) err(1, "listen");
  if (pipe(accepted)) err(1, "pipe");
  pid_t parent = getpid(), client = fork();
  if (client < 0) err(1, "fork");
  if (client == 0) {
    close(listener);
    close(accepted[1]);
    run_client(port, connections, destinations, accepted[0], parent);
  }
  close(accepted[0]);
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_NAME, "bench-server");
  for (long i = 0; i < connections; i++) {
    if (accept(listener, NULL, NULL) < 0) err(1, "accept");
    if (i % BATCH == BATCH - 1 && write(accepted[1], "", 1) != 1) errx(1, "the client has ended");
  }
  puts("ready");
  fflush(stdout);

  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) {}
  close(accepted[1]);
  waitpid(client, NULL, 0);
  return 0;
}
