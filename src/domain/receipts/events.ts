/** Everything up to and with these sequences was delivered to, or read on, a device. A maximum: repeats and reorders change nothing. */
export type ReceiptEvent = {
  readonly type: 'WatermarkAdvanced';
  readonly data: {
    readonly accountId: string;
    readonly deviceId: string;
    readonly delivered?: number;
    readonly read?: number;
    /** What was read is for the account's own devices: one of the two, or the reader in a group, shows no read receipts. */
    readonly private?: true;
    /** All of it is for the account's own devices: one of the two blocks the other. */
    readonly withheld?: true;
  };
};

/** Fact of `reads-<account>`: up to where the account has read a channel on a device. A maximum, too. */
export type ChannelReadEvent = {
  readonly type: 'ChannelRead';
  readonly data: { readonly channelId: string; readonly deviceId: string; readonly upTo: number };
};
