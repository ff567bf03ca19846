/*
 * What a packet costs on its way to a program while something else listens: packets ROUNDS FILTER
 *
 * One thread sends packets over loopback to itself and takes them, a thousand a slice, and counts the CPU time of the
 * slice. In each round every kind of packet is sent under every kind of listener, in random order. FILTER is a program
 * of classic BPF in hexadecimal. Writes a line for each slice: `PACKET LISTENER NANOSECONDS`.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NAME_SERVER "127.0.0.53"
#define WARM_UP 100
#define PACKETS 1000
#define BYTES 100
/* RFC 3692. To open and close a socket leaves the CPU something to do, so that is done where nothing listens as well. */
#define UNUSED_PROTOCOL 253

enum listener { NOTHING, CONNECTED, UNCONNECTED, PACKET, LISTENERS };
static const char *const listeners[] = {"nothing", "connected", "unconnected", "packet"};

/* TCP goes to and fro: each packet then acknowledges the one before, and there are no others. */
struct pair {
  const char *name;
  int from, to, answers;
};

static struct sock_filter instructions[64];
static struct sock_fprog filter = {.filter = instructions};

static void check(int result, const char *what) {
  if (result >= 0)
    return;
  perror(what);
  exit(1);
}

static struct sockaddr_in address(const char *text) {
  return (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {inet_addr(text)}};
}

static struct sockaddr_in bind_to(int fd, const char *text) {
  struct sockaddr_in at = address(text);
  socklen_t length = sizeof at;
  check(bind(fd, (void *)&at, length), "bind");
  check(getsockname(fd, (void *)&at, &length), "getsockname");
  return at;
}

static struct pair udp(const char *name, const char *sender) {
  struct pair made = {name, socket(AF_INET, SOCK_DGRAM, 0), socket(AF_INET, SOCK_DGRAM, 0)};
  struct sockaddr_in at = bind_to(made.to, "127.0.0.1");
  bind_to(made.from, sender);
  check(connect(made.from, (void *)&at, sizeof at), "connect");
  return made;
}

static struct pair tcp(const char *name) {
  int server = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct pair made = {name, socket(AF_INET, SOCK_STREAM, 0), -1, 1};
  struct sockaddr_in at = bind_to(server, "127.0.0.1");
  check(listen(server, 1), "listen");
  check(connect(made.from, (void *)&at, sizeof at), "connect");
  check(made.to = accept(server, NULL, NULL), "accept");
  check(setsockopt(made.from, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  check(setsockopt(made.to, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  close(server);
  return made;
}

static int open_listener(enum listener kind) {
  struct sockaddr_in server = address(NAME_SERVER);
  struct sockaddr_ll packets = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
  int fd;

  if (kind == PACKET)
    fd = socket(AF_PACKET, SOCK_DGRAM, 0);
  else
    fd = socket(AF_INET, SOCK_RAW, kind == NOTHING ? UNUSED_PROTOCOL : IPPROTO_UDP);
  check(fd, "socket");
  check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), "filter");
  if (kind == PACKET)
    check(bind(fd, (void *)&packets, sizeof packets), "bind");
  if (kind == CONNECTED)
    check(connect(fd, (void *)&server, sizeof server), "connect");
  return fd;
}

static void send_some(const struct pair *pair, int count) {
  static char bytes[BYTES];

  for (int sent = 0; sent < count; sent++) {
    int back = pair->answers && sent % 2;
    check(send(back ? pair->to : pair->from, bytes, sizeof bytes, 0), "send");
    check(recv(back ? pair->from : pair->to, bytes, sizeof bytes, 0), "recv");
  }
}

static double cpu_nanoseconds(void) {
  struct timespec now;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void measure(const struct pair *pair, enum listener kind) {
  int fd = open_listener(kind);
  double start;

  send_some(pair, WARM_UP);
  start = cpu_nanoseconds();
  send_some(pair, PACKETS);
  printf("%s %s %.1f\n", pair->name, listeners[kind], (cpu_nanoseconds() - start) / PACKETS);
  close(fd);
}

int main(int count, char **arguments) {
  const struct pair pairs[] = {tcp("tcp"), udp("udp", "127.0.0.1"), udp("server", NAME_SERVER)};
  int rounds = count == 3 ? atoi(arguments[1]) : 0;

  if (!rounds)
    return fprintf(stderr, "packets ROUNDS FILTER\n"), 2;
  for (const char *at = arguments[2]; *at && filter.len < 64; filter.len++, at += 16) {
    unsigned char *bytes = (unsigned char *)&instructions[filter.len];
    for (int byte = 0; byte < 8; byte++)
      sscanf(at + 2 * byte, "%2hhx", bytes + byte);
  }
  for (int round = 0; round < rounds; round++) {
    enum listener order[] = {NOTHING, CONNECTED, UNCONNECTED, PACKET};
    for (int left = LISTENERS; left > 1; left--) {
      int other = rand() % left;
      enum listener last = order[left - 1];
      order[left - 1] = order[other];
      order[other] = last;
    }
    for (int kind = 0; kind < LISTENERS; kind++)
      for (int each = 0; each < 3; each++)
        measure(&pairs[each], order[kind]);
  }
  return 0;
}
