import { expect, it } from 'vitest';
import type { CaseEvent } from '../../src/domain/cases/events.js';
import { evolve, NO_CASE } from '../../src/domain/cases/state.js';
import { eachStillFitsAndOpens, hasEachType, readGolden } from '../kit/golden.js';

const golden = readGolden('cases');
eachStillFitsAndOpens(golden);
hasEachType(golden.events, golden.types);

it('still folds', () => {
  const stream = golden.events.filter((event) => event.stream === golden.events[0]?.stream);
  expect((stream as unknown as CaseEvent<unknown>[]).reduce(evolve, NO_CASE)).toEqual({
    kind: 'closed',
    verdict: 'upheld',
  });
});
