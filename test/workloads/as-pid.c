/*
 * Runs a program with a given pid: as-pid pid=N PROGRAM ARGUMENT...
 * As happens on a host once pids wrap around. Exits with the program's status, or 1 if the pid is in use.
 */
#include "net.h"
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
  pid_t wanted = number(argv, "pid", 0);
  struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&wanted, .set_tid_size = 1};
  int status;
  if (argc < 3) return 2;
  pid_t child = check(syscall(SYS_clone3, &args, sizeof args), "clone3");
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  check(waitpid(child, &status, 0), "waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
