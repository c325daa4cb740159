import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, SyncContacts } from '../../../src/domain/contacts/commands.js';
import { CONTACT_LIMITS, decideBlock, decideSync, decideUnblock } from '../../../src/domain/contacts/decide.js';
import type { ContactEvent } from '../../../src/domain/contacts/events.js';
import { EMPTY_BOOK, evolve, evolveAll } from '../../../src/domain/contacts/state.js';
import { specification } from '../../kit/specification.js';

type Plain = ContactEvent<string>;

const entry = (number: string, name: string): Entry => ({
  phoneHmac: number,
  phone: `+${number}`,
  name,
  fingerprint: `f(${name})`,
});
const saved = (number: string, name: string): Plain => ({ type: 'ContactSaved', data: entry(number, name) });
const removed = (number: string): Plain => ({ type: 'ContactRemoved', data: { phoneHmac: number } });
const blocked = (accountId: string): Plain => ({ type: 'AccountBlocked', data: { accountId } });
const unblocked = (accountId: string): Plain => ({ type: 'AccountUnblocked', data: { accountId } });
const sync = (entries: readonly Entry[], more: Partial<SyncContacts> = {}): SyncContacts => ({
  entries,
  removed: [],
  full: false,
  ...more,
});

describe('syncing a phone book', () => {
  const { given } = specification({ initial: EMPTY_BOOK, evolve, decide: decideSync });

  it('saves what is new and what has another name', () => {
    given(saved('1', 'Ada'), saved('2', 'Bob'))
      .when(sync([entry('1', 'Ada'), entry('2', 'Bobby'), entry('3', 'Eve')]))
      .then(saved('2', 'Bobby'), saved('3', 'Eve'));
  });
  it('writes nothing for what is as it was', () => {
    given(saved('1', 'Ada'))
      .when(sync([entry('1', 'Ada')]))
      .nothing();
  });
  it('keeps what a part does not mention', () => {
    given(saved('1', 'Ada'))
      .when(sync([entry('2', 'Bob')]))
      .then(saved('2', 'Bob'));
  });
  it('removes what a whole book does not mention', () => {
    given(saved('1', 'Ada'), saved('2', 'Bob'))
      .when(sync([entry('2', 'Bob')], { full: true }))
      .then(removed('1'));
  });
  it('removes what left the book, once', () => {
    given(saved('1', 'Ada'))
      .when(sync([], { removed: ['1', '1', '7'] }))
      .then(removed('1'));
  });
  it('keeps a number that is both removed and given', () => {
    given(saved('1', 'Ada'))
      .when(sync([entry('1', 'Ada')], { removed: ['1'] }))
      .nothing();
  });
  it('saves again what was removed', () => {
    given(saved('1', 'Ada'), removed('1'))
      .when(sync([entry('1', 'Ada')]))
      .then(saved('1', 'Ada'));
  });

  const full = Array.from({ length: CONTACT_LIMITS.book }, (_, index) => saved(String(index), 'x'));
  const book = evolveAll(EMPTY_BOOK, full);
  it('refuses more than a book may have, and lets a full one be exchanged and renamed', () => {
    const most = { kind: 'too_many', limit: CONTACT_LIMITS.book };
    expect(decideSync(book, sync([entry('new', 'x')]))).toEqual({ rejected: most });
    expect(decideSync(book, sync([entry('new', 'x')], { removed: ['0'] }))).toEqual({
      events: [removed('0'), saved('new', 'x')],
    });
    expect(decideSync(book, sync([entry('0', 'y')]))).toEqual({ events: [saved('0', 'y')] });
  });

  const numbers = fc.constantFrom('1', '2', '3', '4', '5');
  const entries = fc
    .uniqueArray(fc.tuple(numbers, fc.constantFrom('a', 'b')), { selector: ([number]) => number })
    .map((pairs) => pairs.map(([number, name]) => entry(number, name)));
  const command = fc.record({ entries, removed: fc.array(numbers as fc.Arbitrary<string>), full: fc.boolean() });

  it('ends in what was asked for, whatever was there, and asking again writes nothing', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 8 }), command, (before, last) => {
        let state = EMPTY_BOOK;
        for (const one of [...before, last]) {
          const decision = decideSync(state, one);
          if ('rejected' in decision) throw new Error('five numbers are not too many');
          const after = evolveAll(state, decision.events);
          expect(decision.events.reduce(evolve, state)).toEqual(after);
          const kept = [...state.contacts].filter(([number]) => !one.full && !one.removed.includes(number));
          const wanted = new Map([...kept, ...one.entries.map((one) => [one.phoneHmac, one.fingerprint] as const)]);
          expect([...after.contacts].sort()).toEqual([...wanted].sort());
          expect(decideSync(after, one)).toEqual({ events: [] });
          state = after;
        }
      }),
    );
  });
});

describe('blocking', () => {
  const block = specification({ initial: EMPTY_BOOK, evolve, decide: decideBlock });
  const unblock = specification({ initial: EMPTY_BOOK, evolve, decide: decideUnblock });
  const eve = { owner: 'ada', accountId: 'eve', exists: true };

  it('blocks an account, once', () => {
    block.given().when(eve).then(blocked('eve'));
    block.given(blocked('eve')).when(eve).nothing();
    block.given(blocked('eve'), unblocked('eve')).when(eve).then(blocked('eve'));
  });
  it('needs an account that is there and another one', () => {
    block
      .given()
      .when({ ...eve, exists: false })
      .rejects({ kind: 'no_such_account' });
    block
      .given()
      .when({ ...eve, accountId: 'ada' })
      .rejects({ kind: 'no_such_account' });
  });
  it('unblocks who is blocked', () => {
    unblock.given(blocked('eve')).when(eve).then(unblocked('eve'));
    unblock.given().when(eve).nothing();
  });
  it('has a limit', () => {
    const blocks = new Set(Array.from({ length: CONTACT_LIMITS.blocks }, (_, index) => String(index)));
    expect(decideBlock({ ...EMPTY_BOOK, blocks }, eve)).toEqual({
      rejected: { kind: 'too_many', limit: CONTACT_LIMITS.blocks },
    });
  });
});
