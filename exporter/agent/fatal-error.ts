/** An error after which the process must not continue, such as a thread left in another network namespace. */
export class FatalError extends Error {
  readonly code: string;

  constructor(message: string, code: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'FatalError';
    this.code = code;
  }
}
