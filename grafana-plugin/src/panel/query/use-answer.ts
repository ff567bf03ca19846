import { useEffect, useState } from 'react';
import { type Answer, ask, type Question } from './query.ts';

/** The state of a query: its last result, and whether another is pending. */
export interface Asked {
  readonly answer: Answer | undefined;
  readonly busy: boolean;
}

/**
 * Runs a query whenever it changes, and cancels the previous one if it is still running.
 *
 * @param query memoised; undefined: none
 * @param subject as long as it stays the same, the last result is kept until the next arrives
 */
export function useAnswer(question: Question | undefined, subject: string): Asked {
  const [last, setLast] = useState<{ question: Question; subject: string; answer: Answer }>();
  useEffect(() => {
    if (!question) return;
    const asking = ask(question).subscribe((answer) => setLast({ question, subject, answer }));
    return () => asking.unsubscribe();
  }, [question, subject]);
  return {
    answer: question && last?.subject === subject ? last.answer : undefined,
    busy: question !== undefined && last?.question !== question,
  };
}
