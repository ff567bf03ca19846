/*
 * Connects by io_uring: uring target=ADDRESS/PORT [count=N] [how=inline|worker|poller]
 * The kernel connects when told to, on a worker thread of its own, or on a thread that polls for work. Says
 * `held COUNT` and waits for the end of its standard input; `none ERRNO` where there is no io_uring.
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
    say("none %d", errno);
    return 0;
  }
  char *asked = map(ring, params.sq_off.array + params.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
  char *answered = map(ring, params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
  struct io_uring_sqe *questions = map(ring, params.sq_entries * sizeof *questions, IORING_OFF_SQES);
  unsigned *tail = (unsigned *)(asked + params.sq_off.tail);
  unsigned mask = *(unsigned *)(asked + params.sq_off.ring_mask);
  unsigned *places = (unsigned *)(asked + params.sq_off.array);
  unsigned *head = (unsigned *)(answered + params.cq_off.head);
  unsigned answers_mask = *(unsigned *)(answered + params.cq_off.ring_mask);
  struct io_uring_cqe *answers = (struct io_uring_cqe *)(answered + params.cq_off.cqes);

  for (long i = 0; i < count; i++) {
    unsigned place = *tail & mask;
    questions[place] = (struct io_uring_sqe){
        .opcode = IORING_OP_CONNECT,
        .flags = strcmp(how, "worker") == 0 ? IOSQE_ASYNC : 0,
        .fd = socket_for(&target, SOCK_STREAM, 0),
        .addr = (uintptr_t)&target.address,
        .off = target.length,
    };
    places[place] = place;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    unsigned flags = IORING_ENTER_GETEVENTS | (polls ? IORING_ENTER_SQ_WAKEUP : 0);
    check(syscall(SYS_io_uring_enter, ring, 1, 1, flags, NULL, 0), "io_uring_enter");
    struct io_uring_cqe *answer = &answers[*head & answers_mask];
    if (answer->res < 0) {
      fprintf(stderr, "connect: %s\n", strerror(-answer->res));
      return 1;
    }
    __atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
  }
  say("held %ld", count);
  wait_for_end();
}
