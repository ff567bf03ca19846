/* Shared by the workloads that use Unix sockets. */
#ifndef MUSUBI_WORKLOADS_UNIX_H
#define MUSUBI_WORKLOADS_UNIX_H

#include "net.h"

#include <stddef.h>
#include <sys/un.h>

/* A path, or `@` and an abstract name. */
static inline socklen_t unix_address(struct sockaddr_un *to, const char *name) {
  size_t length = strlen(name);
  if (length >= sizeof to->sun_path) {
    fprintf(stderr, "name too long: %s\n", name);
    exit(1);
  }
  memset(to, 0, sizeof *to);
  to->sun_family = AF_UNIX;
  memcpy(to->sun_path, name, length);
  if (name[0] != '@') return sizeof *to;
  to->sun_path[0] = 0;
  return offsetof(struct sockaddr_un, sun_path) + length;
}

static inline int unix_socket(char **argv) {
  int type = strcmp(option(argv, "type", "stream"), "seqpacket") == 0 ? SOCK_SEQPACKET : SOCK_STREAM;
  return check(socket(AF_UNIX, type | SOCK_CLOEXEC, 0), "socket");
}

/* Enters the root directory `root` and then the current directory `in`, if given. */
static inline void enter(char **argv) {
  const char *root = option(argv, "root", NULL), *in = option(argv, "in", NULL);
  if (root) check(chroot(root), "chroot");
  if (root) check(chdir("/"), "chdir");
  if (in) check(chdir(in), "chdir");
}

#endif
