import { useEffect, useState } from 'react';
import { type Answer, ask, type Question } from './query.ts';

/** The state of a question: what is known by now, and whether more is on its way. */
export interface Asked {
  readonly answer: Answer | undefined;
  readonly busy: boolean;
}

/**
 * Asks a question whenever it is another, dropping the one before if that is unanswered still.
 *
 * @param question memoised; none asks nothing
 * @param subject what it is about: the last answer stands until the next comes as long as this stays the same
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
