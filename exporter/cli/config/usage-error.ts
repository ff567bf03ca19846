/** Invalid usage or configuration. The message names the offending key and value; the exit code is 2. */
export class UsageError extends Error {
  readonly code = 'ERR_USAGE';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
