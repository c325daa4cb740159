import { createHash } from 'node:crypto';

/** Plausible chatter in several scripts; the same inputs give the same text for ever, so that a seed run twice changes nothing. */
interface Language {
  readonly names: readonly string[];
  readonly openings: readonly string[];
  readonly middles: readonly string[];
  readonly endings: readonly string[];
}

const languages: readonly Language[] = [
  {
    names: ['Amelia Hart', 'Jonas Wright', 'Nora Quinn', 'Theo Marsh', 'Isla Byrne'],
    openings: ['Hey', 'Morning!', 'By the way,', 'Quick one:', 'So,', 'Oh no,'],
    middles: [
      'the train is late again',
      'I left the keys with Sam',
      'dinner at eight?',
      'did you see the photos',
      'the plumber came at last',
      'we need milk and bread',
    ],
    endings: ['😄', 'see you soon', 'call me when you can', '', 'x', '👍'],
  },
  {
    names: ['Lucía Fernández', 'Mateo Ríos', 'Inés Ortega', 'Andrés Peña'],
    openings: ['Oye,', '¡Buenos días!', 'Por cierto,', 'Mira,', ''],
    middles: [
      'ya estoy en el aeropuerto',
      '¿compraste las entradas?',
      'mañana no puedo, perdona',
      'la niña ya se durmió',
      'te paso la dirección luego',
    ],
    endings: ['😘', 'besos', 'avísame', '', '¡qué ganas!'],
  },
  {
    names: ['ليلى حداد', 'عمر الشامي', 'سارة منصور', 'يوسف خليل'],
    openings: ['صباح الخير،', 'على فكرة،', 'يا أخي،', ''],
    middles: ['وصلت إلى البيت قبل قليل', 'هل نلتقي غدًا في المقهى؟', 'لا تنسَ موعد الطبيب', 'القهوة جاهزة'],
    endings: ['🌹', 'إن شاء الله', 'مع السلامة', ''],
  },
  {
    names: ['Анна Соколова', 'Дмитрий Лебедев', 'Мария Орлова'],
    openings: ['Привет!', 'Слушай,', 'Кстати,', ''],
    middles: ['я уже выехала', 'купи, пожалуйста, хлеб', 'завтра обещают снег', 'фотографии получились отличные'],
    endings: ['🙂', 'целую', 'до вечера', ''],
  },
  {
    names: ['आरव शर्मा', 'मीरा पटेल', 'रोहन गुप्ता'],
    openings: ['नमस्ते,', 'सुनो,', 'अरे,', ''],
    middles: ['मैं थोड़ी देर में पहुँचता हूँ', 'आज खाने में क्या है?', 'कल की मीटिंग रद्द हो गई', 'बच्चों को स्कूल से ले आना'],
    endings: ['🙏', 'ठीक है?', 'फिर मिलते हैं', ''],
  },
  {
    names: ['王小明', '李静', '陈伟'],
    openings: ['早上好，', '对了，', '哎，', ''],
    middles: ['我已经到地铁站了', '晚上一起吃火锅吧', '明天记得带伞', '照片我发你邮箱了'],
    endings: ['哈哈', '😊', '等你', ''],
  },
  {
    names: ['佐藤さくら', '田中健太', '鈴木陽菜'],
    openings: ['おはよう！', 'ところで、', 'ねえ、', ''],
    middles: ['もうすぐ着きます', '今夜は鍋にしようか', '会議は三時からだって', '桜がきれいだったよ'],
    endings: ['〜', '🌸', 'よろしくね', ''],
  },
  {
    names: ['נועה לוי', 'איתן כהן', 'תמר מזרחי'],
    openings: ['בוקר טוב,', 'דרך אגב,', ''],
    middles: ['אני עוד רגע שם', 'קנית כרטיסים להופעה?', 'אל תשכח את המטרייה'],
    endings: ['❤️', 'נשיקות', ''],
  },
];

/** A stream of small numbers that follows from a text. */
function dice(seed: string): (below: number) => number {
  let digest = createHash('sha256').update(seed).digest();
  let offset = 0;
  return (below) => {
    if (offset + 4 > digest.length) {
      digest = createHash('sha256').update(digest).digest();
      offset = 0;
    }
    const value = digest.readUInt32BE(offset);
    offset += 4;
    return value % below;
  };
}

export function nameOf(n: number): string {
  const language = languages[n % languages.length]!;
  return language.names[Math.floor(n / languages.length) % language.names.length]!;
}

/** The n-th message of a conversation: a conversation keeps to its language most of the time. */
export function messageOf(conversationId: string, n: number): { readonly text: string; readonly byFirst: boolean } {
  const roll = dice(`${conversationId} ${n}`);
  const home = dice(conversationId)(languages.length);
  const language = languages[roll(20) === 0 ? roll(languages.length) : home]!;
  const pick = (from: readonly string[]): string => from[roll(from.length)]!;
  const sentences = 1 + (roll(6) === 0 ? roll(4) : 0);
  const parts = Array.from({ length: sentences }, () =>
    `${pick(language.openings)} ${pick(language.middles)} ${pick(language.endings)}`.trim(),
  );
  // People write in turns: who wrote last writes on in one of three cases.
  return { text: parts.join('\n'), byFirst: Math.floor((n + roll(3)) / 2) % 2 === 0 };
}
