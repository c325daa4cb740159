/** A bar with the rate, in place on a terminal; elsewhere a line every tenth. `share` is 0 to 1. */
export function rateBar(out: NodeJS.WriteStream, label: string): (share: number, events: number) => void {
  const started = performance.now();
  let shownTenth = -1;
  return (share, events) => {
    const tenth = Math.floor(share * 10);
    const rate = rateOf(events, performance.now() - started);
    const line = `${label} ${String(Math.floor(share * 100)).padStart(3)}% ${rate} events/s`;
    if (out.isTTY) {
      const width = 30;
      const filled = Math.round(share * width);
      out.write(
        `\r${label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${line.slice(label.length + 1)}  ${share >= 1 ? '\n' : ''}`,
      );
    } else if (tenth !== shownTenth) {
      out.write(`${line}\n`);
    }
    shownTenth = tenth;
  };
}

export function rateOf(events: number, ms: number): number {
  return Math.round((events * 1000) / Math.max(1, ms));
}
