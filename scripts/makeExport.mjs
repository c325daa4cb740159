// Writes a made-up WhatsApp export to standard output: node scripts/makeExport.mjs [LINES]
const lines = Number(process.argv[2] ?? 10_000);
const phrases = [
  'Are you coming tonight?',
  'Ja, um acht',
  'يا سلام! متى؟',
  '今日は遅れます',
  'चलो ठीक है 👍',
  'Позвони мне: срочно',
  'two lines\nof one message',
  'יהיה בסדר',
  '<Media omitted>',
  'ok',
];

// A small generator of its own, so that every run writes the same file.
let state = 42;
const next = (below) => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const two = (number) => String(number).padStart(2, '0');

const out = [
  '01/02/2023, 08:00 - Messages and calls are end-to-end encrypted. Only people in this chat can read them.',
];
let minute = Date.UTC(2023, 1, 1, 8) / 60_000;
while (out.length < lines) {
  minute += next(60) === 0 ? 600 : next(4);
  const at = new Date(minute * 60_000);
  const day = `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  const text = phrases[next(phrases.length)].split('\n').slice(0, lines - out.length);
  out.push(`${day}, ${time} - ${next(2) === 0 ? 'Anna' : 'Bob'}: ${text[0]}`, ...text.slice(1));
}
process.stdout.write(`${out.join('\n')}\n`);
