/** An event that can't come in a state: a mistake of ours, never of the user's. */
export class IllegalTransition extends Error {
  override readonly name = 'IllegalTransition';
  constructor(thing: string, state: string, event: string) {
    super(`a ${thing} that is ${state} can't take "${event}"`);
  }
}

/** For each state: the events that may come in it, and the state after each. */
type Transitions<S extends string, E extends string> = Readonly<Record<S, Readonly<Partial<Record<E, NoInfer<S>>>>>>;

/** A machine from its table; `thing` names what has these states, for messages. */
export function stateMachine<S extends string, E extends string>(thing: string, transitions: Transitions<S, E>) {
  return {
    /** The state after an event. Throws `IllegalTransition`. */
    next(state: S, event: E): S {
      const to = transitions[state][event];
      if (to === undefined) throw new IllegalTransition(thing, state, event);
      return to;
    },
    /** The states in which an event may come. */
    statesFor: (event: E): S[] =>
      (Object.keys(transitions) as S[]).filter((state) => transitions[state][event] !== undefined),
    /** Whether nothing can come any more. */
    isFinal: (state: S): boolean => Object.keys(transitions[state]).length === 0,
  };
}
