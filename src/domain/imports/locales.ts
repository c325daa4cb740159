/** What phones of some locales write differently from the formats that the parser knows. */

const marks = /[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069]/g;
/** Zeros of the decimal digits in use: Arabic, Persian, Devanagari, Bengali, Tamil, Thai, Burmese, full width. */
const zeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0be6, 0x0e50, 0x1040, 0xff10];
const foreignDigit = /\p{Nd}/gu;

/** Date and time at the start of a line, up to the dash or bracket that ends them. */
const header =
  /^[\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069\uFEFF]*\[?\p{Nd}{1,4}[-/.\u066B\u060D\u200F]+\s?\p{Nd}{1,4}[-/.\u066B\u060D\u200F]+\s?\p{Nd}{1,4}[^\]]{0,40}?(?:\]|\s-\s)/u;
/** The half of the day as word, before or after the time: Chinese, Japanese, Korean, Hindi, Arabic. */
const halves: readonly (readonly [RegExp, 'AM' | 'PM'])[] = [
  [/上午|午前|오전|पूर्वाह्न|凌晨|早上|ص/u, 'AM'],
  [/下午|午後|오후|अपराह्न|晚上|中午|م/u, 'PM'],
];
const time = /(\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)/;

export function withoutMarks(text: string): string {
  return text.replace(marks, '');
}

/** The line with its date and time in ASCII digits and AM or PM; other lines come back as they are. */
export function normaliseHeader(line: string): string {
  const found = header.exec(line)?.[0];
  if (found === undefined) return line;
  let plain = withoutMarks(found)
    .replace(foreignDigit, asciiDigit)
    .replace(/[،]/g, ',')
    .replace(/\u060D/g, '/');
  for (const [word, half] of halves) {
    if (!word.test(plain)) continue;
    plain = plain
      .replace(word, ' ')
      .replace(time, `$1 ${half}`)
      .replace(/\s{2,}/g, ' ')
      .replace(/\s\]/, ']');
    break;
  }
  return plain + line.slice(found.length);
}

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = zeros.find((start) => code >= start && code < start + 10);
  return zero === undefined ? digit : String(code - zero);
}
