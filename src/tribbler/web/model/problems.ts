import type { Answer, Problem } from './answer.ts';

const lost: Problem = {
  code: 'lost',
  title: 'No connection',
  detail: 'The server did not answer. Check the connection, and try again.',
};

/** What went wrong, whether the server said so or did not answer. Requires: something did. */
export function problemOf(
  answer: Extract<Answer<unknown>, { kind: 'problem' } | { kind: 'lost' }>,
): Problem {
  return answer.kind === 'problem' ? answer.problem : lost;
}

/** Whether the same request may well succeed if it is sent again later. */
export function isPassing({ code }: Problem): boolean {
  return code === 'lost' || code === 'unavailable' || code === 'too-many-requests';
}
