/*
 * A server with several listening sockets:
 *   server [request=BYTES answer=BYTES] [multipath=1] [fastopen=1] ADDRESS/PORT...
 * It prints `listening PORT...`, reads `request` bytes from each connection, writes `answer` bytes and closes it.
 * Without `request` it keeps the connection open until the client closes it. Commands on standard input: report  prints
 * `accepted PORT COUNT RECEIVED TRANSMITTED` for each listening socket, then `reported` stop    closes the listening
 * sockets, keeps the connections open, and prints `stopped`
 */
#include "net.h"
#include <sys/epoll.h>

#define LISTENERS 16
#define SOCKETS 65536
#define TIMEOUT_MS 100

static struct {
  int fd, port;
  long accepted, received, transmitted;
} listeners[LISTENERS];
static int listening;
/* For each open connection: its listening socket, and how much of the request is missing. */
static struct {
  int listener;
  long missing;
} connections[SOCKETS];
static int poller;
static char bytes[65536];

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static int listener_of(int fd) {
  for (int i = 0; i < listening; i++)
    if (listeners[i].fd == fd) return i;
  return -1;
}

static void serve(int fd, long request, long answer) {
  for (;;) {
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) break;
    listeners[connections[fd].listener].received += got;
    connections[fd].missing -= got;
    if (request > 0 && connections[fd].missing == 0) {
      for (long sent = 0; sent < answer;) {
        long rest = answer - sent;
        sent += check(write(fd, bytes, rest < (long)sizeof bytes ? rest : (long)sizeof bytes), "write");
      }
      listeners[connections[fd].listener].transmitted += answer;
      break;
    }
  }
  close(fd);
}

static void accept_all(int listener, long request, long answer) {
  for (;;) {
    int fd = accept4(listeners[listener].fd, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0 && errno == EAGAIN) return;
    check(fd, "accept");
    listeners[listener].accepted++;
    connections[fd].listener = listener;
    connections[fd].missing = request;
    watch(fd);
    if (request > 0) serve(fd, request, answer);
  }
}

static void run_command(const char *command) {
  if (strstr(command, "report")) {
    for (int i = 0; i < listening; i++)
      emit("accepted %d %ld %ld %ld", listeners[i].port, listeners[i].accepted, listeners[i].received,
           listeners[i].transmitted);
    emit("reported");
  }
  if (strstr(command, "stop")) {
    for (int i = 0; i < listening; i++) {
      close(listeners[i].fd);
      listeners[i].fd = -1;
    }
    emit("stopped");
  }
}

int main(int argc, char **argv) {
  long request = number(argv, "request", 0);
  long answer = number(argv, "answer", 0);
  int protocol = number(argv, "multipath", 0) ? IPPROTO_MPTCP : IPPROTO_TCP;
  char ports[256] = "";
  poller = check(epoll_create1(0), "epoll_create1");
  for (int i = 1; i < argc && listening < LISTENERS; i++) {
    if (strchr(argv[i], '=')) continue;
    int fd = listen_at(parse_endpoint(argv[i]), protocol, 0);
    make_nonblocking(fd);
    if (number(argv, "fastopen", 0)) set_option(fd, IPPROTO_TCP, TCP_FASTOPEN, 256);
    listeners[listening].fd = fd;
    listeners[listening++].port = port_of(fd);
    snprintf(ports + strlen(ports), sizeof ports - strlen(ports), " %d", port_of(fd));
    watch(fd);
  }
  watch(STDIN_FILENO);
  emit("listening%s", ports);

  for (;;) {
    struct epoll_event events[256];
    /*
     * A scan of all open files, such as the kernel program's, holds a reference to each for a moment. If a connection
     * is closed at that time, epoll_wait itself may drop the last reference (ep_item_poll, fs/eventpoll.c). The kernel
     * then closes it only when this process returns from epoll_wait (fput, fs/file_table.c), hence the timeout.
     */
    int count = epoll_wait(poller, events, 256, TIMEOUT_MS);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == STDIN_FILENO) {
        char words[256];
        ssize_t length = read(STDIN_FILENO, words, sizeof words - 1);
        if (length <= 0) return 0;
        words[length] = 0;
        run_command(words);
      } else if (listener_of(fd) >= 0) {
        accept_all(listener_of(fd), request, answer);
      } else {
        serve(fd, request, answer);
      }
    }
  }
}
