import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { expectOutcome, register, type Line, type Outcome, type Person } from './person.js';
import { startDemoServer } from './server.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Registers two, lets them chat, takes one offline and back, and says whether everything was where it should be. */
export async function runDemo(args: readonly string[]): Promise<boolean> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'string' } } });
  const server = await startDemoServer();
  try {
    print(`a server on temporary data at ${server.url}\n`);
    const amina = await register(server.url, 'Amina', '+447400123456');
    const bruno = await register(server.url, 'Bruno', '+34612345678');
    print('Amina (+44 7400 123456) and Bruno (+34 612 34 56 78) registered with codes from the development outbox');
    amina.connect();
    bruno.connect();
    const conversationId = await begin(amina, '+34612345678');
    const { caughtUp, missing } = await chat(amina, bruno, conversationId);
    const transcript = [...amina.lines, ...bruno.lines]
      .filter((line) => line.mine)
      .sort((one, other) => one.seq - other.seq);
    print('\n');
    for (const line of transcript) print(describe(line, amina.lines.includes(line) ? amina.name : bruno.name));
    const unread = await unreadOf(bruno, conversationId);
    amina.disconnect();
    bruno.disconnect();
    const figures = {
      messages: transcript.length,
      sentMs: median(transcript.map((line) => line.sent)),
      deliveredMs: median(transcript.slice(0, 4).map((line) => line.delivered)),
      caughtUp,
      missing,
      unread,
      statuses: await statuses(amina, conversationId),
    };
    if (values.json !== undefined)
      writeFileSync(values.json, `${JSON.stringify({ ...figures, transcript }, null, 2)}\n`);
    const complete = transcript.every(
      (line) => line.sent !== undefined && line.delivered !== undefined && line.read !== undefined,
    );
    const allRead = figures.statuses.length > 0 && figures.statuses.every((status) => status === 'READ');
    print(`\nstatuses of Amina's messages by query: ${figures.statuses.join(' ')}`);
    print(
      `${figures.messages} messages, sent in ${figures.sentMs} ms, delivered in ${figures.deliveredMs} ms (medians), ` +
        `${caughtUp} caught up after a disconnect, ${missing} missing, ${unread} unread`,
    );
    return complete && allRead && caughtUp === 3 && missing === 0 && unread === 0;
  } finally {
    await server.stop();
  }
}

async function begin(amina: Person, phone: string): Promise<string> {
  const found = await amina.call<{ outcome: Outcome & { account: { id: string } } }>(
    'mutation($phone: String!) { outcome: findAccount(phone: $phone) { __typename ... on AccountFound { account { id } } ... on Problem { code message } } }',
    { phone },
  );
  const { account } = expectOutcome(found.outcome, 'AccountFound');
  const started = await amina.call<{ outcome: Outcome & { conversation: { id: string } } }>(
    'mutation($with: ID!) { outcome: startConversation(with: $with) { __typename ... on ConversationStarted { conversation { id } } ... on Problem { code message } } }',
    { with: account.id },
  );
  return expectOutcome(started.outcome, 'ConversationStarted').conversation.id;
}

async function chat(
  amina: Person,
  bruno: Person,
  conversationId: string,
): Promise<{ caughtUp: number; missing: number }> {
  const deliver = async (from: Person, to: Person, text: string): Promise<Line> => {
    const line = await from.send(conversationId, text);
    await to.until(`"${text}"`, () => to.lines.some((other) => !other.mine && other.seq === line.seq));
    await to.acknowledge(conversationId, { deliveredUpTo: line.seq });
    await from.until('delivered', () => line.delivered !== undefined);
    await to.acknowledge(conversationId, { deliveredUpTo: line.seq, readUpTo: line.seq });
    await from.until('read', () => line.read !== undefined);
    print(`  ${from.name}: ${text}`);
    return line;
  };
  await deliver(amina, bruno, 'Hola Bruno, ¿me lees?');
  await deliver(bruno, amina, 'Alto y claro 👋');
  await deliver(amina, bruno, 'هل نلتقي غدًا في المحطة؟');
  await deliver(bruno, amina, 'Sí, a las nueve. Ahora entro en el túnel…');
  bruno.disconnect();
  print('  — Bruno loses his connection —');
  const before = bruno.lines.length;
  const away: Line[] = [];
  for (const text of ['I will bring the tickets', 'Platform 4, not 3!', '车票在我这里，别担心']) {
    away.push(await amina.send(conversationId, text));
    print(`  ${amina.name}: ${text}  ✓`);
  }
  bruno.connect();
  print('  — Bruno is back and resumes from his cursor —');
  const last = away.at(-1)!;
  await bruno.until('the messages he missed', () => bruno.lines.some((line) => line.seq === last.seq));
  const caught = bruno.lines.slice(before);
  const missing = away.filter(
    (line, index) => caught[index]?.seq !== line.seq || caught[index].text !== line.text,
  ).length;
  await bruno.acknowledge(conversationId, { deliveredUpTo: last.seq, readUpTo: last.seq });
  await amina.until('read after the disconnect', () => away.every((line) => line.read !== undefined));
  await deliver(bruno, amina, 'Got all three. Platform 4 it is 🚆');
  return { caughtUp: caught.length, missing: missing + Math.abs(caught.length - away.length) };
}

async function unreadOf(person: Person, id: string): Promise<number> {
  const { conversation } = await person.call<{ conversation: { unreadCount: number } }>(
    'query($id: ID!) { conversation(id: $id) { unreadCount } }',
    { id },
  );
  return conversation.unreadCount;
}

async function statuses(person: Person, id: string): Promise<string[]> {
  const { conversation } = await person.call<{
    conversation: { messages: { edges: { node: { status: string | null } }[] } };
  }>('query($id: ID!) { conversation(id: $id) { messages(first: 50) { edges { node { status } } } } }', { id });
  return conversation.messages.edges.flatMap(({ node }) => (node.status === null ? [] : [node.status]));
}

const inMs = (value: number | undefined): string => (value === undefined ? '   -' : `${value.toFixed(1)} ms`);

function describe(line: Line, author: string): string {
  return `${line.at.slice(11, 23)}  ${author}  ✓ ${inMs(line.sent)}  ✓✓ ${inMs(line.delivered)}  read ${inMs(line.read)}  ${line.text}`;
}

function median(values: readonly (number | undefined)[]): number {
  const sorted = values.filter((value) => value !== undefined).sort((one, other) => one - other);
  return Math.round((sorted[Math.floor(sorted.length / 2)] ?? 0) * 10) / 10;
}
