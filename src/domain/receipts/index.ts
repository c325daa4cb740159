export { advance, NOTHING, shownOf, type Watermarks } from './decide.js';
export type { ChannelReadEvent, ReceiptEvent } from './events.js';
export { receiptHandlers, type AcknowledgeOutcome, type ReceiptDeps, type ReceiptHandlers } from './handle.js';
export { receiptTimes, type ReceiptTimes, type Wanted } from './times.js';
