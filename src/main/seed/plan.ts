/** Which two accounts talk: neighbours first (0 with 1, 2 with 3, …), then pairs at growing distance; no pair twice. */
export function* pairs(accounts: number): Generator<readonly [number, number]> {
  for (let first = 0; first + 1 < accounts; first += 2) yield [first, first + 1];
  for (let distance = 1; distance <= Math.floor(accounts / 2); distance++) {
    // Half way round the circle each pair would come twice; the neighbours of the first round are left out of distance 1.
    const starts = distance * 2 === accounts ? distance : accounts;
    for (let start = 0; start < starts; start++) {
      if (distance === 1 && start % 2 === 0 && start + 1 < accounts) continue;
      yield [start, (start + distance) % accounts];
    }
  }
}

/** How many messages each conversation gets: a few are long, most are short, together exactly `messages`. */
export function shares(messages: number, conversations: number): number[] {
  const weights = Array.from({ length: conversations }, (_, index) => 1 / (index + 1) ** 0.6);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map((weight) => Math.floor((weight / total) * messages));
  let rest = messages - counts.reduce((sum, count) => sum + count, 0);
  for (let index = 0; rest > 0; index = (index + 1) % conversations, rest--) counts[index]! += 1;
  return counts;
}
