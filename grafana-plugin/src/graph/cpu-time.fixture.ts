/** Milliseconds of processor time that something takes: other tests run beside, and their time is not its own. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
