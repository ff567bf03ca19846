/** Major and minor of a kernel's release as uname(2) tells it: `6.1.0-18-amd64` → 6, 1. */
function parse(release: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor];
}

/** Whether a kernel's release is that version or a later one. */
export function isKernelAtLeast(release: string, major: number, minor: number): boolean {
  const [ours, oursMinor] = parse(release);
  return ours > major || (ours === major && oursMinor >= minor);
}

/** `6.1.0-18-amd64` → `6.1`. */
export function kernelVersion(release: string): string {
  return parse(release).join('.');
}
