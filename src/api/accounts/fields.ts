import { Ctx, FieldResolver, Resolver } from 'type-graphql';
import { sessionOf, type ApiContext } from '../kit/context.js';
import { Device, Me } from './types.js';
import { deviceValue } from './values.js';

@Resolver(() => Me)
export class MeFields {
  @FieldResolver(() => [Device], { description: 'In the order of linking, with revoked ones.' })
  async devices(@Ctx() context: ApiContext): Promise<readonly Device[]> {
    const devices = await context.loaders.devicesOf.load(sessionOf(context).accountId);
    return devices.map(deviceValue);
  }
}
