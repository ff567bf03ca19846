/*
 * A network in which connections fail in defined ways: tun-peer [delay=MILLISECONDS]
 * It creates a TUN device with 10.99.0.1/24 and fd99::1/64 in its network namespace, and replies according to the last
 * part of the destination address:
 *   10 nothing        11 RST          12 ICMP: host unreachable    13 ICMP: net unreachable (no route)
 *   14 SYN (simultaneous open), then RST                           15 SYN and ACK, after the delay
 * Prints `ready`, and exits when its standard input ends.
 */
#include "net.h"
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stddef.h>
#include <sys/ioctl.h>

#define MTU 2048
#define WAITING 1024

static int tun;

/* A delayed packet. */
static struct {
  double due;
  size_t length;
  char bytes[128];
} waiting[WAITING];
static int first, last;

static uint32_t add_up(const void *data, size_t length, uint32_t sum) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i + 1 < length; i += 2) sum += bytes[i] << 8 | bytes[i + 1];
  if (length % 2) sum += bytes[length - 1] << 8;
  return sum;
}

static uint16_t checksum(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum);
}

static void deliver(const void *packet, size_t length) {
  if (write(tun, packet, length) < 0) perror("write");
}

/* Wraps a payload into an IP packet that replies to `packet_in`; its checksum is at `at` within the payload. */
static size_t wrap(char *packet, const char *packet_in, int protocol, const char *payload, size_t length, int at) {
  size_t header;
  uint32_t sum = protocol + length;
  if ((packet_in[0] & 0xf0) == 0x40) {
    const struct iphdr *received = (const void *)packet_in;
    struct iphdr *ip = (void *)packet;
    header = sizeof *ip;
    *ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64, .protocol = protocol};
    ip->tot_len = htons(header + length);
    ip->saddr = received->daddr;
    ip->daddr = received->saddr;
    ip->check = checksum(add_up(ip, header, 0));
    sum = protocol == IPPROTO_ICMP ? 0 : add_up(&ip->saddr, 8, sum);
  } else {
    const struct ip6_hdr *received = (const void *)packet_in;
    struct ip6_hdr *ip = (void *)packet;
    header = sizeof *ip;
    memset(ip, 0, header);
    ip->ip6_flow = htonl(6u << 28);
    ip->ip6_plen = htons(length);
    ip->ip6_nxt = protocol;
    ip->ip6_hlim = 64;
    ip->ip6_src = received->ip6_dst;
    ip->ip6_dst = received->ip6_src;
    sum = add_up(&ip->ip6_src, 32, sum);
  }
  memcpy(packet + header, payload, length);
  uint16_t check = checksum(add_up(payload, length, sum));
  memcpy(packet + header + at, &check, sizeof check);
  return header + length;
}

static size_t segment(char *packet, const char *packet_in, const struct tcphdr *received, struct tcphdr tcp) {
  tcp.source = received->dest;
  tcp.dest = received->source;
  tcp.doff = 5;
  tcp.window = htons(65535);
  return wrap(packet, packet_in, IPPROTO_TCP, (char *)&tcp, sizeof tcp, offsetof(struct tcphdr, check));
}

static void unreachable(const char *packet_in, size_t length, int code4, int code6) {
  char packet[MTU], payload[256] = {0};
  int is_v4 = (packet_in[0] & 0xf0) == 0x40;
  size_t quoted = length < sizeof payload - 8 ? length : sizeof payload - 8;
  payload[0] = is_v4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH;
  payload[1] = is_v4 ? code4 : code6;
  memcpy(payload + 8, packet_in, quoted);
  deliver(packet, wrap(packet, packet_in, is_v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, payload, 8 + quoted, 2));
}

static void reply(const char *packet_in, size_t length, double delay) {
  int is_v4 = (packet_in[0] & 0xf0) == 0x40;
  size_t header = is_v4 ? sizeof(struct iphdr) : sizeof(struct ip6_hdr);
  int protocol = is_v4 ? packet_in[9] : packet_in[6];
  const struct tcphdr *tcp = (const void *)(packet_in + header);
  if (protocol != IPPROTO_TCP || length < header + sizeof *tcp || !tcp->syn || tcp->ack) return;
  /* As written: hexadecimal in IPv6. */
  int last_part = is_v4 ? packet_in[19] : packet_in[39] / 16 * 10 + packet_in[39] % 16;
  uint32_t next = htonl(ntohl(tcp->seq) + 1);
  char packet[MTU];
  switch (last_part) {
    case 11:
      deliver(packet, segment(packet, packet_in, tcp, (struct tcphdr){.rst = 1, .ack = 1, .ack_seq = next}));
      break;
    case 12:
      unreachable(packet_in, length, ICMP_HOST_UNREACH, ICMP6_DST_UNREACH_ADDR);
      break;
    case 13:
      unreachable(packet_in, length, ICMP_NET_UNREACH, ICMP6_DST_UNREACH_NOROUTE);
      break;
    case 14:
      deliver(packet, segment(packet, packet_in, tcp, (struct tcphdr){.syn = 1, .seq = htonl(1000)}));
      deliver(packet, segment(packet, packet_in, tcp, (struct tcphdr){.rst = 1, .seq = htonl(1001)}));
      break;
    case 15: {
      struct tcphdr both = {.syn = 1, .ack = 1, .seq = htonl(1000), .ack_seq = next};
      int slot = last++ % WAITING;
      waiting[slot].due = now_s() + delay;
      waiting[slot].length = segment(waiting[slot].bytes, packet_in, tcp, both);
    }
  }
}

int main(int argc, char **argv) {
  (void)argc;
  double delay = number(argv, "delay", 0) / 1e3;
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strcpy(request.ifr_name, "fails");
  tun = check(open("/dev/net/tun", O_RDWR), "/dev/net/tun");
  check(ioctl(tun, TUNSETIFF, &request), "TUNSETIFF");
  if (system("ip address add 10.99.0.1/24 dev fails && ip address add fd99::1/64 dev fails nodad && "
             "ip link set fails up"))
    return 1;
  emit("ready");

  for (;;) {
    char packet_in[MTU];
    struct pollfd inputs[2] = {{.fd = tun, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
    poll(inputs, 2, first == last ? -1 : 1);
    if (inputs[1].revents) return 0;
    if (inputs[0].revents) {
      ssize_t length = read(tun, packet_in, sizeof packet_in);
      if (length > 40) reply(packet_in, length, delay);
    }
    for (; first != last && waiting[first % WAITING].due <= now_s(); first++)
      deliver(waiting[first % WAITING].bytes, waiting[first % WAITING].length);
  }
}
