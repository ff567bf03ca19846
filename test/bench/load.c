/*
 * load PORT RATE SECONDS [TARGET]: opens RATE connections per second to a server of its own on 127.0.0.1:PORT, each with a
 * short question, a short answer and the server's close. It connects to the port TARGET, if a rule translates that to PORT. Prints how many there were. The pace is kept by the
 * clock, so that every run makes the same number however long a connection takes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 2
#define REQUEST_SIZE 64
#define RESPONSE_SIZE 256

static struct sockaddr_in address = {.sin_family = AF_INET};
static int listener;
static long rate, total;

static void *serve(void *unused) {
  (void)unused;
  char buffer[RESPONSE_SIZE] = {0};
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0) err(1, "accept");
    if (recv(fd, buffer, REQUEST_SIZE, 0) > 0) send(fd, buffer, RESPONSE_SIZE, MSG_NOSIGNAL);
    close(fd);
  }
}

static void run_server(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) exit(0);
  prctl(PR_SET_NAME, "bench-server");
  for (int i = 1; i < THREADS; i++) {
    pthread_t thread;
    pthread_create(&thread, NULL, serve, NULL);
  }
  serve(NULL);
}

static void run_connection(void) {
  char buffer[RESPONSE_SIZE] = {0};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) err(1, "socket");
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) err(1, "connect");
  if (send(fd, buffer, REQUEST_SIZE, MSG_NOSIGNAL) != REQUEST_SIZE) err(1, "send");
  while (recv(fd, buffer, sizeof buffer, 0) > 0) {}
  close(fd);
}

static struct timespec begin;

static void *run_connections(void *first) {
  for (long i = (long)first; i < total; i += THREADS) {
    long long due = begin.tv_nsec + i * (1000000000LL / rate);
    struct timespec at = {begin.tv_sec + due / 1000000000LL, due % 1000000000LL};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    run_connection();
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 4 || argc > 5) errx(2, "usage: load PORT RATE SECONDS [TARGET]");
  rate = atol(argv[2]);
  total = rate * atol(argv[3]);
  if (rate <= 0 || total <= 0) errx(2, "RATE and SECONDS must be above 0");
  address.sin_port = htons(atoi(argv[1]));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

  int on = 1;
  listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) err(1, "listen");
  pid_t parent = getpid(), server = fork();
  if (server < 0) err(1, "fork");
  if (server == 0) run_server(parent);
  close(listener);
  if (argc > 4) address.sin_port = htons(atoi(argv[4]));

  prctl(PR_SET_NAME, "bench-client");
  clock_gettime(CLOCK_MONOTONIC, &begin);
  pthread_t threads[THREADS];
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, run_connections, (void *)i);
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  kill(server, SIGTERM);
  waitpid(server, NULL, 0);
  printf("%ld\n", total);
  return 0;
}
