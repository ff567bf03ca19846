/*
 * Lists the BPF objects in the kernel: a line `prog ID`, `map ID` or `link ID` for each, then `listed`.
 */
#include "net.h"
#include <linux/bpf.h>
#include <sys/syscall.h>

static void list(int command, const char *kind) {
  union bpf_attr attr = {0};
  while (syscall(SYS_bpf, command, &attr, sizeof attr) == 0) {
    emit("%s %u", kind, attr.next_id);
    attr.start_id = attr.next_id;
  }
  if (errno != ENOENT) check(-1, kind);
}

int main(void) {
  list(BPF_PROG_GET_NEXT_ID, "prog");
  list(BPF_MAP_GET_NEXT_ID, "map");
  list(BPF_LINK_GET_NEXT_ID, "link");
  emit("listed");
}
