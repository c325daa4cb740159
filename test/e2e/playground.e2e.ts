import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeData, startServer, temporaryFolder, type ServerProcess } from '../kit/serverProcess.js';
import { launch, openPlayground, type Playground } from './browser.js';

const dataDir = temporaryFolder('e2e');
let server: ServerProcess | undefined;
let browser: Browser | undefined;
let first: Playground;
let second: Playground;

beforeAll(async () => {
  server = await startServer({ dataDir });
  browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1600, height: 1000 } });
  first = await openPlayground(context, server.url);
  second = await openPlayground(context, server.url);
});
afterAll(async () => {
  await Promise.allSettled([browser?.close(), server?.stop()]);
  await removeData(dataDir);
});

describe('the ready tabs, in a browser', () => {
  it('register two accounts', async () => {
    await first.run('S1_RequestCodes');
    expect(await first.answer('"bob"')).toContain('"OtpSent"');
    await first.run('S2_ReadCodes');
    expect(await first.answer('"bob"')).toMatch(/"code": "\d{6}"/);
    await first.run('S3_SignIn');
    const signedIn = await first.answer('"bob"');
    expect(signedIn).toContain('"newAccount": true');
    expect(signedIn).not.toContain('"message"');
  });

  it('start a conversation', async () => {
    await first.run('S4_StartConversation');
    const started = await first.answer('"created"');
    expect(started).toContain('"created": true');
    expect(started).toMatch(/"name": "Alice"/);
    expect(started).toMatch(/"name": "Bob"/);
  });

  it('subscribe in one browser tab, send in the other, and see the message arrive', async () => {
    await first.run('S5_Updates');
    // The subscription says at once where it stands.
    await first.answer('"CursorAdvanced"');
    await second.run('S6_SendMessage');
    expect(await second.answer('"readToken"')).toContain('"MessageSent"');
    const arrived = await first.answer('Hello, Bob!');
    expect(arrived).toContain('"MessageAdded"');
  });

  it('acknowledge, and see it read', async () => {
    await second.run('S7_Acknowledge');
    expect(await second.answer('"readUpTo"')).toContain('"Acknowledged"');
    await first.answer('"ReceiptAdvanced"');
    await second.run('S8_History');
    const history = await second.answer('"pageInfo"');
    expect(history).toContain('"status": "READ"');
    expect(history).toContain('"text": "Hello, Bob!"');
  });

  it('asked nothing of any other host, and nothing failed', () => {
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });
});
