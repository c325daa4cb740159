import type { ChannelView } from '../../projections/lists/lists.queries.js';
import { encodeId } from '../kit/nodeIds.js';
import type { Channel } from './types.js';

export function channelValue(view: ChannelView): Channel {
  return { ...view, id: encodeId('conversation', view.id), uuid: view.id };
}
