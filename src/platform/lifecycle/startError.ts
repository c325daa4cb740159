/** Why the server cannot start: one sentence for whoever runs it, without secrets. Entry points print it and exit 1. */
export class StartError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
  }
}
