/** What answers have told so far, for `{{name}}` in variables and headers. Kept for this origin's other browser tabs too. */
const KEY = 'parlance:values';

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}');
  } catch {
    return {};
  }
}

/** Takes what later tabs need from a request of a ready tab, and from its answer. */
export function learn({ operationName, variables }, data) {
  if (!data) return;
  const found = {};
  for (const who of ['alice', 'bob']) {
    const answer = data[who];
    if (operationName === 'S1_RequestCodes') found[`${who}.phone`] = variables?.[who];
    if (Array.isArray(answer)) found[`${who}.code`] = answer[0]?.code;
    found[`${who}.token`] = answer?.tokens?.accessToken;
    found[`${who}.account`] = answer?.account?.id;
  }
  found.conversation = data.startConversation?.conversation?.id;
  found.seq = data.sendMessage?.seq;
  const known = Object.entries(found).filter(([, value]) => value !== undefined);
  if (known.length > 0) localStorage.setItem(KEY, JSON.stringify({ ...load(), ...Object.fromEntries(known) }));
}

/** The value with every `{{name}}` replaced; one that is a text's whole becomes the value itself, so that numbers stay numbers. */
export function fill(value) {
  const values = load();
  const valueOf = (name) => {
    if (name === 'new') return crypto.randomUUID();
    if (values[name] === undefined)
      throw new Error(`{{${name}}} is not known yet: run the tabs before this one, or write a value in its place.`);
    return values[name];
  };
  const visit = (part) => {
    if (typeof part === 'string') {
      const whole = /^\{\{([\w.]+)\}\}$/.exec(part);
      return whole ? valueOf(whole[1]) : part.replace(/\{\{([\w.]+)\}\}/g, (_match, name) => String(valueOf(name)));
    }
    if (Array.isArray(part)) return part.map(visit);
    if (part !== null && typeof part === 'object')
      return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, visit(inner)]));
    return part;
  };
  return visit(value);
}
