import { ask, type Limits, type Question } from './ask.ts';

/** An answer with a body that is JSON. */
export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks an HTTP server, over a Unix socket or TLS. Rejects with a reason for people; never waits past `signal`. */
export async function getJson(question: Question, limits: Limits): Promise<JsonAnswer> {
  try {
    const { status, text } = await ask({ ...question, agent: false }, limits);
    return { status, body: parse(text) };
  } catch (error) {
    if (limits.signal.aborted) throw new Error('no answer in time', { cause: error });
    throw error;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error('the answer is not JSON', { cause });
  }
}
