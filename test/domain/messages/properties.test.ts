import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decideDelete,
  decideEdit,
  decidePin,
  decideReact,
  EDIT_WINDOW_MS,
  MAX_PINS,
  type Asked,
  type ChangeDecision,
} from '../../../src/domain/messages/decideChange.js';
import { decideClosePoll, decideOpen, decideVote } from '../../../src/domain/messages/decideKinds.js';
import { folded, inGroup, MINUTE, poll, says, SENT_AT, type Happened } from './fixture.js';

const PEOPLE = ['gil', 'hal', 'ida', 'eve'];
/** Sequences 1 to 4. */
const MESSAGES = [
  says('hal'),
  poll('hal'),
  poll('ida', { multiple: true, closesAt: SENT_AT + 20 * MINUTE }),
  says('ida'),
];
const ONCE = says('gil', { viewOnce: true });

interface Step {
  readonly who: string;
  readonly seq: number;
  readonly minutes: number;
  readonly decide: (asked: Asked) => ChangeDecision;
}

const emoji = fc.constantFrom('👍', '❤️', null);
const options = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 3 });
const decide: fc.Arbitrary<Step['decide']> = fc.oneof(
  fc.string().map((text) => (asked: Asked) => decideEdit(asked, { text })),
  fc.constant(decideDelete),
  emoji.map((given) => (asked: Asked) => decideReact(asked, { emoji: given })),
  options.map((given) => (asked: Asked) => decideVote(asked, { options: given })),
  fc.constant(decideClosePoll),
  fc.constant(decideOpen),
  fc.boolean().map((pinned) => (asked: Asked) => decidePin(asked, { pinned })),
);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    who: fc.constantFrom(...PEOPLE),
    seq: fc.integer({ min: 1, max: 6 }),
    minutes: fc.integer({ min: 0, max: 30 }),
    decide,
  }),
  { maxLength: 40 },
);

/** Everything that was decided, in the order of time. */
function lived(all: readonly Step[]): readonly Happened[] {
  const history: Happened[] = [inGroup, ...MESSAGES, ONCE];
  for (const { who, seq, minutes, decide: by } of [...all].sort((a, b) => a.minutes - b.minutes)) {
    const decision = by({ ...folded(history, who, seq), account: who, now: SENT_AT + minutes * MINUTE });
    if ('events' in decision)
      for (const { type, data } of decision.events) history.push([who, type, data, minutes] as const);
  }
  return history.slice(MESSAGES.length + 2);
}

const targetOf = ([, , data]: Happened): number => (data as { readonly target: number }).target;
const authors = ['', 'hal', 'hal', 'ida', 'ida', 'gil'];

it('whatever is asked for in whatever order, the rules hold', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const gone = new Set<number>();
      const closed = new Set<number>();
      const opened = new Set<string>();
      const votes = new Map<string, string>();
      const pins = new Set<number>();
      for (const happened of lived(all)) {
        const [who, type, data, minutes = 0] = happened;
        const target = targetOf(happened);
        expect(who).not.toBe('eve');
        // Nothing about what is deleted but its end.
        if (type !== 'MessageUnpinned') expect(gone.has(target)).toBe(false);
        switch (type) {
          case 'MessageEdited':
            expect(who).toBe(authors[target]);
            expect(minutes * MINUTE).toBeLessThanOrEqual(EDIT_WINDOW_MS);
            break;
          case 'MessageDeleted':
            expect([authors[target], 'gil']).toContain(who);
            gone.add(target);
            pins.delete(target);
            break;
          case 'PollVoted': {
            const chosen = (data as { readonly options: readonly number[] }).options;
            expect(closed.has(target)).toBe(false);
            if (target === 3) expect(minutes).toBeLessThan(20);
            else expect(chosen.length).toBeLessThanOrEqual(1);
            const vote = chosen.join();
            // What is written changes something.
            expect(vote).not.toBe(votes.get(`${who} ${target}`) ?? '');
            votes.set(`${who} ${target}`, vote);
            break;
          }
          case 'PollClosed':
            expect(closed.has(target)).toBe(false);
            closed.add(target);
            break;
          case 'ViewOnceOpened':
            expect(target).toBe(5);
            expect(opened.has(who)).toBe(false);
            opened.add(who);
            break;
          case 'MessagePinned':
            expect(who).toBe('gil');
            pins.add(target);
            expect(pins.size).toBeLessThanOrEqual(MAX_PINS);
            break;
          case 'MessageUnpinned':
            pins.delete(target);
        }
      }
    }),
    { numRuns: 300 },
  );
});
