/*
 * Many short-lived processes: crowd processes=N at-once=N program=PATH targets=TARGET,TARGET... ARGUMENT...
 * Each is forked and executes the program with one of the targets, in turn, and the remaining arguments. They share its
 * standard output. Prints `done` once all have exited, or exits with 1 if one of them failed.
 */
#include "net.h"
#include <sys/wait.h>

#define TARGETS 16

int main(int argc, char **argv) {
  long processes = number(argv, "processes", 1);
  long at_once = number(argv, "at-once", 1);
  const char *program = option(argv, "program", "");
  char *list = strdup(option(argv, "targets", ""));
  char *targets[TARGETS];
  int known = 0;
  for (char *one = strtok(list, ","); one && known < TARGETS; one = strtok(NULL, ",")) targets[known++] = one;
  char **rest = argv + 5;
  if (argc < 5 || known == 0) return 2;

  int failed = 0, status;
  for (long i = 0, running = 0; i < processes || running > 0;) {
    if (i < processes && running < at_once) {
      pid_t child = check(fork(), "fork");
      if (child == 0) {
        char target[128];
        char *args[32] = {(char *)program, target};
        snprintf(target, sizeof target, "target=%s", targets[i % known]);
        for (int at = 0; rest[at] && at < 29; at++) args[at + 2] = rest[at];
        execv(program, args);
        _exit(127);
      }
      i++;
      running++;
    } else {
      check(wait(&status), "wait");
      failed |= status != 0;
      running--;
    }
  }
  if (failed) return 1;
  emit("done");
}
