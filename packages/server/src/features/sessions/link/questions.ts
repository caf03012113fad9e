import type { ExecutorStream } from '@emberlab/contract';
import type { Clock } from '../../../lib/clock.ts';
import type { CodeKind } from '../model.ts';

/** Something beside the statements that an agent is asked: see docs/developer/agent-protocol.md. */
export type Question =
  | { readonly what: 'complete'; readonly kind: CodeKind; readonly code: string; readonly cursor: number }
  | { readonly what: 'inspect'; readonly kind: CodeKind; readonly code: string; readonly cursor: number }
  | { readonly what: 'variables'; readonly kind: CodeKind }
  | { readonly what: 'add'; readonly as: 'jar' | 'pyFile' | 'file'; readonly uri: string }
  | { readonly what: 'executors' }
  | {
      readonly what: 'executorLog';
      readonly executor: string;
      readonly stream: ExecutorStream;
      /** the first byte; null: the last `size` bytes */
      readonly from: number | null;
      readonly size: number;
    }
  | { readonly what: 'driverLog'; readonly stream: 'stdout' | 'stderr'; readonly from: number; readonly size: number };

/** What an agent answers: a value, or a sentence that says why there is none. */
export type Answer = { readonly request: number; readonly value?: unknown; readonly error?: string | undefined };

/** A question that got no value. The message is a sentence for people; whether the agent has done what it was asked is known only if it `refused`. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
  readonly reason: 'refused' | 'lost' | 'late';

  constructor(reason: QuestionError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export const connectionLost = (): QuestionError =>
  new QuestionError('lost', 'The Spark driver is not connected at the moment. Please try again.');

export type Questions = ReturnType<typeof createQuestions>;

/** The questions of one connection that have no answer yet. They end with it. */
export function createQuestions(options: {
  clock: Clock;
  send: (frame: { type: 'ask'; request: number } & Question) => void;
}) {
  const pending = new Map<number, (answer: Answer | QuestionError) => void>();
  let last = 0;
  let over = false;

  return {
    /** Resolves with the value of the answer. Throws a `QuestionError` when there is none within `ms`. */
    ask(question: Question, ms: number): Promise<unknown> {
      if (over) return Promise.reject(connectionLost());
      const request = ++last;
      return new Promise((resolve, reject) => {
        const settle = (answer: Answer | QuestionError) => {
          pending.delete(request);
          cancel();
          if (answer instanceof QuestionError) reject(answer);
          else if (answer.error !== undefined) reject(new QuestionError('refused', answer.error));
          else resolve(answer.value);
        };
        const cancel = options.clock.after(ms, () =>
          settle(new QuestionError('late', `The Spark driver did not answer within ${Math.round(ms / 1000)} s.`)),
        );
        pending.set(request, settle);
        options.send({ type: 'ask', request, ...question });
      });
    },

    /** Takes an answer; one that nobody waits for any more is dropped. */
    answered: (answer: Answer): void => pending.get(answer.request)?.(answer),

    /** The connection is gone, and what was asked over it with it. */
    end(): void {
      over = true;
      for (const settle of pending.values()) settle(connectionLost());
    },
  };
}
