/** In a driver: each call waits for one more message of the parent. */
export function gate(): () => Promise<void> {
  let open = 0;
  let waiter: (() => void) | undefined;
  process.on('message', () => {
    open++;
    waiter?.();
  });
  return async () => {
    if (open === 0) await new Promise<void>((resolve) => (waiter = resolve));
    open--;
    waiter = undefined;
  };
}
