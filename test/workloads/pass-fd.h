/* Passes a descriptor to another process: SCM_RIGHTS, see unix(7). */
#ifndef MUSUBI_WORKLOADS_PASS_FD_H
#define MUSUBI_WORKLOADS_PASS_FD_H

#include "net.h"

union fd_message {
  struct cmsghdr header;
  char bytes[CMSG_SPACE(sizeof(int))];
};

static inline void send_fd(int through, int fd) {
  union fd_message control = {0};
  struct iovec data = {.iov_base = "", .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  check(sendmsg(through, &message, 0), "sendmsg");
}

static inline int receive_fd(int through) {
  union fd_message control = {0};
  char byte;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  int fd;
  check(recvmsg(through, &message, 0), "recvmsg");
  memcpy(&fd, CMSG_DATA(&control.header), sizeof fd);
  return fd;
}

#endif
