import { mkdirSync, writeFileSync } from 'node:fs';
import { loadConfig } from '../platform/config/index.js';
import { runMain } from '../platform/lifecycle/index.js';
import { createLogger } from '../platform/observability/logger.js';
import { compose } from './compose.js';
import { importOptions } from './importing/options.js';
import { progressBar } from './importing/progress.js';
import { importInto, prepareImport } from './importing/run.js';

/** npm run import -- chat.txt --me NUMBER: a WhatsApp export as a conversation; the second time changes nothing. */
await runMain(async () => {
  const config = loadConfig(process.env);
  const options = importOptions(process.argv.slice(2));
  // The times of an export are those of a wall clock, in the zone of the process.
  if (options.timeZone !== undefined) process.env['TZ'] = options.timeZone;
  const prepared = prepareImport(options);
  if (config.databaseUrl === undefined) mkdirSync(config.dataDir, { recursive: true });
  const logger = createLogger({ level: config.logLevel });
  const app = await compose(config, { logger, exclusive: false, limited: false });
  try {
    await app.projector.catchUp();
    const { conversations, messages } = app.handlers;
    const into = { ...app.seedDeps, conversations, messages };
    const report = await importInto(into, prepared, options, progressBar(process.stderr, 'importing'));
    await app.projector.catchUp();
    for (const { line, reason } of report.unreadable) console.log(`line ${line}: ${reason.replaceAll('_', ' ')}`);
    if (report.notices > 0) console.log(`${report.notices} notices of WhatsApp itself are no messages`);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
    const { imported, known, unreadable, events } = report;
    console.log(
      `imported ${imported} messages, ${known} already there, ${unreadable.length} unreadable lines, ${events} events in the log`,
    );
  } finally {
    await app.stop();
  }
});
