import { writeFileSync } from 'node:fs';
import { loadConfig } from '../platform/config/index.js';
import { createLifecycle, runMain } from '../platform/lifecycle/index.js';
import { createLogger } from '../platform/observability/logger.js';
import { openImportApp } from './importing/app.js';
import { importOptions } from './importing/options.js';
import { importInto, prepareImport } from './importing/run.js';
import { progressBar } from './importing/progress.js';

/** npm run import -- chat.txt --me NUMBER: a WhatsApp export as a conversation; the second time changes nothing. */
const config = loadConfig(process.env);
const logger = createLogger({ level: config.logLevel });
const lifecycle = createLifecycle(logger);

await runMain(async () => {
  const options = importOptions(process.argv.slice(2));
  // The times of an export are those of a wall clock, in the zone of the process.
  if (options.timeZone !== undefined) process.env['TZ'] = options.timeZone;
  const prepared = prepareImport(options);
  const app = await openImportApp(config, logger, lifecycle);
  await app.project();
  const bar = progressBar(process.stderr, 'importing');
  const report = await importInto(app, prepared, options, bar);
  await app.project();
  for (const { line, reason } of report.unreadable) console.log(`line ${line}: ${reason.replaceAll('_', ' ')}`);
  if (report.notices > 0) console.log(`${report.notices} notices of WhatsApp itself are no messages`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  const { imported, known, unreadable, events } = report;
  console.log(
    `imported ${imported} messages, ${known} already there, ${unreadable.length} unreadable lines, ${events} events in the log`,
  );
  await lifecycle.stop();
}, lifecycle);
