/*
 * Sends the request with the SYN (TCP Fast Open): fastopen target=ADDRESS/PORT count=N [request=BYTES]
 * That works once the server has given its cookie. Reads each answer until the server closes. Prints `made PID COUNT
 * FAST`, where FAST is the number of requests sent with the SYN.
 */
#include "net.h"

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  long count = number(argv, "count", 1), request = number(argv, "request", 1), fast = 0;
  char bytes[4096] = {0};
  for (long i = 0; i < count; i++) {
    int fd = socket_for(&target, SOCK_STREAM, 0);
    check(sendto(fd, bytes, request, MSG_FASTOPEN, address_of(&target), target.length), "sendto");
    while (check(read(fd, bytes, sizeof bytes), "read") > 0) {
    }
    struct tcp_info info;
    socklen_t length = sizeof info;
    check(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), "TCP_INFO");
    fast += (info.tcpi_options & TCPI_OPT_SYN_DATA) != 0;
    close(fd);
  }
  emit("made %d %ld %ld", getpid(), count, fast);
}
