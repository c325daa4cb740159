import { expect, test } from 'vitest';
import { createLogger } from '../../../src/platform/observability/logger.js';
import { countedRefusals } from '../../../src/platform/observability/instrument.js';
import { createMetrics } from '../../../src/platform/observability/metrics.js';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  write(createLogger({ level: 'info', destination: { write: (line: string) => void (text += line) } }));
  return text;
}

test('entries are JSON with level and time; secrets are redacted by name', () => {
  const text = logged((logger) => {
    logger.debug('not written');
    logger.info(
      { phone: '+4930123456', request: { token: 'hush', headers: { authorization: 'Bearer hush' } } },
      'asked',
    );
  });
  expect(JSON.parse(text)).toMatchObject({
    level: 'info',
    msg: 'asked',
    phone: '[redacted]',
    request: { token: '[redacted]', headers: { authorization: '[redacted]' } },
  });
  expect(text).not.toContain('hush');
});

test("an error keeps its cause and loses the passwords of its URLs and its driver's details", () => {
  const cause = Object.assign(new Error('duplicate key'), {
    code: '23505',
    detail: 'Key (phone)=(+4930123456) already exists.',
  });
  const text = logged((logger) =>
    logger.error({ err: new Error('connect postgres://parlance:hush@db:5432/x', { cause }) }, 'failed'),
  );
  expect(JSON.parse(text)).toMatchObject({
    err: { message: 'connect postgres://parlance:***@db:5432/x', cause: { code: '23505', message: 'duplicate key' } },
  });
  expect(text).not.toMatch(/hush|4930123456/);
});

test('metrics come out in the text format: refusals by limit, figures looked up when asked', async () => {
  const metrics = createMetrics();
  const limiter = countedRefusals({ take: () => Promise.resolve({ ok: false, retryAfterMs: 1 }) }, metrics);
  await limiter.take('sendMessage', 'device');
  let sockets = 1;
  metrics.gauge('sockets', 'Open WebSockets', () => sockets);
  sockets = 7;
  const text = await metrics.registry.metrics();
  expect(text).toContain('parlance_rate_limited_total{limit="sendMessage"} 1');
  expect(text).toContain('parlance_sockets 7');
});
