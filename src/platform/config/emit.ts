import { settings, type Setting } from './schema.js';

/** JSON Schema of the environment, for schema/env.json. */
export function environmentSchema(): string {
  const properties = Object.fromEntries(settings.map((setting: Setting) => [setting.name, propertyOf(setting)]));
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Environment of Parlance', type: 'object', properties }, null, 2)}\n`;
}

/** .env.example: every setting with what it does, commented out at its default. */
export function environmentExample(): string {
  const entries = settings.map((setting: Setting) => {
    const choices = setting.choices === undefined ? '' : ` One of: ${setting.choices.join(', ')}.`;
    return `# ${setting.doc}${choices}\n# ${setting.name}=${setting.default ?? ''}\n`;
  });
  return `# Copy to .env and change what you need. Everything may be left out.\n\n${entries.join('\n')}`;
}

function propertyOf(setting: Setting): object {
  return {
    // Variables are texts, whatever they stand for.
    type: 'string',
    description: setting.doc,
    ...(setting.default === undefined ? {} : { default: setting.default }),
    ...(setting.choices === undefined ? {} : { enum: setting.choices }),
    ...(setting.type === 'integer' ? { pattern: '^\\d+$', 'x-minimum': setting.min, 'x-maximum': setting.max } : {}),
    ...(setting.schemes === undefined
      ? {}
      : { pattern: `^(?:${setting.schemes.map((scheme) => scheme.replace('+', '\\+')).join('|')})://` }),
    ...(setting.pattern === undefined ? {} : { pattern: setting.pattern.source }),
    ...(setting.secret === true ? { writeOnly: true } : {}),
  };
}
