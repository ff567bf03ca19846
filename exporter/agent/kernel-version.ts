/** Major and minor version of a kernel release (uname(2)): `6.1.0-18-amd64` → 6, 1. */
function parse(release: string): readonly [major: number, minor: number] {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  return [major, minor];
}

/** Whether a kernel release is that version or later. */
export function isKernelAtLeast(release: string, major: number, minor: number): boolean {
  const [actualMajor, actualMinor] = parse(release);
  return actualMajor > major || (actualMajor === major && actualMinor >= minor);
}

/** `6.1.0-18-amd64` → `6.1`. */
export function kernelVersion(release: string): string {
  return parse(release).join('.');
}
