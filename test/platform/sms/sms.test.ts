import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { developmentOutbox } from '../../../src/platform/sms/outbox.js';
import { SmsError } from '../../../src/platform/sms/port.js';
import { twilioSms } from '../../../src/platform/sms/twilio.js';
import { testDatabase } from '../../kit/postgres.js';

const create = vi.hoisted(() => vi.fn<(message: object) => Promise<object>>());
vi.mock('twilio', () => ({ default: () => ({ messages: { create } }) }));

const to = '+4915123456789';
let database: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

describe('the development outbox', () => {
  it('keeps messages, newest first, by number', async () => {
    let now = 1000;
    const outbox = developmentOutbox(database.pool, { now: () => now++ });
    await outbox.send({ to, body: 'one', code: '111111' });
    await outbox.send({ to, body: 'two' });
    await outbox.send({ to: '+12015550123', body: 'other' });
    expect(await outbox.read(to)).toEqual([
      { to, body: 'two', code: null, at: 1001 },
      { to, body: 'one', code: '111111', at: 1000 },
    ]);
  });
});

describe('Twilio', () => {
  it('sends from a number or a messaging service', async () => {
    create.mockResolvedValue({});
    await twilioSms({ accountSid: 'AC1', authToken: 't', from: '+1' }).send({ to, body: 'hi', code: '1' });
    await twilioSms({ accountSid: 'AC1', authToken: 't', from: 'MG1' }).send({ to, body: 'hi' });
    expect(create.mock.calls).toEqual([
      [{ to, body: 'hi', from: '+1' }],
      [{ to, body: 'hi', messagingServiceSid: 'MG1' }],
    ]);
  });
  it('says that a message was not taken, and not to whom', async () => {
    create.mockRejectedValue(Object.assign(new Error(`cannot send to ${to}`), { code: 21211 }));
    const failed = twilioSms({ accountSid: 'AC1', authToken: 't', from: '+1' }).send({ to, body: 'hi' });
    await expect(failed).rejects.toThrow(SmsError);
    await expect(failed).rejects.toThrow('the carrier did not take the message (21211)');
  });
});
