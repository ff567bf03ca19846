/*
 * Connects by io_uring: uring target=ADDRESS/PORT [count=N] [how=inline|worker|poller]
 * The kernel connects in the system call, on a worker thread, or on a thread that polls for work. Prints `held COUNT`
 * and waits for the end of its standard input, or `none ERRNO` without io_uring.
 */
#include "net.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define ENTRIES 8

static void *map(int ring, size_t size, off_t offset) {
  void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset);
  if (at == MAP_FAILED) check(-1, "mmap");
  return at;
}

int main(int argc, char **argv) {
  (void)argc;
  struct endpoint target = parse_endpoint(option(argv, "target", ""));
  const char *how = option(argv, "how", "inline");
  long count = number(argv, "count", 1);
  int polls = strcmp(how, "poller") == 0;
  struct io_uring_params params = {.flags = polls ? IORING_SETUP_SQPOLL : 0, .sq_thread_idle = 1000};
  int ring = syscall(SYS_io_uring_setup, ENTRIES, &params);
  if (ring < 0) {
    emit("none %d", errno);
    return 0;
  }
  char *submissions = map(ring, params.sq_off.array + params.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
  char *completions =
      map(ring, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
  struct io_uring_sqe *entries = map(ring, params.sq_entries * sizeof *entries, IORING_OFF_SQES);
  unsigned *tail = (unsigned *)(submissions + params.sq_off.tail);
  unsigned mask = *(unsigned *)(submissions + params.sq_off.ring_mask);
  unsigned *indexes = (unsigned *)(submissions + params.sq_off.array);
  unsigned *head = (unsigned *)(completions + params.cq_off.head);
  unsigned completion_mask = *(unsigned *)(completions + params.cq_off.ring_mask);
  struct io_uring_cqe *cqes = (struct io_uring_cqe *)(completions + params.cq_off.cqes);

  for (long i = 0; i < count; i++) {
    unsigned index = *tail & mask;
    entries[index] = (struct io_uring_sqe){
        .opcode = IORING_OP_CONNECT,
        .flags = strcmp(how, "worker") == 0 ? IOSQE_ASYNC : 0,
        .fd = socket_for(&target, SOCK_STREAM, 0),
        .addr = (uintptr_t)&target.address,
        .off = target.length,
    };
    indexes[index] = index;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    unsigned flags = IORING_ENTER_GETEVENTS | (polls ? IORING_ENTER_SQ_WAKEUP : 0);
    check(syscall(SYS_io_uring_enter, ring, 1, 1, flags, NULL, 0), "io_uring_enter");
    struct io_uring_cqe *cqe = &cqes[*head & completion_mask];
    if (cqe->res < 0) {
      fprintf(stderr, "connect: %s\n", strerror(-cqe->res));
      return 1;
    }
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  }
  emit("held %ld", count);
  wait_for_end();
}
