/** One line that fills; on what is no terminal a line every tenth. */
export function progressBar(out: NodeJS.WriteStream, label: string): (done: number, total: number) => void {
  let shown = -1;
  return (done, total) => {
    const tenths = total === 0 ? 10 : Math.floor((done / total) * 10);
    if (out.isTTY) {
      const width = 30;
      const filled = total === 0 ? width : Math.round((done / total) * width);
      out.write(
        `\r${label} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${total}${done >= total ? '\n' : ''}`,
      );
    } else if (tenths !== shown) {
      out.write(`${label} ${done}/${total}\n`);
    }
    shown = tenths;
  };
}
