import { encodeId } from '../../api/kit/nodeIds.js';
import { administrators } from '../../domain/accounts/index.js';
import { systemClock } from '../../platform/clock/system.js';
import { loadConfig } from '../../platform/config/index.js';
import { systemIds } from '../../platform/ids/system.js';
import { createLifecycle, StartError } from '../../platform/lifecycle/index.js';
import { createLogger } from '../../platform/observability/logger.js';
import { allAdministrators } from '../../projections/administrators/administrators.queries.js';
import { PROJECTIONS } from '../../projections/index.js';
import { createProjector } from '../../projections/kit/projector.js';
import { openEngines } from '../projections/engines.js';

const USAGE = 'usage: npm run administrators -- grant PHONE | revoke PHONE | list';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** What was granted or revoked is in the read model when it ends, so that the next call to any node meets it. @throws StartError */
export async function runAdministrators(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const [command, phone, ...rest] = args;
  const asks = command === 'list' ? phone === undefined : command === 'grant' || command === 'revoke';
  if (!asks || rest.length > 0 || (command !== 'list' && phone === undefined)) throw new StartError(USAGE);
  const config = loadConfig(env);
  const logger = createLogger({ level: config.logLevel });
  const lifecycle = createLifecycle(logger);
  try {
    const engines = await openEngines(config, logger, lifecycle);
    const projector = createProjector({ ...engines, projections: PROJECTIONS, logger });
    await projector.prepare();
    if (phone !== undefined) {
      const handlers = administrators({ ...engines, clock: systemClock, ids: systemIds(systemClock) });
      const done = await (command === 'grant' ? handlers.grant(phone) : handlers.revoke(phone));
      if (done.kind === 'invalid_phone')
        throw new StartError(`${phone} is no mobile number in the form +491701234567.`);
      if (done.kind === 'no_account') throw new StartError(`No account of this server has the number ${phone}.`);
      const is = command === 'grant' ? 'an administrator' : 'no administrator';
      print(
        `${encodeId('account', done.accountId)} is ${done.changed ? 'now ' : ''}${is}${done.changed ? '' : ' already'}`,
      );
    }
    await projector.catchUp().catch((error: unknown) => {
      logger.error({ err: error }, 'the read model could not be brought up to date');
      throw new StartError('The read model cannot be brought up to date: see npm run projections -- status.');
    });
    if (phone === undefined)
      for (const { accountId, phone: number, since } of await allAdministrators(engines.readStore.pool))
        print(`${encodeId('account', accountId)} ${number ?? 'erased'} since ${new Date(since).toISOString()}`);
  } finally {
    await lifecycle.stop();
  }
}
